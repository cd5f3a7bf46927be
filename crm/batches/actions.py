"""Planning a batch, trying it dry, doing it piece by piece, stopping it."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import Select, delete, func, insert, literal, or_, select, update

from crm.accounts.models import User
from crm.accounts.rules import may
from crm.batches.models import ACTIVE, PLANNED, Batch, BatchItem
from crm.batches.rules import AT_ONCE, CHUNK, KEPT, LEASE, MOST, BatchKind, Skip
from crm.core import clock
from crm.core.db import db
from crm.core.queue import ring
from crm.core.refusal import Refused
from crm.history.writing import acting, open_set
from crm.notices import actions as notices

WORK = "crm.batches.jobs.work_on"


def kind_of(key: str) -> BatchKind:
    """The kind of a batch by its key (KeyError for one that no feature offers)."""
    return current_app.extensions["tend.batches"][key]


def plan(
    key: str, *, by: User, records: Select | Iterable[int], options: dict[str, Any] | None = None
) -> Batch:
    """Pin the rows of an act, for its dry run: who matches later does not come in.

    `records` are numbers, or a select of one column of numbers (all that match a list). Refuses
    an act the person may not do, no rows, and more than 100,000.
    """
    kind = kind_of(key)
    if not may(by, kind.right):
        raise Refused(_("Your role may not do this. Ask somebody who runs the team."))
    batch = _new(key, by, options)
    if isinstance(records, Select):
        _pin_all(batch, records)
    else:
        _pin(batch, records)
    if not batch.total:
        raise Refused(_("Nothing is chosen. Select rows first."))
    if batch.total > MOST:
        raise Refused(_("That is more than 100,000 rows. Narrow the list first."))
    if batch.total > AT_ONCE:
        ring(WORK, batch.id)
    else:
        while batch.state == "checking":
            _piece(batch, kind, by, AT_ONCE)
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
    rows = [
        {"batch_id": batch.id, "position": n, "record_id": one, "state": "waiting", "reason": ""}
        for n, one in enumerate(dict.fromkeys(numbers), 1)
    ]
    if rows:
        db.session.execute(insert(BatchItem), rows)
    batch.total = len(rows)
    batch.counts = {"waiting": len(rows)}


def _pin_all(batch: Batch, records: Select) -> None:
    """One statement, however many match."""
    found = records.order_by(None).limit(MOST + 1).subquery()
    number = next(iter(found.c))
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
    if not any(batch.counts.get(state) for state in PLANNED):
        raise Refused(_("There is nothing to do: no row would change."))
    batch.change_set_id = open_set(
        "user", f"batch.{batch.kind}", user_id=by.id, details={"batch": batch.id}
    )
    batch.state, batch.place, batch.started_at = "running", 0, clock.now()
    batch.lease_until, batch.lease_owner = None, ""
    ring(WORK, batch.id)


def cancel(batch: Batch, by: User) -> None:
    """Stop: what is done stays done and can be undone, the rest is left as it is."""
    if batch.state in ("filling", "checking", "checked"):
        _end(batch, "cancelled")
    elif batch.state == "running":
        batch.cancelled_at = clock.now()
    else:
        raise Refused(_("It has ended already."))


def claim(batch_id: int, owner: str) -> bool:
    """Take a batch for a minute; False where somebody else works on it or it has ended."""
    now = clock.now()
    taken = db.session.execute(
        update(Batch)
        .where(
            Batch.id == batch_id,
            Batch.state.in_(ACTIVE),
            or_(Batch.lease_until.is_(None), Batch.lease_until < now, Batch.lease_owner == owner),
        )
        .values(lease_owner=owner, lease_until=now + LEASE)
        .execution_options(synchronize_session=False)
    )
    return bool(taken.rowcount)  # type: ignore[attr-defined]


def step(batch_id: int, owner: str) -> bool:
    """Do one piece of a claimed batch; whether there is more. Progress commits with the work."""
    batch = db.session.scalars(
        select(Batch)
        .where(Batch.id == batch_id, Batch.lease_owner == owner, Batch.state.in_(ACTIVE))
        .execution_options(populate_existing=True)
        .with_for_update()
    ).first()
    if batch is None:
        return False
    if batch.cancelled_at is not None:
        _end(batch, "cancelled")
        return False
    kind, by = kind_of(batch.kind), batch.user
    if not by.is_active or not may(by, kind.right):
        batch.error = _("%(name)s may no longer do this.", name=by.name)
        _end(batch, "failed")
        return False
    batch.lease_until = clock.now() + LEASE
    if batch.state == "filling":
        _fill(batch, kind)
    else:
        _piece(batch, kind, by, CHUNK)
    return batch.is_active


def _fill(batch: Batch, kind: BatchKind) -> None:
    """The next lines of the file, behind those that are there; at its end the dry run begins."""
    assert kind.fill is not None
    try:
        lines = list(kind.fill(batch.options, batch.total))
    except Refused as refusal:
        batch.error = refusal.message
        _end(batch, "failed")
        return
    if not lines:
        batch.state = "checking"
        return
    common = {"batch_id": batch.id, "state": "waiting", "reason": "", "mark": None}
    rows = [{**common, "position": batch.total + n, **line} for n, line in enumerate(lines, 1)]
    db.session.execute(insert(BatchItem), rows)
    batch.total += len(rows)
    batch.counts = {"waiting": batch.total}


@contextmanager
def as_one_act(batch: Batch) -> Iterator[None]:
    """All changes made inside belong to the batch's one change set."""
    with acting(
        "import" if kind_of(batch.kind).on_items else "user",
        f"batch.{batch.kind}",
        user_id=batch.user_id,
        set_id=batch.change_set_id,
    ):
        yield


def _piece(batch: Batch, kind: BatchKind, by: User, size: int) -> None:
    is_dry = batch.state == "checking"
    items = _next_items(batch, ("waiting",) if is_dry else PLANNED, size)
    if items:
        asked: list[Any] = list(items)
        if not kind.on_items:
            asked = [item.record_id for item in items]
        rows = kind.load(by, asked, batch.options)
        for item in items:
            row = rows.get(item.position if kind.on_items else item.record_id or 0)
            before, after = item.state, _ended(batch, kind, by, item, row)
            batch.counts = _moved(batch.counts, before, after)
        batch.place = items[-1].position
    if len(items) < size:
        _end(batch, "checked" if is_dry else "done")


def _next_items(batch: Batch, states: tuple[str, ...], size: int) -> list[BatchItem]:
    return list(
        db.session.scalars(
            select(BatchItem)
            .where(
                BatchItem.batch_id == batch.id,
                BatchItem.position > batch.place,
                BatchItem.state.in_(states),
            )
            .order_by(BatchItem.position)
            .limit(size)
        )
    )


def _ended(batch: Batch, kind: BatchKind, by: User, item: BatchItem, row: Any) -> str:
    """Do or try one row; the state its item is in afterwards. A refusal undoes that row alone."""
    try:
        if row is None:
            raise Refused(_("It is gone, or you may not see it."))
        if batch.state == "checking":
            item.state, item.reason = _tried(kind, row, batch.options, by)
        else:
            with db.session.begin_nested():
                item.state, item.reason = kind.act(row, batch.options, by) or "done", ""
            if kind.on_items:
                item.record_id = row.record_id
    except Skip as skip:
        item.state, item.reason = "skipped", str(skip.reason)
    except Refused as refusal:
        item.state, item.reason = "refused", str(refusal.message)
    return item.state


def _moved(counts: dict[str, int], before: str, after: str) -> dict[str, int]:
    moved = {**counts, before: counts.get(before, 0) - 1}
    moved[after] = moved.get(after, 0) + 1
    return {state: count for state, count in moved.items() if count}


def _tried(kind: BatchKind, row: Any, options: dict[str, Any], by: User) -> tuple[str, str]:
    if kind.check:
        return kind.check(row, options, by) or ("planned", "")
    savepoint = db.session.begin_nested()
    try:
        kind.act(row, options, by)
        db.session.flush()
    finally:
        savepoint.rollback()
    return "planned", ""


def _end(batch: Batch, state: str) -> None:
    batch.state, batch.place = state, 0
    batch.lease_until, batch.lease_owner = None, ""
    if state == "checked":
        return
    batch.finished_at = clock.now()
    kind = kind_of(batch.kind)
    if kind.finish and batch.started_at:
        kind.finish(batch, batch.options)
    if batch.started_at and batch.total > AT_ONCE:
        notices.tell(
            batch.user_id,
            kind="batch",
            title=str(kind.words(batch.options)),
            body=words_of(batch),
            url=f"/batches/{batch.id}",
            dedupe_key=f"batch:{batch.id}:{state}",
        )


def words_of(batch: Batch) -> str:
    """What came of a batch, in words: "4,300 done, 12 skipped"."""
    told = {
        "creates": _("to add"), "updates": _("to change"),
        "created": _("created"), "updated": _("updated"), "done": _("done"),
        "planned": _("to do"), "skipped": _("skipped"), "refused": _("refused"),
        "waiting": _("not checked yet"),
    }  # fmt: skip
    return ", ".join(
        f"{batch.counts[s]:,} {word}" for s, word in told.items() if batch.counts.get(s)
    )


def sweep() -> None:
    """Ring for batches nobody works on, and forget those that ended 30 days ago."""
    now = clock.now()
    for batch_id in db.session.scalars(
        select(Batch.id).where(
            Batch.state.in_(ACTIVE), or_(Batch.lease_until.is_(None), Batch.lease_until < now)
        )
    ):
        ring(WORK, batch_id)
    old = or_(
        Batch.finished_at < now - KEPT, (Batch.state == "checked") & (Batch.created_at < now - KEPT)
    )
    db.session.execute(delete(Batch).where(old))
