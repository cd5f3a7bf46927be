"""Planning a batch, beginning and stopping it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, func, insert, literal, select

from crm.accounts.models import User
from crm.batches.actions.working import WORK, begin, end, kind_of, planned_of, work_piece
from crm.batches.models import Batch, BatchItem
from crm.batches.rules import AT_ONCE, may_use
from crm.core import clock
from crm.core.db import db
from crm.core.queue import ring
from crm.core.refusal import Refused

PINNED = 5_000  # rows a statement


def plan(
    key: str, *, by: User, records: Select | Iterable[int], options: dict[str, Any] | None = None
) -> Batch:
    """Pin the rows of an act, for its dry run: who matches later does not come in.

    `records` are numbers, or a select of one column of numbers (all that match a list). Refuses
    an act the person may not do, no rows, and more than 100,000.
    """
    kind = kind_of(key)
    if not may_use(by, kind):
        raise Refused(_("Your role may not do this. Ask somebody who runs the team."))
    batch = _new(key, by, options)
    if kind.pins:
        _pin_items(batch, kind.pins(by, records, batch.options))
    elif isinstance(records, Select):
        _pin_all(batch, records, kind.most)
    else:
        _pin(batch, records)
    if not batch.total:
        raise Refused(_("Nothing is chosen. Select rows first."))
    if batch.total > kind.most:
        most = f"{kind.most:,}"
        raise Refused(_("That is more than %(most)s rows. Narrow the list first.", most=most))
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


def _pin(batch: Batch, numbers: Iterable[int]) -> None:
    each = list(dict.fromkeys(numbers))
    common = {"batch_id": batch.id, "state": "waiting", "reason": ""}
    for start in range(0, len(each), PINNED):
        some = enumerate(each[start : start + PINNED], start + 1)
        rows = [{**common, "position": n, "record_id": one} for n, one in some]
        db.session.execute(insert(BatchItem), rows)
    batch.total = len(each)
    batch.counts = {"waiting": len(each)}


def _pin_items(batch: Batch, found: Sequence[Mapping[str, Any]]) -> None:
    common = {"batch_id": batch.id, "state": "waiting", "reason": "", "mark": None}
    rows = [{**common, "position": n, **one} for n, one in enumerate(found, 1)]
    if rows:
        db.session.execute(insert(BatchItem), rows)
    batch.total = len(rows)
    batch.counts = {"waiting": len(rows)}


def _pin_all(batch: Batch, records: Select, most: int) -> None:
    """One statement, however many match; of a select that takes only so many, those."""
    if not records._has_row_limiting_clause:
        records = records.order_by(None)
    wanted = records.subquery()
    found = select(next(iter(wanted.c)).label("number")).limit(most + 1).subquery()
    number = found.c.number
    position = func.row_number().over(order_by=number)
    rows = select(literal(batch.id), position, number, literal("waiting"), literal(""))
    names = ["batch_id", "position", "record_id", "state", "reason"]
    db.session.execute(insert(BatchItem).from_select(names, rows))
    batch.total = (
        db.session.scalar(
            select(func.count()).select_from(BatchItem).where(BatchItem.batch_id == batch.id)
        )
        or 0
    )
    batch.counts = {"waiting": batch.total}


def start(batch: Batch, by: User) -> None:
    """Do what the dry run planned. Refuses a batch that is not waiting for its person."""
    if batch.state != "checked":
        raise Refused(_("This was started already, or its check has not ended."))
    if not planned_of(batch):
        raise Refused(_("There is nothing to do: no row would change."))
    begin(batch, by)


def cancel(batch: Batch, by: User) -> None:
    """Stop: what is done stays done and can be undone, the rest is left as it is."""
    if batch.state in ("filling", "checking", "checked"):
        end(batch, "cancelled")
    elif batch.state == "running":
        batch.cancelled_at = clock.now()
    else:
        raise Refused(_("It has ended already."))
