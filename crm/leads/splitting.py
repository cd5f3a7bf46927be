"""Splitting what somebody has between people so that accounts stay together (O3)."""

from collections.abc import Mapping, Sequence
from typing import Any

from crm.batches.holding import Holding, holdings
from crm.core.db import db

EVENLY, BY_TEAM = "evenly", "team"
Node = tuple[str, int]


class Groups:
    """Things that belong together, joined link by link."""

    def __init__(self) -> None:
        self.above: dict[Node, Node] = {}

    def root(self, node: Node) -> Node:
        """The thing that stands for all that `node` belongs to."""
        self.above.setdefault(node, node)
        while self.above[node] != node:
            self.above[node] = node = self.above[self.above[node]]
        return node

    def join(self, nodes: Sequence[Node]) -> None:
        """Say that these belong together."""
        for node in nodes[1:]:
            self.above[self.root(node)] = self.root(nodes[0])


def shares(
    leaver_id: int,
    kinds: Mapping[str, Any],
    people: Sequence[int],
    teams: Mapping[int, Sequence[int]],
) -> dict[Node, int]:
    """Who gets each linked row of the kinds that are split, by kind and number.

    A contact, its deals and tasks and the people of its company go to one person; the largest
    account is given first, each to who has the fewest rows by then. Where a kind is split within
    teams and nobody of the account's receiver is in it, its rows go to who has the fewest there.
    """
    split = [one for one in holdings() if one.links and kinds.get(one.key) in {EVENLY, BY_TEAM}]
    groups, rows = Groups(), [row for kind in split for row in _rows(kind, leaver_id)]
    for _row, _team, nodes in rows:
        groups.join(nodes)
    parts: dict[tuple[Node, tuple[int, ...]], list[Node]] = {}
    for row, team, nodes in rows:
        own = teams.get(team or 0) if kinds[row[0]] == BY_TEAM else None
        parts.setdefault((groups.root(nodes[0]), tuple(own or people)), []).append(row)
    load = dict.fromkeys(people, 0)
    whose: dict[Node, int] = {}
    given: dict[Node, int] = {}
    # Sorting is stable: accounts of one size keep the order in which their first row came.
    for (account, able), held in sorted(parts.items(), key=lambda part: -len(part[1])):
        to = whose.get(account)
        if to not in able:
            to = min(able, key=lambda one: load[one])
        whose.setdefault(account, to)
        load[to] += len(held)
        given.update(dict.fromkeys(held, to))
    return given


def _rows(kind: Holding, leaver_id: int) -> list[tuple[Node, int | None, list[Node]]]:
    """Each row with its team and all it belongs to, in order."""
    names, columns = [name for name, _column in kind.links], [one for _name, one in kind.links]
    found = []
    for number, team, *linked in db.session.execute(kind.rows(leaver_id).add_columns(*columns)):
        nodes = [(name, one) for name, one in zip(names, linked, strict=True) if one]
        found.append(((kind.key, number), team, nodes))
    return found
