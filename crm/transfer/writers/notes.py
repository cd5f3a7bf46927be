"""Notes of files: each text stands on a record once, however often its file is loaded."""

import hashlib
from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import select

from crm.accounts.models import User
from crm.activities import actions as activities
from crm.activities.models import Entry
from crm.activities.rules import IMPORTED
from crm.core.db import db
from crm.transfer.drafts import Draft

LONGEST = 10_000


def known_notes(record: str, drafts: Iterable[Draft], numbers: Collection[int]) -> set[tuple]:
    """What stands from files on records, by number: keys and texts; none where no row has a note.

    What somebody put right since stands, too; what was removed, or undone, does not.
    """
    if not numbers or not any(draft["note"] for draft in drafts):
        return set()
    link = getattr(Entry, f"{record}_id")
    rows = select(link, Entry.dedupe_key, Entry.body).where(
        link.in_(numbers),
        Entry.kind == "note",
        Entry.removed_at.is_(None),
        Entry.dedupe_key.startswith(IMPORTED, autoescape=True),
    )
    found = set[tuple]()
    for number, key, body in db.session.execute(rows):
        found |= {(number, _first(key)), (number, body)}
    return found


def leave_known(record: str, draft: Draft, known: Collection[tuple]) -> None:
    """Let a row say no note that its record has from a file, or gets by an earlier row."""
    note = draft["note"]
    if not note:
        return
    is_known = note in {one["note"] for one in draft.before}
    if draft.found is not None and not is_known:
        number = draft.found.id
        keys = {(number, _key(record, number, note)), (number, note[:LONGEST])}
        is_known = not keys.isdisjoint(known)
    if is_known:
        del draft.values["note"]


def said(record: str, number: int, draft: Draft, by: User) -> dict[str, Any]:
    """The note of a row as an entry of its record's timeline."""
    return {
        "user_id": by.id,
        "body": draft["note"][:LONGEST],
        "details": {"import": True},
        "dedupe_key": _key(record, number, draft["note"]),
        f"{record}_id": number,
    }


def write(record: str, number: int, draft: Draft, by: User) -> None:
    """Write the note of a row, for the history to keep; once more where it was removed since."""
    values, turn = said(record, number, draft, by), 0
    key = values["dedupe_key"]
    while there := _of(values["dedupe_key"]):
        if there.removed_at is None:
            return
        turn += 1
        values["dedupe_key"] = f"{key}:{turn}"
    activities.record("note", moves_touch=False, is_new=True, **values)


def _of(key: str) -> Entry | None:
    return db.session.scalars(select(Entry).where(Entry.dedupe_key == key)).first()


def _key(record: str, number: int, note: str) -> str:
    key = hashlib.sha256(f"{record} {number} {note}".encode()).hexdigest()
    return f"{IMPORTED}{key}"


def _first(key: str) -> str:
    """The key of a note that was written several times, as it was at first."""
    return IMPORTED + key.removeprefix(IMPORTED).split(":")[0]
