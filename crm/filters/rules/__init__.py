"""The engine without a database: the tree, how it is written, what it means, one record judged."""

from crm.filters.rules.grammar import BadFilter, dumps, loads
from crm.filters.rules.judging import judge
from crm.filters.rules.operators import OPERATORS, Operator
from crm.filters.rules.tree import (
    All,
    Any,
    Broken,
    Node,
    Not,
    Related,
    Segment,
    Test,
    brokens,
    own_tests,
    typed,
    without_broken,
)

__all__ = [
    "OPERATORS",
    "All",
    "Any",
    "BadFilter",
    "Broken",
    "Node",
    "Not",
    "Operator",
    "Related",
    "Segment",
    "Test",
    "brokens",
    "dumps",
    "judge",
    "loads",
    "own_tests",
    "typed",
    "without_broken",
]
