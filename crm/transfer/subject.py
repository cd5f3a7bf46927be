"""Everything that is known of one person, for them to read: JSON and CSV (C10).

Handed out by one of us it is all rows but notes that others keep for themselves, and sums where
that person sees none; fetched by the person, also without mails of the team and without what was
taken away.
"""

import csv
import io
import json
import zipfile
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import or_, select

from crm.accounts import actions as accounts
from crm.accounts.models import User
from crm.accounts.rules import may
from crm.activities.models import Entry
from crm.activities.queries.reading import common
from crm.contacts import actions as contacts
from crm.contacts.models import Contact
from crm.core.db import db
from crm.core.sheets import safe_cell
from crm.fields.queries import customs, shown_of
from crm.fields.queries.rows import CUSTOM_RECORDS

# Columns that are ours and say nothing of the person: hashes, leases, claims.
OURS = frozenset({"lease_owner", "lease_until", "dedupe_key", "idem_key", "token_hash", "version"})
# What somebody of the team has begun to write is not kept of the person yet.
LEFT_OUT = frozenset({"note_draft"})
# Rows of these tables are somebody else's where this column says whose.
OF_OTHERS = {"entry": "private_to_id", "outbox": "user_id"}
# Of those, what nobody but that somebody may read (L4).
KEPT_TO_ONE = frozenset({"entry"})


def note_consent(contact: Contact, said: dict[str, Any], by: User) -> bool:
    """Append what somebody told one of us, with how we know; nothing said before changes."""
    row = contacts.record_consent(
        contact, text_version=1, locale=contact.locale or "en", source="staff", **said
    )
    row.details = {"user_id": by.id, "name": by.name}
    return True


def known_of(contact: Contact, reader: User | None = None) -> dict[str, list[dict[str, Any]]]:
    """All rows about a contact, by table: every table that points at it is asked.

    As `reader` may hand it out; nobody is the person themselves, who gets nothing that is of
    others or was taken away.
    """
    found = {"contact": [_plain(contact.__table__, contact.id, "id")[0]]}
    for table in db.metadata.sorted_tables:
        for column in table.columns:
            points = any(key.target_fullname == "contact.id" for key in column.foreign_keys)
            if points and table.name not in LEFT_OUT and table.name != "contact":
                rows = _plain(table, contact.id, column.name)
                rows = [row for row in rows if not _is_of_another(table.name, row, reader)]
                if rows:
                    found.setdefault(table.name, []).extend(rows)
    _leave_out_unread(found, reader)
    if reader is not None and not may(reader, "see_amounts"):
        found = {name: _without_sums(name, rows) for name, rows in found.items()}
    answers = db.metadata.tables["answer"]
    attempts = [row["id"] for row in found.get("attempt", [])]
    given = [row for number in attempts for row in _plain(answers, number, "attempt_id")]
    return found | ({"answer": given} if given else {})


def _is_of_another(table: str, row: dict[str, Any], reader: User | None) -> bool:
    whose = row.get(OF_OTHERS.get(table, ""))
    if reader is None or whose is None:
        return whose is not None
    return table in KEPT_TO_ONE and whose != reader.id


def _without_sums(table: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows without the sums in them, and without own fields that are sums."""
    sums = {one.id for record in CUSTOM_RECORDS for one in customs(record) if one.kind == "money"}
    kept = [row for row in rows if table != "field_value" or row["field_id"] not in sums]
    return [_without_sum(row) for row in kept]


def _without_sum(row: dict[str, Any]) -> dict[str, Any]:
    return {
        key: _without_sum(value) if isinstance(value, dict) else value
        for key, value in row.items()
        if key != "amount_cents"
    }


def _leave_out_unread(found: dict[str, list[dict[str, Any]]], reader: User | None) -> None:
    """No files of entries that stay unread; for the person also nothing that was taken away."""
    entries, files = found.pop("entry", []), found.pop("attachment", [])
    if reader is None:
        entries = [row for row in entries if "removed_at" not in row]
        files = [row for row in files if "removed_at" not in row]
    open_ids = _readable({row["entry_id"] for row in files if "entry_id" in row}, reader)
    files = [row for row in files if row.get("entry_id") in {None, *open_ids}]
    for row in entries:
        if row["kind"] == "file" and reader is None:
            # An entry that tells of files names them, also those that are gone.
            row["title"] = ", ".join(
                one["name"] for one in files if one.get("entry_id") == row["id"]
            )
    found.update({name: rows for name, rows in (("entry", entries), ("attachment", files)) if rows})


def _readable(entry_ids: set[int], reader: User | None) -> set[int]:
    is_open = common()
    if reader is not None:
        is_open = or_(Entry.private_to_id.is_(None), Entry.private_to_id == reader.id)
    return set(db.session.scalars(select(Entry.id).where(Entry.id.in_(entry_ids), is_open)))


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
    return _zipped([{"fields": own, **known_of(contact, by)}])


def pack_own(people: Sequence[Contact], address: str = "") -> bytes:
    """The zip that a person fetches: all records with their address, without what is of others."""
    for contact in people:
        accounts.note("data_fetched", address=address, contact=contact.id)
    return _zipped([known_of(contact) for contact in people])


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
