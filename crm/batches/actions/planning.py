"""Planning a batch, beginning and stopping it."""

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, select

from crm.accounts.models import User
from crm.batches.actions import pinning
from crm.batches.actions.working import WORK, begin, end, kind_of, planned_of, work_piece
from crm.batches.models import Batch
from crm.batches.rules import AT_ONCE, may_use
from crm.core import clock
from crm.core.db import db
from crm.core.queue import ring
from crm.core.refusal import Refused
from crm.history.actions import check_in_force


def numbers_of(records: Select, most: int) -> list[int]:
    """The numbers that a select of one column gives, in order: one more than `most` at the most.

    Read before the transaction that plans them, they keep nobody from writing meanwhile.
    """
    if not records._has_row_limiting_clause:
        records = records.order_by(None)
    wanted = records.subquery()
    number = next(iter(wanted.c))
    return list(db.session.scalars(select(number).order_by(number).limit(most + 1)))


def plan(
    key: str, *, by: User, records: Select | Iterable[int], options: dict[str, Any] | None = None
) -> Batch:
    """Pin the rows of an act, for its dry run: who matches later does not come in.

    `records` are numbers (`numbers_of` reads them beforehand), or a select of one column of
    numbers (all that match a list). Refuses an act the person may not do, no rows, and more than
    100,000. Of very many the worker writes one row after the other.
    """
    kind = kind_of(key)
    if not may_use(by, kind):
        raise Refused(_("Your role may not do this. Ask somebody who runs the team."))
    batch = _new(key, by, options)
    if kind.pins:
        rows = list(kind.pins(by, records, batch.options))
    else:
        if isinstance(records, Select):
            records = numbers_of(records, kind.most)
        rows = [{"record_id": number} for number in dict.fromkeys(records)]
    if not rows:
        raise Refused(_("Nothing is chosen. Select rows first."))
    if len(rows) > kind.most:
        most = f"{kind.most:,}"
        raise Refused(_("That is more than %(most)s rows. Narrow the list first.", most=most))
    pinning.pin(batch, rows)
    if batch.total > AT_ONCE:
        ring(WORK, batch.id)
    else:
        while batch.state == "checking":
            work_piece(batch, kind, by, AT_ONCE)
    return batch


def plan_file(key: str, *, by: User, options: dict[str, Any]) -> Batch:
    """Begin a batch whose rows the worker reads from a file (`BatchKind.fill`)."""
    batch = _new(key, by, options)
    batch.state = "filling"
    ring(WORK, batch.id)
    return batch


def _new(key: str, by: User, options: dict[str, Any] | None) -> Batch:
    batch = Batch(
        kind=key, user_id=by.id, state="checking", options=options or {}, counts={}, place=0,
        created_at=clock.now(),
    )  # fmt: skip
    db.session.add(batch)
    db.session.flush()
    return batch


def start(batch: Batch, by: User) -> None:
    """Do what the dry run planned, or go on with what was stopped.

    Refuses a batch that is not waiting for its person, and one that was undone meanwhile.
    """
    if can_go_on(batch):
        check_in_force(batch.change_set_id or 0)
        batch.state, batch.place = "running", 0
        batch.cancelled_at = batch.finished_at = None
        ring(WORK, batch.id)
        return
    if batch.state != "checked":
        raise Refused(_("This was started already, or its check has not ended."))
    if not planned_of(batch):
        raise Refused(_("There is nothing to do: no row would change."))
    begin(batch, by)


def can_go_on(batch: Batch) -> bool:
    """Whether somebody stopped a batch that has rows left to do."""
    is_stopped = batch.state == "cancelled" and batch.started_at is not None
    return is_stopped and planned_of(batch) > 0 and kind_of(batch.kind).finish is None


def cancel(batch: Batch, by: User) -> None:
    """Stop: what is done stays done and can be undone, the rest is left as it is."""
    if batch.state in ("filling", "checking", "checked"):
        end(batch, "cancelled")
    elif batch.state == "running":
        batch.cancelled_at = clock.now()
    else:
        raise Refused(_("It has ended already."))
