"""Leaving rows out of what a dry run planned, and taking them in again."""

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from crm.accounts.models import User
from crm.batches.actions.working import kind_of, moved
from crm.batches.models import PLANNED, Batch, BatchItem
from crm.batches.rules import MOST_TOGETHER, may_use
from crm.core.db import db
from crm.core.refusal import Refused

LEFT = "left_out"  # what an item says that was left out: its state and reason before


def leave_out(batch: Batch, position: int, by: User) -> None:
    """Leave a row out of what was planned, and all that hang together with it."""
    for item in _together(batch, position, by):
        if item.state in PLANNED:
            item.payload = {**(item.payload or {}), LEFT: [item.state, item.reason]}
            _turn(batch, item, "skipped", _("Left out by hand."))


def take_in(batch: Batch, position: int, by: User) -> None:
    """Take rows that were left out in again."""
    for item in _together(batch, position, by):
        said = dict(item.payload or {})
        if LEFT in said:
            state, reason = said.pop(LEFT)
            item.payload = said
            _turn(batch, item, state, reason)


def _together(batch: Batch, position: int, by: User) -> list[BatchItem]:
    """The rows that belong to the one at `position`; they stand behind each other."""
    kind = kind_of(batch.kind)
    if batch.state != "checked" or kind.together is None or not may_use(by, kind):
        raise Refused(_("Rows are left out before the work begins."))
    near = select(BatchItem).where(
        BatchItem.batch_id == batch.id,
        BatchItem.position.between(position - MOST_TOGETHER, position + MOST_TOGETHER),
    )
    items = list(db.session.scalars(near.order_by(BatchItem.position)))
    key: Any = next((kind.together(one.payload) for one in items if one.position == position), None)
    if key is None:
        raise Refused(_("There is no such row."))
    return [one for one in items if kind.together(one.payload) == key]


def _turn(batch: Batch, item: BatchItem, state: str, reason: str) -> None:
    batch.counts = moved(batch.counts, item.state, state)
    item.state, item.reason = state, reason
