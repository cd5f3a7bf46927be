"""Several small readings in one statement: what stands around a record, table by table."""

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import Select, String, cast, literal, null, select, union_all
from sqlalchemy.types import TypeEngine

from crm.core import reading
from crm.core.ready import Ready


class Gathered:
    """Selects by name, asked for together: their rows lie below each other in one result.

    Each has a place of its own for none of its columns: it takes the first free one of its type.
    A select whose rows have an order of theirs has a limit as well, or is sorted when it is read:
    databases may forget an order that decides nothing.
    """

    def __init__(self, **parts: Select) -> None:
        found = {name: part.subquery() for name, part in parts.items()}
        taken = {name: _places([one.type for one in part.c]) for name, part in found.items()}
        places = list(dict.fromkeys(place for some in taken.values() for place in some))
        self._read: dict[str, Callable[[Any], Sequence[Any]]] = {}
        selects = []
        for name, part in found.items():
            columns = dict(zip(taken[name], part.c, strict=True))
            selects.append(
                select(
                    literal(name).label("part"),
                    *(
                        columns.get(place, cast(null(), place[0])).label(f"place_{number}")
                        for number, place in enumerate(places)
                    ),
                )
            )
            self._read[name] = _getter([1 + places.index(place) for place in taken[name]])
        self._ready = Ready(union_all(*selects))

    def rows(self, values: Mapping[str, Any]) -> dict[str, list[Sequence[Any]]]:
        """The rows of each part, as its own statement would give them, by its name."""
        found: dict[str, list[Sequence[Any]]] = {name: [] for name in self._read}
        for row in reading.rows(self._ready, values):
            found[row[0]].append(self._read[row[0]](row))
        return found


Place = tuple[TypeEngine[Any], int]
_TYPES: dict[Any, TypeEngine[Any]] = {}


def _places(types: Sequence[TypeEngine[Any]]) -> list[Place]:
    """For each column its type, the same object for equal ones, and a number among those."""
    count: dict[TypeEngine[Any], int] = {}
    places = []
    for one in types:
        kind = _TYPES.setdefault(_key(one), String() if type(one) is String else one)
        count[kind] = count.get(kind, 0) + 1
        places.append((kind, count[kind]))
    return places


def _key(kind: TypeEngine[Any]) -> Any:
    """What two types have in common that read and write the same: texts of any length do."""
    return (type(kind), "" if type(kind) is String else repr(kind))


def _getter(places: list[int]) -> Callable[[Any], Sequence[Any]]:
    if len(places) == 1:
        return lambda row: (row[places[0]],)
    return itemgetter(*places)
