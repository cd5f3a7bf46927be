"""Writing views and lists into files: asked for, written by the worker, emptied after a day."""

import tempfile
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import and_, or_, select, update

from crm.accounts import actions as accounts
from crm.accounts.models import User
from crm.accounts.rules import may
from crm.core import clock
from crm.core.db import db, run
from crm.core.queue import ring
from crm.core.refusal import Refused
from crm.filters.queries.pinned import menus
from crm.notices import actions as notices
from crm.transfer.lines import Content
from crm.transfer.models import Export
from crm.transfer.rules.outgoing import TYPES, WRITERS

WRITE = "crm.transfer.jobs.write_exports"
LIVES = timedelta(hours=24)
LEASE = timedelta(seconds=120)
MOST_TRIES = 3
OPEN = ("waiting", "working")


def plan_export(
    record: str,
    kind: str,
    *,
    by: User,
    query: str = "",
    scope: str = "list",
    ids: Sequence[int] = (),
    has_all_fields: bool = False,
    address: str = "",
) -> Export:
    """Ask for a file of a list as it stands (`query`), of rows chosen in it, or of all records.

    Raises Refused without the right. Who asked, for what and how many is noted for the owners.
    """
    if not may(by, "export_records"):
        raise Refused(_("Your role may not export. Ask somebody who runs the team."))
    if record not in menus() or kind not in TYPES or scope not in {"list", "all", "chosen"}:
        raise Refused(_("Choose what to export and as what."))
    if kind == "vcf" and record != "contact":
        raise Refused(_("Only people go on cards. Choose another kind of file."), field="kind")
    export = Export(
        user_id=by.id, record=record, kind=kind, query=query[:10_000], scope=scope, ids=list(ids),
        has_all_fields=has_all_fields, state="waiting", total=0, done=0, size=0, tries=0, error="",
        created_at=clock.now(),
    )  # fmt: skip
    content = Content(export, by)
    if scope == "list" and content.asked.is_unsure:
        raise Refused(_("Part of the filter is not known any more. Mend it first."))
    export.total = content.count()
    if not export.total:
        raise Refused(_("There is nothing to export: no row matches."))
    db.session.add(export)
    db.session.flush()
    accounts.note(
        "exported", by, by=by, address=address, record=record, file=kind, rows=export.total,
        scope=scope, export=export.id,
    )  # fmt: skip
    ring(WRITE, export.id)
    return export


def write_export(export_id: int) -> None:
    """Write the file in short reads, note how far it is, store it, tell its person."""
    if not run(lambda: _claim(export_id)):
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        export = db.session.get_one(Export, export_id)
        content = Content(export, export.user)
        try:
            if not may(export.user, "export_records"):
                raise Refused(_("%(name)s may no longer do this.", name=export.user.name))
            WRITERS[export.kind](path, content.heads, _rows(content, export_id))
        except Refused as refusal:
            message = refusal.message
            run(lambda: _fail(export_id, message))
            return
        data = path.read_bytes()
    run(lambda: _finish(export_id, data))


def _rows(content: Content, export_id: int) -> Iterator[list[Any]]:
    done = 0
    for piece in content.pieces():
        yield from piece
        done += len(piece)
        count = done
        run(lambda: _note(export_id, count))  # noqa: B023 - run at once


def _claim(export_id: int) -> bool:
    """Take a file to be written for two minutes; one that fails again and again is given up."""
    now = clock.now()
    free = or_(Export.state == "waiting", and_(Export.state == "working", Export.lease_until < now))
    taken = db.session.execute(
        update(Export)
        .where(Export.id == export_id, free)
        .values(state="working", lease_until=now + LEASE, tries=Export.tries + 1, done=0)
        .execution_options(synchronize_session=False)
    )
    if not taken.rowcount:  # type: ignore[attr-defined]
        return False
    export = db.session.get_one(Export, export_id, populate_existing=True)
    if export.tries > MOST_TRIES:
        _fail(export_id, _("It could not be written. Try fewer rows or another kind of file."))
        return False
    return True


def _note(export_id: int, done: int) -> None:
    db.session.execute(
        update(Export)
        .where(Export.id == export_id)
        .values(done=done, lease_until=clock.now() + LEASE)
        .execution_options(synchronize_session=False)
    )


def _fail(export_id: int, words: str) -> None:
    export = db.session.get_one(Export, export_id)
    export.state, export.error, export.finished_at = "failed", words, clock.now()
    _tell(export, _("Your export could not be written"), words)


def _finish(export_id: int, data: bytes) -> None:
    export, now = db.session.get_one(Export, export_id), clock.now()
    export.data, export.size, export.state = data, len(data), "ready"
    export.total = export.done
    export.finished_at, export.expires_at, export.lease_until = now, now + LIVES, None
    _tell(export, _("Your export is ready"), _("The file can be fetched for 24 hours."))


def _tell(export: Export, title: str, body: str) -> None:
    notices.tell(
        export.user_id, kind="export", title=title, body=body, url=f"/exports/{export.id}",
        dedupe_key=f"export:{export.id}:{export.state}",
    )  # fmt: skip


def sweep_exports() -> None:
    """Ring for files that nobody writes: a lost bell, or a killed worker's."""
    late = or_(Export.lease_until.is_(None), Export.lease_until < clock.now())
    for number in db.session.scalars(select(Export.id).where(Export.state.in_(OPEN), late)):
        ring(WRITE, number)


def forget_exports() -> None:
    """Empty files a day after they were written; that they were stays."""
    db.session.execute(
        update(Export)
        .where(Export.expires_at < clock.now(), Export.state == "ready")
        .values(data=None, state="emptied", query="", ids=[])
        .execution_options(synchronize_session=False)
    )
