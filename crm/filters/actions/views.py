"""Saving, changing, pinning, passing on and putting away views."""

from collections.abc import Collection, Mapping
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, select

from crm.accounts.models import User
from crm.accounts.rules import ROLES, may
from crm.core import clock
from crm.core.db import db
from crm.core.refusal import Conflict, Refused
from crm.core.versions import merged
from crm.filters.models import SavedView, ViewDefault, ViewPin
from crm.filters.queries.pinned import forget_counts
from crm.filters.queries.views import defaults_of, may_change

SHARINGS = ("private", "team", "all")


def create_view(
    name: str,
    record: str,
    params: Mapping[str, str],
    *,
    by: User,
    sharing: str = "private",
    team_id: int | None = None,
    is_pinned: bool = True,
    roles: Collection[str] = (),
) -> SavedView:
    """Keep a list as it is; sharing it and opening the lists of `roles` with it needs the right."""
    now = clock.now()
    view = SavedView(
        record=record,
        name=_named(name),
        owner_id=by.id,
        params=dict(params),
        is_pinned=is_pinned,
        created_at=now,
        updated_at=now,
    )
    _share(view, sharing, team_id, by)
    db.session.add(view)
    db.session.flush()
    _open_for(view, by, roles)
    return view


def snapshot(view: SavedView) -> dict[str, Any]:
    """What the form of a view shows of it, for saves over somebody else's change."""
    return {
        "name": view.name,
        "sharing": view.sharing,
        "team_id": view.team_id,
        "is_pinned": view.is_pinned,
        "roles": sorted(defaults_of(view)),
    }


def change_view(
    view: SavedView,
    by: User,
    *,
    name: str,
    sharing: str,
    team_id: int | None,
    is_pinned: bool,
    roles: Collection[str] = (),
    base: Mapping[str, Any] | None = None,
) -> None:
    """Rename and share a view, pin it, and open the lists of `roles` with it.

    `base` is what the form began with: what only somebody else changed since stays theirs.
    Raises Conflict where both changed the same, and where it was put away meanwhile.
    """
    _check(view, by)
    if view.archived_at is not None:
        raise Conflict(_("Somebody put this view away meanwhile. Bring it back under Saved views, "
                         "then save again."))  # fmt: skip
    said: dict[str, Any] = {
        "name": _named(name),
        "sharing": sharing,
        "team_id": team_id if sharing == "team" else None,
        "is_pinned": is_pinned,
        "roles": sorted(roles),
    }
    theirs = snapshot(view)
    wanted = said if base is None else theirs | merged(theirs, said, dict(base))
    view.name, view.is_pinned, view.updated_at = wanted["name"], wanted["is_pinned"], clock.now()
    _share(view, wanted["sharing"], wanted["team_id"], by)
    _open_for(view, by, wanted["roles"])
    forget_counts()


def save_over(
    view: SavedView,
    params: Mapping[str, str],
    by: User,
    base: Mapping[str, str] | None = None,
) -> None:
    """Keep what a list shows now in the view, for everybody who sees it.

    Raises Conflict where somebody saved another list in it than `base`, the one that was shown.
    """
    _check(view, by)
    if base is not None and view.params not in (dict(base), dict(params)):
        raise Conflict(_("Somebody else saved this view meanwhile. What you see here is yours: "
                         "save it again to keep yours for everybody, or undo your changes to see "
                         "theirs."))  # fmt: skip
    view.params, view.updated_at = dict(params), clock.now()
    forget_counts()


def pin(view: SavedView, by: User, is_pinned: bool) -> None:
    """Put a view into one's own sidebar, or take it out."""
    db.session.execute(delete(ViewPin).where(ViewPin.user_id == by.id, ViewPin.view_id == view.id))
    db.session.add(ViewPin(user_id=by.id, view_id=view.id, is_pinned=is_pinned))


def archive_view(view: SavedView, by: User, seen: int | None = None) -> None:
    """Put a view away: nobody sees it, and it may come back.

    `seen` is the version that was looked at: Conflict where it is another one by now.
    """
    _check(view, by)
    _check_seen(view, seen)
    view.archived_at = clock.now()
    db.session.execute(delete(ViewDefault).where(ViewDefault.view_id == view.id))


def restore_view(view: SavedView, by: User) -> None:
    """Bring a view back."""
    _check(view, by)
    view.archived_at = None


def delete_view(view: SavedView, by: User, seen: int | None = None) -> None:
    """Delete a view that was put away; pins and defaults go with it.

    `seen` is the version that was looked at: Conflict where it is another one by now.
    """
    _check(view, by)
    _check_seen(view, seen)
    if view.archived_at is None:
        raise Refused(_("Put the view away first."))
    db.session.delete(view)


def transfer_view(view: SavedView, to: User) -> None:
    """Give a view to somebody else, as when its owner leaves; who may is asked by the caller."""
    view.owner_id, view.updated_at = to.id, clock.now()


def _check(view: SavedView, by: User) -> None:
    if not may_change(by, view):
        raise Refused(_("This view is somebody else’s. Save it as your own instead."))


def _check_seen(view: SavedView, seen: int | None) -> None:
    if seen not in (None, view.version):
        raise Conflict(_("Somebody else changed “%(name)s” meanwhile. This is how it is now: "
                         "do it again if you still want it.", name=view.name))  # fmt: skip


def _named(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise Refused(_("Give the view a name."), field="name")
    return name[:80]


def _share(view: SavedView, sharing: str, team_id: int | None, by: User) -> None:
    if sharing not in SHARINGS:
        raise Refused(_("Choose who sees the view."), field="sharing")
    if sharing not in {"private", view.sharing} and not may(by, "share_views"):
        raise Refused(_("Ask a manager to share a view with others."), field="sharing")
    if sharing == "team":
        team_id = team_id or (by.team_ids[0] if by.team_ids else None)
        if team_id is None or (team_id not in by.team_ids and not by.sees_all):
            raise Refused(_("Choose one of your teams."), field="team_id")
    view.sharing, view.team_id = sharing, team_id if sharing == "team" else None


def _open_for(view: SavedView, by: User, roles: Collection[str]) -> None:
    """The lists of these roles open with the view; one view a role."""
    if not may(by, "share_views"):
        return
    if roles and view.sharing == "private":
        raise Refused(_("A view that opens the list of others must be shared."), field="roles")
    wanted = set(roles) & set(ROLES)
    held = db.session.scalars(
        select(ViewDefault).where(
            ViewDefault.record == view.record,
            (ViewDefault.view_id == view.id) | ViewDefault.role.in_(wanted),
        )
    )
    for one in held:
        db.session.delete(one)
    db.session.flush()
    db.session.add_all(
        ViewDefault(record=view.record, role=role, view_id=view.id) for role in sorted(wanted)
    )
