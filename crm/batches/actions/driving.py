"""Who works on a batch: claims with a lease, pieces in order, what a dead worker left."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask_babel import gettext as _
from sqlalchemy import delete, or_, select, update

from crm.batches.actions.planning import WORK
from crm.batches.actions.working import actor_of, end, fill, kind_of, work_piece
from crm.batches.models import ACTIVE, Batch
from crm.batches.rules import CHUNK, DRY_CHUNK, KEPT, LEASE, MANY_CHUNK, BatchKind, may_use
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
        end(batch, "cancelled")
        return False
    kind, by = kind_of(batch.kind), batch.user
    if not may_use(by, kind):
        batch.error = _("%(name)s may no longer do this.", name=by.name)
        end(batch, "failed")
        return False
    batch.lease_until = clock.now() + LEASE
    if batch.state == "filling":
        fill(batch, kind)
    else:
        was_dry = batch.state == "checking"
        work_piece(batch, kind, by, _size(batch, kind))
        if was_dry and batch.state == "running":
            return False  # begun by itself: its own turn of the worker adds to its change set
    return batch.is_active


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
