"""Whether one loaded record fulfils a condition tree: the same meaning as the SQL."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from crm.core.folding import fold
from crm.core.phones import bare
from crm.filters.rules import tree
from crm.filters.rules.meaning import Among, Empty, Range, Viewer, Want, Words, want

MaySee = Callable[[Any], bool]
InSegment = Callable[[int, Any], bool]


class Judge:
    """Judges records for a viewer; `may_see` asks of related ones, `in_segment` of segments."""

    def __init__(self, viewer: Viewer, may_see: MaySee, in_segment: InSegment) -> None:
        self.viewer, self.may_see, self.in_segment = viewer, may_see, in_segment

    def holds(self, node: tree.Node | None, record: Any) -> bool:
        """Whether `record` fulfils `node`; what is broken never holds."""
        if isinstance(node, tree.All):
            return all(self.holds(part, record) for part in node.parts)
        if isinstance(node, tree.Any):
            return not node.parts or any(self.holds(part, record) for part in node.parts)
        if isinstance(node, tree.Not):
            return not self.holds(node.part, record)
        return node is None or self._leaf(node, record)

    def _leaf(self, node: tree.Node, record: Any) -> bool:
        if isinstance(node, tree.Test):
            return self._test(node, record)
        if isinstance(node, tree.Related):
            return node.is_some == any(
                self.holds(node.where, one)
                for one in node.relation.rows(record)
                if getattr(one, "deleted_at", None) is None and self.may_see(one)
            )
        if isinstance(node, tree.Segment):
            return self.in_segment(node.segment_id, record) == node.is_in
        return False

    def _test(self, test: tree.Test, record: Any) -> bool:
        assert test.field.read is not None
        found = test.field.read(record)
        values = found if isinstance(found, list | tuple | set | frozenset) else [found]
        wanted, denied = want(test, self.viewer)
        return _fulfils(wanted, [value for value in values if not _is_empty(value)]) != denied


def judge(
    node: tree.Node | None,
    record: Any,
    viewer: Viewer,
    may_see: MaySee = lambda _record: True,
    in_segment: InSegment = lambda _segment, _record: False,
) -> bool:
    """Whether one loaded record fulfils `node` in the eyes of `viewer`."""
    return Judge(viewer, may_see, in_segment).holds(node, record)


def _is_empty(value: Any) -> bool:
    return value is None or value == ""


def _fulfils(wanted: Want, values: list[Any]) -> bool:
    """Whether any of a field's values is what is wanted."""
    if isinstance(wanted, Empty):
        return not values
    if isinstance(wanted, Among):
        return _among(wanted, values)
    if isinstance(wanted, Words):
        return any(_says(wanted, fold(str(value))) for value in values)
    return any(_within(wanted, value) for value in values)


def _among(wanted: Among, values: list[Any]) -> bool:
    if wanted.or_empty and not values:
        return True
    sought = {_plain(value) for value in wanted.values}
    found = {_plain(value) for value in values}
    return sought <= found if wanted.every else bool(sought & found)


def _plain(value: Any) -> Any:
    """Numbers and texts of the same look are the same choice; yes and no are neither."""
    if isinstance(value, bool):
        return value
    if isinstance(value, Decimal | float):
        return str(int(value)) if value == int(value) else Decimal(str(value))
    return str(value) if isinstance(value, int) else value


def _says(wanted: Words, text: str) -> bool:
    text = bare(text) if wanted.is_bare else text
    if wanted.how == "contains":
        return any(one in text for one in wanted.texts)
    if wanted.how == "begins":
        return text.startswith(wanted.texts)
    return text in wanted.texts


def _within(wanted: Range, value: Any) -> bool:
    if wanted.low is not None and not (
        value >= wanted.low if wanted.with_low else value > wanted.low
    ):
        return False
    return wanted.high is None or (
        value <= wanted.high if wanted.with_high else value < wanted.high
    )
