"""Short parameters of lists (?owner=me&tier=hot) as the conditions they stand for."""

from collections.abc import Callable, Collection
from typing import Any

from crm.core.numbers import row_number

Raw = dict[str, Any]
Quick = Callable[[Any, str], Raw | None]


def owner_is(_user: Any, asked: str) -> Raw | None:
    """?owner=me, nobody or a user's number."""
    if asked in {"me", "nobody"} or row_number(asked) is not None:
        return {"field": "owner", "op": "is", "values": [asked]}
    return None


def choice_is(key: str, values: Collection[str]) -> Quick:
    """A parameter that names one of `values` of the field `key`."""

    def read(_user: Any, asked: str) -> Raw | None:
        return {"field": key, "op": "is", "values": [asked]} if asked in values else None

    return read


def record_is(key: str) -> Quick:
    """A parameter that holds the number of a record in the field `key`."""

    def read(_user: Any, asked: str) -> Raw | None:
        return (
            {"field": key, "op": "is", "values": [asked]} if row_number(asked) is not None else None
        )

    return read
