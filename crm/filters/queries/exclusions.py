"""Segments that keep people out of sequences: who is in one, and which cannot be read any more.

What cannot be read keeps everybody out until it is mended: a mail that waits can leave later, one
that left cannot come back.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from crm.core.db import db
from crm.fields.queries import catalogue
from crm.filters.models import Segment
from crm.filters.queries.engine import MOST_NESTED, Engine, owner_engine
from crm.filters.queries.segments import segment_for
from crm.filters.rules import BadFilter, Broken, Node, Test, loads
from crm.filters.rules import Segment as Membership
from crm.filters.rules.tree import walk

CHOICES = {"select", "multi"}
# What was answered names options of quiz versions, and those of older ones are not offered.
ANSWERED = {"answer", "attempt"}


def excluding(contact: Any) -> Segment | None:
    """The segment for which `contact` gets no sequences; None where there is none."""
    for segment in _exclusions():
        if Engine(segment.owner).is_in(segment, contact):
            return segment
    return None


def unreadable() -> list[Segment]:
    """The segments that keep people out of sequences and cannot be read: nobody is mailed."""
    return [segment for segment in _exclusions() if is_lost(segment)]


def is_lost(segment: Segment, depth: int = 0) -> bool:
    """Whether a part of a segment's conditions means nothing any more."""
    if segment.kind == "static":
        return False
    if depth >= MOST_NESTED:
        return True
    owner = owner_engine(segment, depth)
    try:
        raw = loads(segment.filter)
    except BadFilter:
        return True
    return any(_is_lost(one, owner) for one in walk(owner.tree(raw, "contact")))


def _exclusions() -> Sequence[Segment]:
    kept_out = select(Segment).where(
        Segment.has_no_sequences.is_(True), Segment.archived_at.is_(None)
    )
    return db.session.scalars(kept_out.order_by(Segment.id)).all()


def _is_lost(node: Node, owner: Engine) -> bool:
    if isinstance(node, Membership):
        inner = segment_for(owner.user, node.segment_id)
        return inner is None or is_lost(inner, owner.depth)
    if isinstance(node, Test):
        return bool(node.values) and _is_gone(node)
    return isinstance(node, Broken)


def _is_gone(test: Test) -> bool:
    """Whether a comparison names a tag, a stage or a record that is not there any more."""
    field = test.field
    if field.kind in CHOICES and field.options is not None and field.record not in ANSWERED:
        known = {one.value for one in field.options()}
        return not known.issuperset(map(str, test.values))
    model: Any = catalogue().models.get(field.target) if field.kind == "reference" else None
    if model is None:
        return False
    kept = db.session.scalars(select(model.id).where(model.id.in_(test.values)))
    return not set(kept).issuperset(test.values)
