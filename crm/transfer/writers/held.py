"""Whose what is after the rows of a file that were tried: marks of rows and of records."""

import hashlib
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from crm.transfer.drafts import Draft


@dataclass(frozen=True)
class Held:
    """Whose a key is by now: the record of the rows with a mark, nobody's where that is empty."""

    mark: str
    record_id: int | None = None


Holder = Callable[[str], Held | None]


class Standing:
    """Rows that name no other row of their file; writers of those that do say otherwise."""

    def late(self, draft: Draft) -> bool:
        """Whether a row names what an earlier row of the file may bring."""
        return False

    def unlinked(self, draft: Draft) -> str:
        """Why a row is refused that names what is not there, new or not; "" where it is."""
        return ""

    def names(self, draft: Draft) -> list[str]:
        """By which keys a dry run asks what earlier rows bring, for this row and as this row."""
        return []

    def follow(self, draft: Draft, holder: Holder) -> None:
        """Find in a dry run what earlier rows bring and this one names."""

    def leaves(self, draft: Draft, then: Mapping[str, Any], mark: str) -> dict[str, Held]:
        """What later rows of a dry run are to know of this one, by key."""
        return {}

    def refuse_circle(self, draft: Draft, keys: Set[str], holder: Holder) -> None:
        """Raises Refused in a dry run where earlier rows and this one made a circle."""


def mark_of(keys: Sequence[str]) -> str | None:
    """The hash under which a row's key is kept; nothing personal stays in it."""
    text = next(iter(keys), "")
    return hashlib.sha256(text.encode()).hexdigest()[:32] if text else None


def mark_of_record(number: int) -> str:
    """The mark of rows about a record that is there."""
    return mark_of([f"#{number}"]) or ""
