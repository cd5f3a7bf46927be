"""The addresses of a list: itself with something changed, and the pages that are told of it."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from crm.accounts.models import User
from crm.core.links import query_string
from crm.filters.models import SavedView
from crm.filters.queries.menu import Menu
from crm.filters.queries.views import looks_of
from crm.filters.rules import dumps


class Addresses:
    """What `Asked` is told, as the query strings of pages."""

    menu: Menu
    user: User
    view: SavedView | None
    kept: Mapping[str, str]
    params: dict[str, str]
    columns: Any
    whole: Any

    def get(self, name: str) -> str:
        """A parameter in force, "" for none."""
        return self.params.get(name, "")

    def query(self, **change: str | None) -> dict[str, str]:
        """The query string with some parameters changed; None takes one away."""
        new = {k: v for k, v in (self.params | change).items() if v} if change else self.params
        if not self.kept and self.view is None:
            return dict(new)
        query = {"view": str(self.view.id)} if self.view else {}
        query |= {name: value for name, value in new.items() if self.kept.get(name) != value}
        return query | {name: "" for name, value in self.kept.items() if value and name not in new}

    def url(self, **change: str | None) -> str:
        """The list with some parameters changed, from its top."""
        query = self.query(**change)
        return f"{self.menu.url}?{query_string(tuple(query.items()))}" if query else self.menu.url

    @property
    def hidden(self) -> dict[str, str]:
        """What the search form of the list carries along."""
        return {name: value for name, value in self.query().items() if name != "q"}

    @cached_property
    def packed(self) -> str:
        """All parameters in force, as a saved view keeps them."""
        return urlencode(self.params)

    @property
    def builder_url(self) -> str:
        """Where the whole filter is built; it leads back to the list."""
        bare = self.url(filter=None, **dict.fromkeys(self.menu.quick))
        query = {"record": self.menu.record, "filter": dumps(self.whole), "back": bare}
        return "/filters/build?" + query_string(tuple(query.items()))

    @property
    def columns_url(self) -> str:
        """Where columns are chosen and ordered."""
        query = {"record": self.menu.record, "shown": ",".join(self.columns)}
        if not self.keeps_looks:
            query["widths"] = self.get("widths")
        query["back"] = self.url(columns=None, widths=None)
        return "/filters/columns?" + query_string(tuple(query.items()))

    @property
    def export_url(self) -> str:
        """Where a file is made of the list."""
        return "/exports/new?" + self._told

    @property
    def count_url(self) -> str:
        """Where all that match are counted."""
        return "/batches/count?" + self._told

    @property
    def _told(self) -> str:
        return query_string((("record", self.menu.record), ("query", self.packed)))

    @property
    def keeps_looks(self) -> bool:
        """Whether a column's new width is the reader's own from now on, wherever they sign in.

        A view and an address keep what they say themselves.
        """
        here = self.params.get("widths") == looks_of(self.user, self.menu.record).get("widths")
        return self.view is None and here

    def paged(self, **place: str | None) -> str:
        """The list as it is, at another place."""
        query = self.query(shut=place.pop("shut", self.get("shut")))
        query |= {name: value for name, value in place.items() if value}
        return f"{self.menu.url}?{query_string(tuple(query.items()))}"
