"""What a list is asked for: the query string over the saved view it names, as a typed tree."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import false

from crm.accounts.models import User
from crm.core.numbers import row_number
from crm.fields.rules import Field
from crm.filters.models import SavedView
from crm.filters.queries.addresses import Addresses
from crm.filters.queries.engine import Engine, engine_of, field_named
from crm.filters.queries.groups import grouping_of, offers_of
from crm.filters.queries.heads import heads_of
from crm.filters.queries.listing import Order
from crm.filters.queries.lost import lost_of, mended_url
from crm.filters.queries.menu import Menu, Raw
from crm.filters.queries.views import looks_of, may_change, shelf_of
from crm.filters.rules import BadFilter, Broken, brokens, dumps, loads, tree, without_broken

COMMON = ("filter", "sort", "turned", "columns", "widths", "group", "shut", "in")
LENGTHS = {"filter": 6000, "columns": 1000, "widths": 1000, "shut": 1000}
MOST_COLUMNS = 20


@dataclass(frozen=True)
class Chip:
    """A part of the filter: a quick parameter or a condition, and the list without it."""

    node: tree.Node
    without: str
    name: str = ""


class Asked(Addresses):
    """The state of a list: parameters of the saved view with those of the URL over them."""

    def __init__(
        self, menu: Menu, user: User, args: Mapping[str, str], has_looks: bool = False
    ) -> None:
        """`has_looks`: outside of views, the columns and widths of the reader stand below."""
        self.menu, self.user = menu, user
        self.held: dict[str, Any] = {}  # what the page worked out for this list once
        self._fields: dict[str, Field | None] = {}
        given = {
            name: args[name].replace("\x00", "").strip()[: LENGTHS.get(name, 200)]
            for name in (*menu.names, *menu.quick, *COMMON)
            if name in args
        }
        self.view = self._view(args, given)
        looks = looks_of(user, menu.record) if has_looks else {}
        self.kept: dict[str, str] = dict(self.view.params if self.view else looks)
        self.is_plain = not given and not self.view
        self.params = {name: value for name, value in (self.kept | given).items() if value}

    def _view(self, args: Mapping[str, str], given: Mapping[str, str]) -> SavedView | None:
        asked = args.get("view", "")
        if asked:
            shelf = shelf_of(self.user)
            number = row_number(asked)
            found = shelf.view(number) if number is not None else None
            return found if found is not None and found.record == self.menu.record else None
        if given or args.get("after") or args.get("before"):
            return None
        return shelf_of(self.user).defaults.get(self.menu.record)

    @property
    def is_changed(self) -> bool:
        """Whether the URL asks for something else than the saved view."""
        return self.view is not None and self.params != {k: v for k, v in self.kept.items() if v}

    @property
    def has_filter(self) -> bool:
        """Whether anything but the order and the looks is asked for."""
        return any(self.get(name) for name in ("q", "filter", *self.menu.quick))

    @cached_property
    def engine(self) -> Engine:
        return engine_of(self.user)

    @cached_property
    def _read(self) -> tuple[Raw | None, str]:
        try:
            return loads(self.get("filter")), ""
        except BadFilter as error:
            return None, str(error)

    @property
    def raw(self) -> Raw | None:
        """The condition tree of `filter`, without the quick parameters."""
        return self._read[0]

    @property
    def problem(self) -> str:
        """Why the filter of the URL cannot be read at all, in words."""
        return self._read[1]

    @cached_property
    def quick(self) -> dict[str, Raw]:
        """The quick parameters in force as conditions."""
        found = {
            name: condition(self.user, self.get(name))
            for name, condition in self.menu.quick.items()
            if self.get(name)
        }
        return {name: raw for name, raw in found.items() if raw}

    @property
    def whole(self) -> Raw | None:
        """Quick parameters and filter as one tree, for the builder and for segments."""
        parts = [*self.quick.values()]
        if self.raw:
            parts += self.raw["all"] if set(self.raw) == {"all"} else [self.raw]
        return {"all": parts} if parts else None

    @cached_property
    def node(self) -> tree.Node:
        """What is asked for, typed; broken parts are in it."""
        return self.engine.tree(self.whole, self.menu.record)

    @property
    def broken(self) -> list[Broken]:
        return brokens(self.node) if self.whole else []

    @property
    def is_unsure(self) -> bool:
        """Whether part of the filter means nothing (any more)."""
        return bool(self.problem or self.broken)

    @cached_property
    def condition(self) -> Any:
        """The condition in force: what is broken is left out, and said on the page.

        Where nothing else is asked for, it holds nobody: everybody was not meant.
        """
        if self.is_empty:
            return false()
        node = without_broken(self.node)
        return self.engine.condition(node, self.menu.record, looks_up=True)

    @property
    def is_empty(self) -> bool:
        """Whether nothing of the filter is known any more."""
        return self.is_unsure and without_broken(self.node) == tree.All()

    @property
    def certain(self) -> Any:
        """The condition for what counts and acts: what is left of a broken filter holds nobody."""
        return false() if self.is_unsure else self.condition

    @property
    def scope(self) -> list[Any]:
        """The conditions that the parameters of the page itself stand for."""
        return self.menu.scope(self)

    @cached_property
    def chips(self) -> list[Chip]:
        """The parts of the filter, each with the URL of the list without it."""
        if not self.quick and not self.raw:
            return []
        typed = self.engine.tree
        chips = [
            Chip(typed(raw, self.menu.record), self.url(**{name: None}), name)
            for name, raw in self.quick.items()
        ]
        parts = self.raw["all"] if self.raw and set(self.raw) == {"all"} else [self.raw]
        for place, raw in enumerate(parts):
            if raw:
                rest = [one for number, one in enumerate(parts) if number != place]
                without = self.url(filter=dumps({"all": rest}) if rest else None)
                chips.append(Chip(typed(raw, self.menu.record), without))
        return chips

    @cached_property
    def order(self) -> Order:
        """The order in force; the usual one for what cannot be sorted by."""
        name = self.menu.sorts.get(self.get("sort"), self.get("sort"))
        found = self.field(name) if name else None
        turned = self.get("turned") == "1"
        if found is None or not found.is_sortable:
            usual, is_turned = self._usual()
            found, turned = self.field(usual), turned != is_turned
        assert found is not None
        return Order(found, turned, self.user)

    def _usual(self) -> tuple[str, bool]:
        return self.menu.usual(self) if self.menu.usual else (self.menu.sort, False)

    @cached_property
    def columns(self) -> list[str]:
        """The keys of the columns shown, in order; the name always stands first."""
        chosen = self.get("columns").split(",") if self.get("columns") else list(self.menu.columns)
        extra = self.menu.extra
        known = [key for key in dict.fromkeys(chosen) if key in extra or self.listed(key)]
        first = self.menu.columns[0]
        return [first, *(key for key in known if key != first)][:MOST_COLUMNS]

    def column(self, key: str) -> Field | str | None:
        """The field of a column, or the words of one that is no field."""
        return str(self.menu.extra[key]) if key in self.menu.extra else self.listed(key)

    def listed(self, key: str) -> Field | None:
        """The field of a column."""
        found = self.field(key)
        return found if found is not None and found.is_listed else None

    def field(self, key: str) -> Field | None:
        """A field of the records by key as far as the reader may ask for it, looked up once."""
        if key not in self._fields:
            self._fields[key] = field_named(self.menu.record, key, self.user)
        return self._fields[key]

    def heads(self) -> list[dict[str, Any]]:
        """The heads of the columns: words, the URL that sorts by it, how it is sorted now."""
        return heads_of(self)

    @cached_property
    def grouping(self) -> Field | None:
        """The field by whose values the list is grouped."""
        return grouping_of(self)

    @property
    def groupings(self) -> list[tuple[Any, str, bool]]:
        """What the list may be grouped by: words, address, whether it is so now."""
        return offers_of(self)

    @cached_property
    def lost(self) -> list[str]:
        """What of order, groups and columns means nothing (any more), in words."""
        return lost_of(self)

    @property
    def mended_url(self) -> str:
        """The list without what is lost."""
        return mended_url(self)

    @cached_property
    def shut(self) -> frozenset[str]:
        """The keys of the groups that show their head alone."""
        return frozenset(key for key in self.get("shut").split(",") if key)

    @property
    def whole_text(self) -> str:
        """Quick parameters and filter as one text."""
        return dumps(self.whole)

    @property
    def may_save(self) -> bool:
        """Whether the reader may save over the view."""
        return self.view is not None and may_change(self.user, self.view)
