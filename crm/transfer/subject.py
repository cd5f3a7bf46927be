"""Everything that is known of one person, for them to read: JSON and CSV (C10)."""

import csv
import io
import json
import zipfile
from datetime import date
from typing import Any

from sqlalchemy import select

from crm.accounts import actions as accounts
from crm.accounts.models import User
from crm.contacts import actions as contacts
from crm.contacts.models import Contact
from crm.core.db import db
from crm.core.sheets import safe_cell
from crm.fields.queries import shown_of

# Columns that are ours and say nothing of the person: hashes, leases, claims.
OURS = frozenset({"lease_owner", "lease_until", "dedupe_key", "idem_key", "token_hash", "version"})
# What somebody of the team has begun to write is not kept of the person yet.
LEFT_OUT = frozenset({"note_draft"})


def note_consent(contact: Contact, said: dict[str, Any], by: User) -> bool:
    """Append what somebody told one of us, with how we know; nothing said before changes."""
    row = contacts.record_consent(
        contact, text_version=1, locale=contact.locale or "en", source="staff", **said
    )
    row.details = {"user_id": by.id, "name": by.name}
    return True


def known_of(contact: Contact) -> dict[str, list[dict[str, Any]]]:
    """All rows about a contact, by table: every table that points at it is asked."""
    found = {"contact": [_plain(contact.__table__, contact.id, "id")[0]]}
    for table in db.metadata.sorted_tables:
        for column in table.columns:
            points = any(key.target_fullname == "contact.id" for key in column.foreign_keys)
            if points and table.name not in LEFT_OUT and table.name != "contact":
                rows = _plain(table, contact.id, column.name)
                if rows:
                    found.setdefault(table.name, []).extend(rows)
    answers = db.metadata.tables["answer"]
    attempts = [row["id"] for row in found.get("attempt", [])]
    given = [row for number in attempts for row in _plain(answers, number, "attempt_id")]
    return found | ({"answer": given} if given else {})


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
    known = known_of(contact)
    own = {shown.custom.label: str(shown.value) for shown in shown_of(by, contact)}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as zipped:
        whole = {"fields": own, **known}
        zipped.writestr("person.json", json.dumps(whole, ensure_ascii=False, indent=2, default=str))
        for name, rows in known.items():
            zipped.writestr(f"{name}.csv", _csv(rows))
    accounts.note("data_handed_out", by=by, address=address, contact=contact.id)
    return out.getvalue()


def _csv(rows: list[dict[str, Any]]) -> str:
    names = list(dict.fromkeys(key for row in rows for key in row))
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(names)
    writer.writerows([safe_cell(str(row.get(name, ""))) for name in names] for row in rows)
    return out.getvalue()
