"""Everything that is known of one person, for them to read: JSON and CSV (C10).

Handed out by one of us it is all rows; fetched by the person, without what is of others (notes
that somebody keeps for themselves, mails of the team) and without what was taken away.
"""

import csv
import io
import json
import zipfile
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import select

from crm.accounts import actions as accounts
from crm.accounts.models import User
from crm.activities.models import Entry
from crm.activities.queries.reading import common
from crm.contacts import actions as contacts
from crm.contacts.models import Contact
from crm.core.db import db
from crm.core.sheets import safe_cell
from crm.fields.queries import shown_of

# Columns that are ours and say nothing of the person: hashes, leases, claims.
OURS = frozenset({"lease_owner", "lease_until", "dedupe_key", "idem_key", "token_hash", "version"})
# What somebody of the team has begun to write is not kept of the person yet.
LEFT_OUT = frozenset({"note_draft"})
# Rows of these tables are somebody else's where this column says whose.
OF_OTHERS = {"entry": "private_to_id", "outbox": "user_id"}


def note_consent(contact: Contact, said: dict[str, Any], by: User) -> bool:
    """Append what somebody told one of us, with how we know; nothing said before changes."""
    row = contacts.record_consent(
        contact, text_version=1, locale=contact.locale or "en", source="staff", **said
    )
    row.details = {"user_id": by.id, "name": by.name}
    return True


def known_of(contact: Contact, is_own: bool = False) -> dict[str, list[dict[str, Any]]]:
    """All rows about a contact, by table: every table that points at it is asked.

    `is_own` leaves out what is of others, and what was taken away.
    """
    found = {"contact": [_plain(contact.__table__, contact.id, "id")[0]]}
    for table in db.metadata.sorted_tables:
        for column in table.columns:
            points = any(key.target_fullname == "contact.id" for key in column.foreign_keys)
            if points and table.name not in LEFT_OUT and table.name != "contact":
                rows = _plain(table, contact.id, column.name)
                mine = OF_OTHERS.get(table.name) if is_own else None
                rows = [row for row in rows if not (mine and row.get(mine))]
                if rows:
                    found.setdefault(table.name, []).extend(rows)
    if is_own:
        _leave_out_removed(found)
    answers = db.metadata.tables["answer"]
    attempts = [row["id"] for row in found.get("attempt", [])]
    given = [row for number in attempts for row in _plain(answers, number, "attempt_id")]
    return found | ({"answer": given} if given else {})


def _leave_out_removed(found: dict[str, list[dict[str, Any]]]) -> None:
    """Without entries and files that were taken away, nor files of entries that stay unread."""
    entries = [row for row in found.pop("entry", []) if "removed_at" not in row]
    files = [row for row in found.pop("attachment", []) if "removed_at" not in row]
    open_ids = _readable({row["entry_id"] for row in files if "entry_id" in row})
    files = [row for row in files if row.get("entry_id") in {None, *open_ids}]
    for row in entries:
        if row["kind"] == "file":
            # An entry that tells of files names them, also those that are gone.
            row["title"] = ", ".join(
                one["name"] for one in files if one.get("entry_id") == row["id"]
            )
    found.update({name: rows for name, rows in (("entry", entries), ("attachment", files)) if rows})


def _readable(entry_ids: set[int]) -> set[int]:
    return set(db.session.scalars(select(Entry.id).where(Entry.id.in_(entry_ids), common())))


def _plain(table: Any, number: int, column: str) -> list[dict[str, Any]]:
    rows = db.session.execute(select(table).where(table.c[column] == number)).mappings()
    return [
        {key: _value(value) for key, value in row.items() if key not in OURS and value is not None}
        for row in rows
    ]


def _value(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value.isoformat() if isinstance(value, date) else value


def pack(contact: Contact, by: User, address: str = "") -> bytes:
    """The zip of `known_of`; that it was handed out is noted."""
    own = {shown.custom.label: str(shown.value) for shown in shown_of(by, contact)}
    accounts.note("data_handed_out", by=by, address=address, contact=contact.id)
    return _zipped([{"fields": own, **known_of(contact)}])


def pack_own(people: Sequence[Contact], address: str = "") -> bytes:
    """The zip that a person fetches: all records with their address, without what is of others."""
    for contact in people:
        accounts.note("data_fetched", address=address, contact=contact.id)
    return _zipped([known_of(contact, is_own=True) for contact in people])


def _zipped(known: Sequence[dict[str, Any]]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as zipped:
        whole = known[0] if len(known) == 1 else known
        zipped.writestr("person.json", json.dumps(whole, ensure_ascii=False, indent=2, default=str))
        for name in dict.fromkeys(name for one in known for name in one if name != "fields"):
            rows = [row for one in known for row in one.get(name, [])]
            zipped.writestr(f"{name}.csv", _csv(rows))
    return out.getvalue()


def _csv(rows: list[dict[str, Any]]) -> str:
    names = list(dict.fromkeys(key for row in rows for key in row))
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(names)
    writer.writerows([safe_cell(str(row.get(name, ""))) for name in names] for row in rows)
    return out.getvalue()
