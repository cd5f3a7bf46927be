"""What a condition tree names: its comparisons, and the same tree with another value in them."""

from collections.abc import Callable, Iterator
from typing import Any

Raw = dict[str, Any]


def leaves(node: Raw | None) -> Iterator[Raw]:
    """The comparisons of a raw tree, whatever they are part of."""
    if not node:
        return
    for word in ("all", "any"):
        for part in node.get(word) or ():
            yield from leaves(part)
    for word in ("not", "where"):
        yield from leaves(node.get(word))
    if "field" in node:
        yield node


def names(node: Raw | None, key: str, value: str | None = None) -> bool:
    """Whether a tree asks for a field, and compares it with `value` where one is given."""
    return any(
        one["field"] == key and (value is None or value in (one.get("values") or ()))
        for one in leaves(node)
    )


def revalued(node: Raw, key: str, old: str, new: str) -> Raw:
    """The tree with `new` wherever the field `key` was compared with `old`; each value once."""
    return _mapped(node, lambda leaf: _leaf(leaf, old, new) if leaf["field"] == key else leaf)


def _leaf(leaf: Raw, old: str, new: str) -> Raw:
    values = leaf.get("values") or []
    if old not in values:
        return leaf
    return leaf | {"values": list(dict.fromkeys(new if one == old else one for one in values))}


def _mapped(node: Raw, change: Callable[[Raw], Raw]) -> Raw:
    for word in ("all", "any"):
        if word in node:
            return {word: [_mapped(part, change) for part in node[word]]}
    for word in ("not", "where"):
        if node.get(word):
            return node | {word: _mapped(node[word], change)}
    return change(node) if "field" in node else node
