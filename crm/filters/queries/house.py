"""Conditions as the house itself reads them: routing and answer times, on nobody's behalf."""

from collections.abc import Mapping
from typing import Any

from crm.core.db import db
from crm.filters.models import Segment
from crm.filters.queries.engine import Engine, kit
from crm.filters.queries.viewers import eyes_of_house
from crm.filters.rules import All, Broken, Node, judge, typed
from crm.filters.rules import Segment as Membership
from crm.filters.rules.tree import walk


class House:
    """Judges single records; it sees all of what belongs to them."""

    def __init__(self) -> None:
        self.eyes = eyes_of_house()

    def tree(self, raw: Mapping[str, Any] | None, record: str) -> Node:
        """The typed tree of a raw one; what is not known is Broken in it."""
        return typed(raw, record, kit(None)) if raw else All()

    def holds(self, node: Node, row: Any) -> bool:
        """Whether one loaded record fulfils `node`; with a part that means nothing nobody does."""
        is_sound = not any(self._is_lost(one) for one in walk(node))
        return is_sound and judge(node, row, self.eyes, in_segment=self._is_in)

    def _is_lost(self, node: Node) -> bool:
        """Whether a part means nothing any more: turned round it would hold for everybody."""
        if isinstance(node, Membership):
            return self._segment(node.segment_id) is None
        return isinstance(node, Broken)

    def _segment(self, segment_id: int) -> Segment | None:
        segment = db.session.get(Segment, segment_id)
        return segment if segment is not None and segment.archived_at is None else None

    def _is_in(self, segment_id: int, contact: Any) -> bool:
        segment = self._segment(segment_id)
        return segment is not None and Engine(segment.owner, 1).is_in(segment, contact)
