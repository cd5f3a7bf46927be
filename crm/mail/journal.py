"""A file outside the database that names every text before it is sent.

A database restored from a backup has forgotten what left since; this file has not.
"""

import os
from datetime import datetime
from pathlib import Path

from flask import current_app
from sqlalchemy import select

from crm.core import clock
from crm.core.db import db
from crm.mail.models import DeliveryEvent, Outbox

# A file a month: the name follows from the instant, so no process moves what another writes to.
NAME = "handoff-%Y-%m.log"
KEPT_MONTHS = 13


def folder() -> Path:
    """Where the files of the journal lie."""
    return Path(current_app.extensions["tend.config"].data_dir)


def files() -> list[Path]:
    """The files of the journal, the oldest first."""
    return sorted(folder().glob("handoff-[0-9][0-9][0-9][0-9]-[0-9][0-9].log"))


def note(message_id: str, at: datetime) -> None:
    """Write one line and force it to the disk before the text leaves."""
    path = folder() / at.strftime(NAME)
    is_new = not path.exists()
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(handle, f"{at.isoformat()} {message_id}\n".encode())
        os.fsync(handle)
    finally:
        os.close(handle)
    if is_new:
        _begin(path)


def _begin(path: Path) -> None:
    """Make the name of a new file durable, and drop months that no backup is as old as."""
    handle = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    for old in files()[:-KEPT_MONTHS]:
        old.unlink(missing_ok=True)


def reconcile() -> int:
    """Hold every mail that left after this database was saved; how many there are.

    Run inside a transaction at start and after a restore. A mail the database does not know
    yet is remembered, so that it is held when the same cause writes it again.
    """
    held = 0
    for message_id, at in _newest().items():
        row = db.session.scalars(select(Outbox).where(Outbox.message_id == message_id)).first()
        if row is None:
            held += _remember(message_id, at)
        elif (row.handed_at is None or row.handed_at < at) and row.state in {"queued", "claimed"}:
            row.state, row.reason, row.lease_owner, row.lease_until = "held", "restored", None, None
            held += 1
    return held


def _newest() -> dict[str, datetime]:
    found: dict[str, datetime] = {}
    for path in files():
        with path.open(encoding="ascii", errors="replace") as lines:
            found.update(filter(None, map(_read, lines)))
    return found


def _read(line: str) -> tuple[str, datetime] | None:
    at, _, message_id = line.strip().partition(" ")
    try:
        return message_id, datetime.fromisoformat(at)
    except ValueError:
        return None  # a line cut by a power loss: its mail was never sent


def _remember(message_id: str, at: datetime) -> int:
    known = select(DeliveryEvent.id).where(
        DeliveryEvent.source == "journal", DeliveryEvent.external_id == message_id
    )
    if db.session.scalars(known).first():
        return 0
    db.session.add(
        DeliveryEvent(
            source="journal",
            external_id=message_id,
            kind="handed",
            at=clock.now(),
            details={"handed_at": at.isoformat()},
        )
    )
    return 1
