"""The frame around every signed-in page: navigation, bell, banner."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask import Flask, current_app, g, has_request_context, request
from sqlalchemy import ColumnElement, Select, event, select
from sqlalchemy.orm import InstrumentedAttribute

from crm.accounts.rules import may
from crm.core import reading
from crm.core.ready import ready
from crm.web.here import here
from crm.web.session import reader

Part = tuple[ColumnElement[Any], dict[str, Any]]
FIRST = {"/", "/contacts", "/deals"}
BELL = "/notifications"


@dataclass(frozen=True, eq=False)
class ShellItem:
    """A place in the navigation (`place` "nav"), in the settings index
    ("settings") or on the page of what can be added ("new").

    `count` is called with the user and returns a count as part of a statement, the same object
    each time, and its values; `counted` names the tables and columns that it changes with, so that
    an answer to htmx brings it along when one of these was written. `right` hides the item.
    """

    label: str
    url: str
    icon: str = ""
    order: int = 100
    place: str = "nav"
    right: str | None = None
    help: str = ""
    count: Callable[..., Part] | None = None
    counted: tuple[Any, ...] = ()
    is_hot: bool = False

    @property
    def mark(self) -> str:
        """The id of the element that shows the count."""
        return f"count-{self.url.strip('/').replace('/', '-') or 'today'}"


def init_app(app: Flask, items: Iterable[ShellItem]) -> None:
    """Keep the items that the features offer; templates read `shell`."""
    app.extensions["tend.shell"] = sorted(items, key=lambda item: (item.place, item.order))
    for item in app.extensions["tend.shell"]:
        for one in item.counted:
            _hear_of(one)
    app.extensions.setdefault("tend.bell", None)
    app.extensions.setdefault("tend.banner", lambda user, beside: None)
    app.extensions.setdefault("tend.beside", {})
    app.context_processor(_frame)
    app.jinja_env.globals["may"] = lambda right: may(reader(), right)


def _hear_of(one: Any) -> None:
    """Remember in each request whether rows of a table, or a column of it, were written."""
    moments = ("after_insert", "after_update", "after_delete")
    for moment in ("set",) if isinstance(one, InstrumentedAttribute) else moments:
        if not event.contains(one, moment, _count_anew):
            event.listen(one, moment, _count_anew)


def _count_anew(*_written: Any) -> None:
    if has_request_context():
        here().counts_anew = True


def counts_anew() -> list[tuple[str, str]]:
    """The marks of places whose numbers this request may have changed: (id, markup), asked once.

    One statement; none where nothing that they count was written.
    """
    if not g.pop("counts_anew", False) or not reader().is_authenticated:
        return []
    draw: Any = current_app.jinja_env.globals["piece"]
    shown = [item for item in items("nav") if item.counted and item.count]
    asked = [item.count(reader()) for item in shown if item.count]
    values = {key: value for _, given in asked for key, value in given.items()}
    (row,) = reading.rows(_counting(tuple(part for part, _ in asked)), values) if asked else [()]
    return [
        (one.mark, draw("layouts/_count.html", mark=one.mark, is_hot=one.is_hot, count=count))
        for one, count in zip(shown, row, strict=True)
    ]


def _frame() -> dict[str, Any]:
    """The frame, and who reads: looked up once a page, and never for pages that ask nobody."""
    found: dict[str, Any] = {"shell": Shell()}
    if g.get("_login_user") is not None:
        found["current_user"] = g._login_user
    return found


class Shell:
    """What the frame shows, asked for only when a whole page is rendered."""

    @property
    def sidebar(self) -> dict[str, Any]:
        """What the sidebar is drawn from (`piece`)."""
        at = request.path.split("/")[1]
        return {
            "nav": self._nav,
            "views": self._views,
            "at": at if at in {"settings", "help"} else "",
        }

    @property
    def topbar(self) -> dict[str, Any]:
        """What the bar on top is drawn from."""
        user = reader()
        return self.bell | {
            "may_edit": may(user, "edit_records"),
            "name": user.name or "",
            "initials": user.initials,
        }

    @property
    def bottombar(self) -> dict[str, Any]:
        """What the phone's bar is drawn from: the first places."""
        nav = tuple(entry[:2] for entry in self._nav if entry[0].url in FIRST)
        return {"nav": nav, "may_edit": may(reader(), "edit_records")}

    @property
    def bell(self) -> dict[str, Any]:
        """What the bell is drawn from: unread notices of this person."""
        return {"unread": self._counts.get("bell", 0), "is_here": request.path == BELL}

    @cached_property
    def _nav(self) -> tuple[tuple[ShellItem, bool, int | None], ...]:
        """The places for this person: the item, whether it is here, its number."""
        path, counts = request.path if has_request_context() else "/", self._counts
        return tuple((item, _holds(item.url, path), counts.get(item.url)) for item in items("nav"))

    @cached_property
    def _counts(self) -> dict[str, Any]:
        """The bell's number and those of the places, by URL, and what the features ask beside
        for the rest of the frame, by its name: one statement for all.
        """
        user = reader()
        if not user.is_authenticated:
            return {}
        asked: dict[str, Any] = {item.url: item.count for item in items("nav")}
        asked |= current_app.extensions["tend.beside"]
        asked["bell"] = current_app.extensions["tend.bell"]
        parts = {name: part for name, ask in asked.items() if ask and (part := ask(user))}
        values = {key: value for _, given in parts.values() for key, value in given.items()}
        (row,) = reading.rows(_counting(tuple(part for part, _ in parts.values())), values)
        g.frame_counts = dict(zip(parts, row, strict=True))
        return g.frame_counts  # type: ignore[no-any-return]

    @cached_property
    def _views(self) -> tuple[tuple[Any, ...], ...]:
        """The saved views that stand in the sidebar of this person."""
        asked = current_app.extensions.get("tend.views")
        found = asked(reader(), self._counts) if asked else ()
        return tuple((one["label"], one["url"], one["current"], one["count"]) for one in found)

    @cached_property
    def banner(self) -> str | None:
        """A text for everybody who can act on it, such as mail that does not leave."""
        told: str | None = current_app.extensions["tend.banner"](reader(), self._counts)
        return told

    @property
    def new(self) -> list[ShellItem]:
        """What this person may add."""
        return items("new")


def _holds(url: str, path: str) -> bool:
    """Whether a place holds the page at `path`."""
    return path == url or (url != "/" and path.startswith(url + "/"))


@ready
def _counting(parts: tuple[ColumnElement[Any], ...]) -> Select:
    return select(*parts)


def items(place: str) -> list[ShellItem]:
    """The items of a place that the present person may use."""
    user = reader()
    return [
        item
        for item in current_app.extensions["tend.shell"]
        if item.place == place and (item.right is None or may(user, item.right))
    ]
