"""Which records are one, and whose words a merged record has; without a database."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any

MOST_IN_GROUP = 20
# So many can be looked at side by side.
FEW = 10
# Of duplicates nobody looked at one by one, the furthest counts: what was agreed, paid for or
# refused by a person is not lost to a record that only arrived.
FURTHER = (
    "incomplete", "captured", "nurture", "recycled", "assigned", "attempted", "spam",
    "disqualified", "contacted", "qualified", "opportunity", "customer",
)  # fmt: skip


def groups(pairs: Iterable[tuple[str, int]]) -> list[list[int]]:
    """Records that share a key, directly or through others: (key, number) to sorted numbers.

    Only where there are two or more; in the order of their first numbers.
    """
    leader: dict[int, int] = {}
    first: dict[str, int] = {}
    for key, number in pairs:
        leader.setdefault(number, number)
        one, other = _top(leader, first.setdefault(key, number)), _top(leader, number)
        leader[max(one, other)] = min(one, other)
    found: dict[int, list[int]] = {}
    for number in sorted(leader):
        found.setdefault(_top(leader, number), []).append(number)
    return [group for _first, group in sorted(found.items()) if len(group) > 1]


def _top(leader: dict[int, int], number: int) -> int:
    while leader[number] != number:
        leader[number] = leader[leader[number]]
        number = leader[number]
    return number


def giver(says: Sequence[tuple[int, bool]], chosen: int | None) -> int | None:
    """Whose value a merged record has: the chosen one's, else the first one's that says any.

    `says`: (number, whether it says something), the record that stays first, then the oldest.
    """
    numbers = [number for number, _is_said in says]
    if chosen in numbers:
        return chosen
    return next((number for number, is_said in says if is_said), None)


def furthest(stands: Sequence[tuple[int, str]]) -> int:
    """Whose lifecycle is the furthest of (number, lifecycle); the first of equals."""
    return max(stands, key=lambda one: FURTHER.index(one[1]) if one[1] in FURTHER else -1)[0]


def mark(said: Any) -> str:
    """A short text that differs as soon as anything of `said` (plain values) does."""
    text = json.dumps(said, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:20]
