"""The pinned views in the sidebar, with capped counts that may be a minute old."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import current_app, request
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, String, and_, bindparam, cast, func, or_, select

from crm.accounts.models import User
from crm.accounts.queries import visible
from crm.core import clock
from crm.core.db import db
from crm.fields.queries import catalogue
from crm.filters.models import SavedView, ViewPin
from crm.filters.queries.asking import Asked
from crm.filters.queries.menu import Menu
from crm.filters.queries.views import shelf_of

Part = tuple[ColumnElement[Any], dict[str, Any]]
MOST_PINNED = 12
# So many in the sidebar: a way to all of them stands below.
MANY = 8
MOST = 99
FRESH_SECONDS = 60.0
KEPT = 5000
VIEWS = "tend.pinned"
ALL = "/views"
_counts: dict[tuple[int, int, int], tuple[float, int]] = {}
# Built once: every page asks for it. One word for each view: its number and version.
_PINNED = (
    select(
        func.aggregate_strings(
            cast(SavedView.id, String) + "." + cast(SavedView.version, String), " "
        )
    )
    .outerjoin(
        ViewPin,
        and_(ViewPin.view_id == SavedView.id, ViewPin.user_id == bindparam("pinned_of")),
    )
    .where(
        SavedView.archived_at.is_(None),
        func.coalesce(ViewPin.is_pinned, SavedView.is_pinned),
        or_(
            SavedView.owner_id == bindparam("pinned_of"),
            SavedView.sharing == "all",
            and_(
                SavedView.sharing == "team",
                SavedView.team_id.in_(bindparam("pinned_teams", expanding=True)),
            ),
        ),
    )
    .scalar_subquery()
)


@dataclass(frozen=True)
class Pinned:
    """A view as the sidebar needs it, in one version."""

    id: int
    version: int
    record: str
    name: str
    params: dict[str, str]


def menus() -> dict[str, Menu]:
    """The lists that the features offer, by kind of record."""
    found: dict[str, Menu] = current_app.extensions["tend.lists"]
    return found


def pinned_part(user: User) -> Part | None:
    """Which views are pinned and in which version, as part of a statement and its values."""
    if not user.is_authenticated:
        return None
    return _PINNED, {"pinned_of": user.id, "pinned_teams": user.team_ids}


def pinned_for(user: User, beside: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What the sidebar shows: the words, the address, whether it is open, how many ("99+").

    `beside` holds the answer to `pinned_part`.
    """
    if not user.is_authenticated:
        return []
    views = [one for one in _pinned(user, beside["pinned"] or "") if one.record in menus()]
    is_many, views = len(views) >= MANY, views[:MOST_PINNED]
    counts = _counted(user, views)
    here = request.args.get("view", "")
    found: list[dict[str, Any]] = [
        {
            "label": view.name,
            "url": f"{menus()[view.record].url}?view={view.id}",
            "current": here == str(view.id) and request.path == menus()[view.record].url,
            "count": _word(counts.get(view.id)),
        }
        for view in views
    ]
    if is_many:
        found.append({"label": _("All views"), "url": ALL, "current": request.path == ALL,
                      "count": None})  # fmt: skip
    return found


def _pinned(user: User, marks: str) -> list[Pinned]:
    """The pinned views by name: read only where one is in a version not seen before."""
    wanted = [tuple(int(part) for part in mark.split(".")) for mark in marks.split()]
    kept: dict[tuple[int, ...], Pinned] = current_app.extensions.setdefault(VIEWS, {})
    if any(mark not in kept for mark in wanted):
        if len(kept) > KEPT:
            kept.clear()
        for one in shelf_of(user).pinned:
            kept[one.id, one.version] = Pinned(
                one.id, one.version, one.record, one.name, dict(one.params)
            )
    found = [kept[mark] for mark in wanted if mark in kept]
    return sorted(found, key=lambda one: (one.name, one.id))


def forget_counts() -> None:
    """Count anew, as after a change of a view."""
    _counts.clear()


def _word(count: int | None) -> str | None:
    return None if count is None else f"{MOST}+" if count > MOST else str(count)


def _counted(user: User, views: Sequence[Pinned]) -> dict[int, int]:
    """How many each view holds: those not asked for in the last minute in one statement."""
    now = clock.monotonic()
    if len(_counts) > KEPT:
        _counts.clear()
    keys = {view.id: (view.id, view.version, user.id) for view in views}
    old = [
        view
        for view in views
        if _counts.get(keys[view.id], (0.0, 0))[0] < now and not view.params.get("q")
    ]
    if old:
        row = db.session.execute(select(*(_count_of(user, view) for view in old))).one()
        for view, count in zip(old, row, strict=True):
            _counts[keys[view.id]] = (now + FRESH_SECONDS, count)
    return {number: _counts[key][1] for number, key in keys.items() if key in _counts}


def _count_of(user: User, view: Pinned) -> Any:
    model: Any = catalogue().models[view.record]
    asked = Asked(menus()[view.record], user, view.params)
    tests = [visible(user, model), asked.certain, *asked.scope]
    if hasattr(model, "deleted_at"):
        tests.append(model.deleted_at.is_(None))
    rows = select(model.id).where(*tests).limit(MOST + 1).subquery()
    return select(func.count()).select_from(rows).scalar_subquery()
