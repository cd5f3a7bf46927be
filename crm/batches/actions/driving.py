"""Who works on a batch: claims with a lease, pieces in order, what a dead worker left."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import delete, or_, select, update

from crm.batches.actions.planning import WORK
from crm.batches.actions.working import (
    Ahead,
    actor_of,
    end,
    fill,
    kind_of,
    read_ahead,
    work_piece,
)
from crm.batches.models import ACTIVE, Batch, BatchItem
from crm.batches.rules import (
    AIM_SECONDS,
    CHUNK,
    DRY_CHUNK,
    FORGOTTEN,
    KEPT,
    LEASE,
    LEAST,
    MANY_CHUNK,
    BatchKind,
    may_use,
)
from crm.core import clock
from crm.core.db import db
from crm.core.queue import ring
from crm.history.writing import acting


def claim(batch_id: int, owner: str) -> bool:
    """Take a batch for half a minute; False where somebody else works on it or it has ended."""
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


class Pace:
    """How many rows a piece has: as many as keep others from writing for a tenth of a second."""

    def __init__(self) -> None:
        self.share = 0.5

    def of(self, most: int) -> int:
        """The next piece, where `most` rows are one on a machine that has nothing else to do."""
        return round(most * self.share)

    def took(self, seconds: float) -> None:
        """Go on by how long the last piece took; twice or half as many at once, no more."""
        turn = AIM_SECONDS / max(seconds, AIM_SECONDS / 2)
        self.share = min(1.0, max(LEAST, self.share * max(turn, 0.5)))


def ahead(batch_id: int) -> Ahead | None:
    """What the next step takes from a file, read before its transaction opens."""
    batch = db.session.get_one(Batch, batch_id)
    kind = kind_of(batch.kind)
    return read_ahead(batch, kind) if may_use(batch.user, kind) else None


def step(batch_id: int, owner: str, pace: Pace | None = None, lines: Ahead | None = None) -> bool:
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
        end(batch, "cancelled")
        return False
    kind, by = kind_of(batch.kind), batch.user
    if not may_use(by, kind):
        batch.error = _("%(name)s may no longer do this.", name=by.name)
        end(batch, "failed")
        return False
    batch.lease_until = clock.now() + LEASE
    if batch.state == "filling":
        fill(batch, kind, lines)
    else:
        was_dry = batch.state == "checking"
        size = _size(batch, kind)
        work_piece(batch, kind, by, pace.of(size) if pace else size)
        if was_dry and batch.state == "running":
            return False  # begun by itself: its own turn of the worker adds to its change set
    return batch.is_active


def fail(batch_id: int, owner: str) -> None:
    """End a claimed batch that meets a fault of ours; what it did before stays, in its act."""
    batch = db.session.get_one(Batch, batch_id)
    if batch.is_active and batch.lease_owner == owner:
        batch.error = _("This met a fault in Tend itself and has stopped. The log says more; what "
                        "was done before stays, and can be undone.")  # fmt: skip
        end(batch, "failed")


def _size(batch: Batch, kind: BatchKind) -> int:
    """How many rows go into one transaction."""
    if batch.state == "checking":
        return DRY_CHUNK if kind.on_items or kind.act_many else CHUNK
    return MANY_CHUNK if kind.act_many else CHUNK


@contextmanager
def as_one_act(batch: Batch) -> Iterator[None]:
    """All changes made inside belong to the batch's one change set."""
    with acting(
        actor_of(batch),
        f"batch.{batch.kind}",
        user_id=batch.user_id,
        set_id=batch.change_set_id,
    ):
        yield


def sweep() -> None:
    """Ring for batches nobody works on, and forget what ended 30 days ago, some rows at a time."""
    now = clock.now()
    for batch_id in db.session.scalars(
        select(Batch.id).where(
            Batch.state.in_(ACTIVE), or_(Batch.lease_until.is_(None), Batch.lease_until < now)
        )
    ):
        ring(WORK, batch_id)
    _forget(now - KEPT)


def _forget(before: datetime) -> None:
    is_left = (Batch.state == "checked") & (Batch.created_at < before)
    is_old = or_(Batch.finished_at < before, is_left)
    old = list(db.session.scalars(select(Batch.id).where(is_old)))
    if not old:
        return
    rows = select(BatchItem.id).where(BatchItem.batch_id.in_(old)).limit(FORGOTTEN)
    gone = db.session.execute(delete(BatchItem).where(BatchItem.id.in_(rows)))
    if gone.rowcount < FORGOTTEN:  # type: ignore[attr-defined]
        db.session.execute(delete(Batch).where(Batch.id.in_(old)))
