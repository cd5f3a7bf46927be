"""Conditions as text for a URL: all(tier.one_of:hot|warm,deals.some(stage.is:3),not(tag.has:x))."""

import re
from typing import Any

from flask_babel import gettext as _

LONGEST = 6000
DEEPEST = 6
MOST_TESTS = 40
MOST_VALUES = 100
# A key may hold the id of a question, which has up to 61 letters.
LONGEST_KEY = 100
LONGEST_VALUE = 200
KEY = re.compile(r"[a-z][a-z0-9_]*\Z")
SPECIAL = set("~(),|")
LEAF_END = set(",)")
Raw = dict[str, Any]


class BadFilter(ValueError):
    """A filter that cannot be read at all; the words say where."""


def dumps(node: Raw | None) -> str:
    """A condition tree as text; an empty text for none."""
    if not node:
        return ""
    for word in ("all", "any"):
        if word in node:
            return f"{word}({','.join(dumps(part) for part in node[word])})"
    if "not" in node:
        return f"not({dumps(node['not'])})"
    if "relation" in node:
        return f"{node['relation']}.{node['has']}({dumps(node.get('where'))})"
    values = "|".join(_escaped(str(value)) for value in node.get("values", ()))
    return f"{node['field']}.{node['op']}" + (f":{values}" if "values" in node else "")


def loads(text: str) -> Raw | None:
    """The condition tree of a text, None for an empty one; BadFilter says what is wrong."""
    if len(text) > LONGEST:
        raise BadFilter(_("The filter is too long."))
    if not text.strip():
        return None
    reader = _Reader(text.replace("\x00", ""))
    node = reader.node()
    if reader.at != len(reader.text):
        raise reader.lost()
    return checked(node)


def checked(node: Any, depth: int = 1) -> Raw:
    """`node` if it has the shape of a condition tree within the limits, else BadFilter."""
    if depth == 1:
        _count(node)
    if depth > DEEPEST:
        raise _too_deep()
    if not isinstance(node, dict):
        raise BadFilter(_("A condition is missing."))
    if len(node) == 1 and next(iter(node)) in {"all", "any"}:
        word, parts = next(iter(node.items()))
        if not isinstance(parts, list):
            raise BadFilter(_("A group holds a list of conditions."))
        return {word: [checked(part, depth + 1) for part in parts]}
    if set(node) == {"not"}:
        return {"not": checked(node["not"], depth + 1)}
    if set(node) <= {"relation", "has", "where"} and _is_key(node.get("relation")):
        return _related(node, depth)
    if set(node) <= {"field", "op", "values"} and _is_key(node.get("field")):
        return _leaf(node)
    raise BadFilter(_("A condition names a field and a comparison."))


def _related(node: Raw, depth: int) -> Raw:
    if node.get("has") not in {"some", "none"}:
        raise BadFilter(_("Related records are asked for with some or none."))
    where = node.get("where")
    return {
        "relation": node["relation"],
        "has": node["has"],
        "where": checked(where, depth + 1) if where else None,
    }


def _leaf(node: Raw) -> Raw:
    if not _is_key(node.get("op")):
        raise BadFilter(_("A condition names a comparison."))
    leaf: Raw = {"field": node["field"], "op": node["op"]}
    values = node.get("values")
    if values is None:
        return leaf
    if not isinstance(values, list) or len(values) > MOST_VALUES:
        raise BadFilter(_("A condition compares with up to %(most)s values.", most=MOST_VALUES))
    if not all(isinstance(value, str) and len(value) <= LONGEST_VALUE for value in values):
        raise BadFilter(_("A value is a text of up to %(most)s letters.", most=LONGEST_VALUE))
    return leaf | {"values": [value.replace("\x00", "") for value in values]}


def _count(node: Any) -> None:
    left, seen = [node], 0
    while left:
        seen += 1
        if seen > 4 * MOST_TESTS:
            break
        one = left.pop()
        if isinstance(one, dict):
            left += [part for word in ("all", "any") for part in (one.get(word) or ())]
            left += [one[word] for word in ("not", "where") if one.get(word)]
    if seen > 2 * MOST_TESTS:
        raise BadFilter(_("A filter has up to %(most)s conditions.", most=MOST_TESTS))


def _too_deep() -> BadFilter:
    return BadFilter(_("The filter is nested deeper than %(most)s groups.", most=DEEPEST))


def _is_key(text: Any) -> bool:
    return isinstance(text, str) and len(text) <= LONGEST_KEY and bool(KEY.match(text))


def _escaped(value: str) -> str:
    return "".join("~" + letter if letter in SPECIAL else letter for letter in value)


class _Reader:
    """Reads a text from left to right."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0

    def lost(self) -> BadFilter:
        """Said where the text makes no sense any more."""
        rest = self.text[self.at : self.at + 20]
        if not rest:
            return BadFilter(_("The filter ends too early."))
        return BadFilter(_("The filter makes no sense from “%(rest)s” on.", rest=rest))

    def node(self, depth: int = 1) -> Raw:
        if depth > DEEPEST + 1:
            raise _too_deep()
        word = self._key()
        if word in {"all", "any"} and self._next("("):
            return {word: self._parts(depth)}
        if word == "not" and self._next("("):
            node = self.node(depth + 1)
            self._must(")")
            return {"not": node}
        self._must(".")
        op = self._key()
        if op in {"some", "none"} and self._next("("):
            where = None if self.text[self.at : self.at + 1] == ")" else self.node(depth + 1)
            self._must(")")
            return {"relation": word, "has": op, "where": where}
        return {"field": word, "op": op} | ({"values": self._values()} if self._next(":") else {})

    def _parts(self, depth: int) -> list[Raw]:
        parts: list[Raw] = []
        while not self._next(")"):
            if parts:
                self._must(",")
            parts.append(self.node(depth + 1))
        return parts

    def _values(self) -> list[str]:
        values = [""]
        while self.at < len(self.text) and self.text[self.at] not in LEAF_END:
            letter = self.text[self.at]
            if letter == "|":
                values.append("")
            elif letter == "~" and self.at + 1 < len(self.text):
                self.at += 1
                values[-1] += self.text[self.at]
            else:
                values[-1] += letter
            self.at += 1
        return values

    def _key(self) -> str:
        found = re.compile(r"[a-z][a-z0-9_]*").match(self.text, self.at)
        if not found:
            raise self.lost()
        self.at = found.end()
        return found[0]

    def _next(self, letter: str) -> bool:
        if self.text[self.at : self.at + 1] != letter:
            return False
        self.at += 1
        return True

    def _must(self, letter: str) -> None:
        if not self._next(letter):
            raise self.lost()
