"""Conditions as the house itself reads them: routing and answer times, on nobody's behalf."""

from collections.abc import Mapping
from typing import Any

from crm.core.db import db
from crm.filters.models import Segment
from crm.filters.queries.engine import Engine, kit
from crm.filters.queries.viewers import eyes_of_house
from crm.filters.rules import All, Node, judge, typed


class House:
    """Judges single records; it sees all of what belongs to them."""

    def __init__(self) -> None:
        self.eyes = eyes_of_house()

    def tree(self, raw: Mapping[str, Any] | None, record: str) -> Node:
        """The typed tree of a raw one; what is not known is Broken in it."""
        return typed(raw, record, kit(None)) if raw else All()

    def holds(self, node: Node, row: Any) -> bool:
        """Whether one loaded record fulfils `node`; what is broken never holds."""
        return judge(node, row, self.eyes, in_segment=self._is_in)

    def _is_in(self, segment_id: int, contact: Any) -> bool:
        segment = db.session.get(Segment, segment_id)
        if segment is None or segment.archived_at is not None:
            return False
        return Engine(segment.owner, 1).is_in(segment, contact)
