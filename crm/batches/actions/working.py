"""One piece of a batch: rows tried dry or done, each by itself, and how a batch ends."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from crm.accounts.models import User
from crm.batches.actions import pinning
from crm.batches.models import PLANNED, Batch, BatchItem
from crm.batches.rules import AGAIN, AT_ONCE, CHUNK, BatchKind, Skip
from crm.core import clock
from crm.core.db import db
from crm.core.queue import ring
from crm.core.refusal import Refused
from crm.history.actions import check_in_force
from crm.history.writing import open_set
from crm.notices import actions as notices

WORK = "crm.batches.jobs.work_on"


@dataclass(frozen=True)
class Ahead:
    """Lines of a file behind its first `place` ones, or why it breaks off there."""

    place: int
    lines: Sequence[Mapping[str, Any]]
    error: str = ""


def kind_of(key: str) -> BatchKind:
    """The kind of a batch by its key (KeyError for one that no feature offers)."""
    return current_app.extensions["tend.batches"][key]


def actor_of(batch: Batch) -> str:
    """As whom a batch acts in the history: its person, or a file that is taken in."""
    return kind_of(batch.kind).actor


def read_ahead(batch: Batch, kind: BatchKind) -> Ahead | None:
    """The next lines of the file, read before the transaction that keeps them."""
    if batch.state != "filling" or kind.fill is None:
        return None
    try:
        return Ahead(batch.total, list(kind.fill(batch.options, batch.total)))
    except Refused as refusal:
        return Ahead(batch.total, [], refusal.message)


def fill(batch: Batch, kind: BatchKind, ahead: Ahead | None = None) -> None:
    """The next rows, behind those that are there; at their end the dry run begins.

    Those of a file may have been read already (`read_ahead`).
    """
    if kind.fill is None:
        pinning.unfold(batch)
        return
    if ahead is None or ahead.place != batch.total:
        ahead = read_ahead(batch, kind)
    assert ahead is not None
    if ahead.error:
        batch.error = ahead.error
        end(batch, "failed")
    elif not ahead.lines:
        batch.state = "checking"
    else:
        pinning.add_items(batch, ahead.lines, batch.total)
        batch.total += len(ahead.lines)
        batch.counts = {"waiting": batch.total}


def work_piece(batch: Batch, kind: BatchKind, by: User, size: int) -> None:
    """Try or do the next `size` rows; progress commits with the work."""
    is_dry = batch.state == "checking"
    items = _next_items(batch, ("waiting",) if is_dry else PLANNED, size)
    left: list[BatchItem] = []
    if items:
        asked = list(items) if kind.on_items else [item.record_id for item in items]
        rows = kind.load(by, asked, batch.options)
        together = {} if is_dry else _done_together(batch, kind, by, rows)
        if not is_dry:
            left = [item for item in items if _number(kind, item) not in together][CHUNK:]
        now = [item for item in items if item not in left]
        numbers = [_number(kind, item) for item in now]
        ends = _ends(batch, kind, by, [(rows.get(n), together.get(n)) for n in numbers])
        now, left = now[: len(ends)], [*now[len(ends) :], *left]
        # Noted behind the work: each row's savepoint would write what stands by then.
        _note(batch, kind, now, ends, rows)
        batch.place = left[0].position - 1 if left else items[-1].position
    if len(items) < size and not left:
        end(batch, "checked" if is_dry else "done")
        if is_dry and planned_of(batch) and kind.goes_on and kind.goes_on(batch):
            begin(batch, by)


def _ends(
    batch: Batch, kind: BatchKind, by: User, rows: Sequence[tuple[Any, tuple[str, str] | None]]
) -> list[tuple[str, str]]:
    """How rows ended, up to one that is to be asked again; what was done together is known."""
    ends: list[tuple[str, str]] = []
    for row, known in rows:
        end = known or _ended(batch, kind, by, row)
        if end[0] == AGAIN:
            break
        ends.append(end)
    return ends


def _number(kind: BatchKind, item: BatchItem) -> int:
    """By what `load` gives the row of an item."""
    return item.position if kind.on_items else item.record_id or 0


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


def _done_together(
    batch: Batch, kind: BatchKind, by: User, rows: Mapping[int, Any]
) -> dict[int, tuple[str, str]]:
    """How those rows ended that could be done at once; none where one of them was refused."""
    if kind.act_many is None:
        return {}
    try:
        with db.session.begin_nested():
            return {n: (state, "") for n, state in kind.act_many(rows, batch.options, by).items()}
    except (Refused, IntegrityError):
        return {}  # whose fault it is comes out one by one


def _ended(batch: Batch, kind: BatchKind, by: User, row: Any) -> tuple[str, str]:
    """Do or try one row; how it ended, and why. A refusal undoes that row alone."""
    try:
        if row is None:
            raise Refused(_("It is gone, or you may not see it."))
        if batch.state == "checking":
            return _tried(kind, row, batch.options, by)
        with db.session.begin_nested():
            said = kind.act(row, batch.options, by) or "done"
            return said if isinstance(said, tuple) else (said, "")
    except Skip as skip:
        return "skipped", str(skip.reason)
    except Refused as refusal:
        return "refused", str(refusal.message)


def _note(
    batch: Batch,
    kind: BatchKind,
    items: list[BatchItem],
    ends: list[tuple[str, str]],
    rows: Mapping[int, Any],
) -> None:
    counts = batch.counts
    for item, (state, reason) in zip(items, ends, strict=True):
        counts = moved(counts, item.state, state)
        item.state, item.reason = state, reason
        lines = getattr(rows.get(item.position), "lines", None) if kind.on_items else None
        if lines and batch.state == "checking":
            word = str(getattr(rows[item.position], "word", ""))
            item.payload = {**(item.payload or {}), "lines": lines, "word": word}
        if kind.on_items and batch.state == "running" and state not in {"skipped", "refused"}:
            item.record_id = rows[item.position].record_id
    batch.counts = counts


def moved(counts: dict[str, int], before: str, after: str) -> dict[str, int]:
    """How many rows are in each state, when one went from one to another."""
    now = {**counts, before: counts.get(before, 0) - 1}
    now[after] = now.get(after, 0) + 1
    return {state: count for state, count in now.items() if count}


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


def planned_of(batch: Batch) -> int:
    """How many rows the dry run found work for."""
    return sum(batch.counts.get(state, 0) for state in PLANNED)


def begin(batch: Batch, by: User) -> None:
    """Open the change set of a batch that was tried dry, and ring for the work.

    Raises Refused where it would undo what was undone meanwhile.
    """
    undo_of_id = batch.options.get("undo_of_id")
    if undo_of_id:
        check_in_force(undo_of_id)
    batch.change_set_id = open_set(
        actor_of(batch),
        f"batch.{batch.kind}",
        user_id=by.id,
        details={"batch": batch.id},
        undo_of_id=undo_of_id,
    )
    batch.state, batch.place, batch.started_at = "running", 0, clock.now()
    batch.lease_until, batch.lease_owner = None, ""
    ring(WORK, batch.id)


def end(batch: Batch, state: str) -> None:
    """Bring a batch into a state in which nobody works on it; tells its person of a long one."""
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
