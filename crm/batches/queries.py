"""Reading batches: only one's own; who runs the team sees everybody's."""

from flask import current_app
from sqlalchemy import select

from crm.accounts.models import User
from crm.accounts.rules import may
from crm.batches.models import Batch, BatchItem
from crm.batches.rules import BatchKind
from crm.core.db import db

PAGE = 50


def batch(batch_id: int) -> Batch:
    """A batch by number, for the worker."""
    return db.session.get_one(Batch, batch_id)


def batch_for(user: User, batch_id: int) -> Batch | None:
    """A batch of `user`'s, or anybody's for those who see all."""
    found = db.session.get(Batch, batch_id)
    return found if found and (found.user_id == user.id or user.sees_all) else None


def batches_for(user: User, before: int | None = None) -> list[Batch]:
    """The latest first; `before` is the number the page ends at."""
    wanted = select(Batch).order_by(Batch.id.desc()).limit(PAGE)
    if not user.sees_all:
        wanted = wanted.where(Batch.user_id == user.id)
    return list(db.session.scalars(wanted.where(Batch.id < before) if before else wanted))


def items_of(batch: Batch, *, state: str | None = None, after: int = 0) -> list[BatchItem]:
    """Rows of a batch in order, from the place `after` on."""
    wanted = select(BatchItem).where(BatchItem.batch_id == batch.id, BatchItem.position > after)
    if state:
        wanted = wanted.where(BatchItem.state == state)
    return list(db.session.scalars(wanted.order_by(BatchItem.position).limit(PAGE)))


def items_told(batch: Batch, most: int) -> list[BatchItem]:
    """The first rows of which a dry run said anything."""
    wanted = select(BatchItem).where(BatchItem.batch_id == batch.id, BatchItem.reason != "")
    return list(db.session.scalars(wanted.order_by(BatchItem.position).limit(most)))


def kinds_for(user: User, record: str) -> list[BatchKind]:
    """What `user` may do with many rows of a list, in the order of its bar."""
    if not may(user, "bulk_edit"):
        return []
    offered = _offered(record)
    held = {right for right in {kind.right for kind in offered} if may(user, right)}
    return [kind for kind in offered if kind.right in held]


def _offered(record: str) -> list[BatchKind]:
    """What the bar of a list may offer, looked up once an app."""
    bars: dict[str, list[BatchKind]] = current_app.extensions.setdefault("tend.bars", {})
    if record not in bars:
        kinds = current_app.extensions["tend.batches"].values()
        found = [kind for kind in kinds if kind.record == record and _has_label(kind)]
        bars[record] = sorted(found, key=lambda kind: kind.place)
    return bars[record]


def _has_label(kind: BatchKind) -> bool:
    """As `bool(kind.label)`, which would look the words of a lazy text up."""
    return bool(kind.label) if isinstance(kind.label, str) else kind.label is not None
