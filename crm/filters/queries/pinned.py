"""The pinned views in the sidebar, with capped counts that may be a minute old."""

from collections.abc import Sequence
from typing import Any

from flask import current_app, request
from sqlalchemy import func, select

from crm.accounts.models import User
from crm.accounts.queries import visible
from crm.core import clock
from crm.core.db import db
from crm.fields.queries import catalogue
from crm.filters.models import SavedView
from crm.filters.queries.asking import Asked, Menu
from crm.filters.queries.views import shelf_of

MOST_PINNED = 12
MOST = 99
FRESH_SECONDS = 60.0
KEPT = 5000
_counts: dict[tuple[int, int, int], tuple[float, int]] = {}


def menus() -> dict[str, Menu]:
    """The lists that the features offer, by kind of record."""
    found: dict[str, Menu] = current_app.extensions["tend.lists"]
    return found


def pinned_for(user: User) -> list[dict[str, Any]]:
    """What the sidebar shows: the words, the address, whether it is open, how many ("99+")."""
    if not user.is_authenticated:
        return []
    views = [one for one in shelf_of(user).pinned if one.record in menus()][:MOST_PINNED]
    counts = _counted(user, views)
    here = request.args.get("view", "")
    return [
        {
            "label": view.name,
            "url": f"{menus()[view.record].url}?view={view.id}",
            "current": here == str(view.id) and request.path == menus()[view.record].url,
            "count": _word(counts.get(view.id)),
        }
        for view in views
    ]


def forget_counts() -> None:
    """Count anew, as after a change of a view."""
    _counts.clear()


def _word(count: int | None) -> str | None:
    return None if count is None else f"{MOST}+" if count > MOST else str(count)


def _counted(user: User, views: Sequence[SavedView]) -> dict[int, int]:
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


def _count_of(user: User, view: SavedView) -> Any:
    model: Any = catalogue().models[view.record]
    asked = Asked(menus()[view.record], user, view.params)
    tests = [visible(user, model), asked.condition, *asked.scope]
    if hasattr(model, "deleted_at"):
        tests.append(model.deleted_at.is_(None))
    rows = select(model.id).where(*tests).limit(MOST + 1).subquery()
    return select(func.count()).select_from(rows).scalar_subquery()
