"""Whether a lead is what a rule or an answer time asks for: the filter engine's judge."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from crm.filters.queries.house import House
from crm.filters.rules import All, Node, Not, Test
from crm.filters.rules.tree import walk
from crm.leads.rules.conditions import RECORD, Lead, tree_of

Conditions = Iterable[Mapping[str, Any]]
CHOOSES = {"is", "one_of"}


@dataclass(frozen=True)
class Fit:
    """One part of a rule: whether it holds, and what was found where it compares a field."""

    node: Node
    is_met: bool
    found: list[Any] = field(default_factory=list)

    @property
    def field(self) -> Any:
        """The field that is compared; None for what is more than one comparison."""
        return self.node.field if isinstance(self.node, Test) else None


def fits(conditions: Conditions, lead: Lead, house: House | None = None) -> bool:
    """Whether all `conditions` hold for `lead`; none at all always fit, broken ones never do.

    Who asks about many rules brings the `house` along.
    """
    house = house or House()
    return house.holds(house.tree(tree_of(conditions), RECORD), lead)


def judged(conditions: Conditions, lead: Lead) -> list[Fit]:
    """Each part with what was found beside what was asked."""
    house = House()
    return [Fit(one, house.holds(one, lead), _found(one, lead)) for one in nodes_of(conditions)]


def nodes_of(conditions: Conditions) -> list[Node]:
    """The parts of a rule, typed, for saying them in words."""
    tree = House().tree(tree_of(conditions), RECORD)
    return list(tree.parts) if isinstance(tree, All) else [tree]


def asks_for(conditions: Conditions, key: str) -> Iterator[Test]:
    """The comparisons that ask a field to be something, not those that leave something out."""
    for part in nodes_of(conditions):
        if not isinstance(part, Not):
            for one in walk(part):
                if isinstance(one, Test) and one.field.key == key and one.operator.key in CHOOSES:
                    yield one


def may_take(conditions: Conditions, key: str, lead: Lead) -> bool:
    """Whether what a rule asks of one field holds, whatever else it asks."""
    house = House()
    parts = [one for one in nodes_of(conditions) if isinstance(one, Test) and one.field.key == key]
    return all(house.holds(one, lead) for one in parts)


def _found(node: Node, lead: Lead) -> list[Any]:
    if not isinstance(node, Test) or node.field.read is None:
        return []
    value = node.field.read(lead)
    values = value if isinstance(value, list | tuple | set) else [value]
    return [one for one in values if one is not None and one != ""]
