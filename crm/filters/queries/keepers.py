"""Where conditions are kept: which views, segments and rules ask for a tag, a stage or a field."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import current_app
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from crm.accounts.models import User
from crm.core import clock
from crm.core.db import db
from crm.core.folding import fold
from crm.fields import queries
from crm.filters.models import SavedView, Segment
from crm.filters.queries.segments import shared_with, usable
from crm.filters.rules import BadFilter, dumps, loads
from crm.filters.rules.naming import Raw, leaves, names

Change = Callable[[Raw], Raw]


@dataclass(frozen=True)
class Keeper:
    """A table whose rows keep conditions. A feature lists its own in `fields.KEEPERS`.

    `trees(row)`: its conditions, raw. `put(row, change)`: let `change` make other ones of them.
    `keys(row)`: the fields it names beside, such as columns. `quick(row)`: the quick filters it
    asks with, by name. `seen(user)`: the condition of the rows that somebody may read of.
    `is_used(row)`: false of what was put away. `url(row)`: its page.
    """

    model: type[Any]
    label: Any
    trees: Callable[[Any], Iterable[Raw]]
    put: Callable[[Any, Change], None]
    url: Callable[[Any], str]
    seen: Callable[[User], Any]
    keys: Callable[[Any], set[str]] = lambda _row: set()
    quick: Callable[[Any], Mapping[str, str]] = lambda _row: {}
    is_used: Callable[[Any], bool] = lambda row: row.archived_at is None

    def asks(self, row: Any, key: str, value: str | None = None) -> bool:
        """Whether a row asks for a field, and compares it with `value` where one is given."""
        if value is None and key in self.keys(row):
            return True
        return any(names(tree, key, value) for tree in self.trees(row))

    def uses(self, row: Any, key: str, value: str | None) -> bool:
        """The same, with a quick filter of that name too."""
        return self.asks(row, key, value) or (
            value is not None and fold(self.quick(row).get(key, "")) == fold(value)
        )


@dataclass(frozen=True)
class Use:
    """What asks for something: `label` says what it is; without a name it is somebody else's."""

    label: Any
    name: str = ""
    url: str = ""


def keepers() -> list[Keeper]:
    """Every table that keeps conditions."""
    found: list[Keeper] = current_app.extensions["tend.keepers"]
    return found


def uses_of(user: User, key: str, value: str | None = None) -> list[Use]:
    """What asks for a field (compared with `value` where one is given), as `user` may know it.

    Of what somebody else keeps for themselves only the kind is told.
    """
    return [
        Use(keeper.label, row.name, keeper.url(row)) if is_seen else Use(keeper.label)
        for keeper in keepers()
        for row, is_seen in _rows(keeper, user)
        if keeper.is_used(row) and keeper.uses(row, key, value)
    ]


def uses_of_person(user: User, person_id: int) -> list[Use]:
    """As `uses_of`, of what compares any field that names people with this one."""
    records = queries.catalogue().fields
    keys = {key for record in records for key, one in _fields(record) if one.kind == "user"}
    value = str(person_id)
    return [
        Use(keeper.label, row.name, keeper.url(row)) if is_seen else Use(keeper.label)
        for keeper in keepers()
        for row, is_seen in _rows(keeper, user)
        if keeper.is_used(row) and _compares(keeper.trees(row), keys, value)
    ]


def _fields(record: str) -> Iterable[tuple[str, Any]]:
    return queries.fields_of(record).items()


def _compares(trees: Iterable[Raw], keys: set[str], value: str) -> bool:
    found = (one for tree in trees for one in leaves(tree))
    return any(one["field"] in keys and value in (one.get("values") or ()) for one in found)


def text_trees(text: str) -> list[Raw]:
    """The tree of a filter that is kept as text; none where it cannot be read."""
    try:
        raw = loads(text)
    except BadFilter:
        return []
    return [raw] if raw else []


def _rows(keeper: Keeper, user: User) -> Iterator[tuple[Any, bool]]:
    model = keeper.model
    rows = select(model, keeper.seen(user).label("is_seen")).order_by(model.name, model.id)
    for row, is_seen in db.session.execute(rows):
        yield row, bool(is_seen)


def _put_view(view: SavedView, change: Change) -> None:
    for tree in text_trees(view.params.get("filter", "")):
        view.params = {**view.params, "filter": dumps(change(tree))}


def _put_segment(segment: Segment, change: Change) -> None:
    for tree in text_trees(segment.filter):
        segment.filter = dumps(change(tree))
        if segment.kind == "dynamic" and segment.archived_at is None:
            segment.due_at = clock.now()


def _keys(view: SavedView) -> set[str]:
    said = view.params
    columns = {key.strip() for key in said.get("columns", "").split(",")}
    return {said.get("sort", ""), said.get("group", "")} | columns


KEEPERS = [
    Keeper(
        SavedView,
        _l("Saved view"),
        lambda view: text_trees(view.params.get("filter", "")),
        _put_view,
        lambda view: f"/views/{view.id}/edit",
        lambda user: shared_with(user, SavedView),
        _keys,
        lambda view: view.params,
    ),
    Keeper(
        Segment,
        _l("Segment"),
        lambda segment: text_trees(segment.filter if segment.kind == "dynamic" else ""),
        _put_segment,
        lambda segment: f"/segments/{segment.id}",
        usable,
    ),
]
