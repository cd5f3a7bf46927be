"""Reading saved views: which somebody sees, which stand in the sidebar, which open a list."""

from flask import g
from sqlalchemy import Select, and_, bindparam, or_, select

from crm.accounts.models import User
from crm.accounts.rules import may
from crm.core import reading
from crm.core.db import db
from crm.core.ready import ready
from crm.filters.models import SavedView, ViewDefault, ViewPin
from crm.filters.queries.segments import shared_with

MOST_VIEWS = 200


@ready
def _shelf() -> Select:
    """Built once: a list asks for it whenever nothing else is asked."""
    mine = SavedView.owner_id == bindparam("reader_id")
    teams = SavedView.team_id.in_(bindparam("reader_teams", expanding=True))
    shared = or_(mine, SavedView.sharing == "all", and_(SavedView.sharing == "team", teams))
    pins = and_(ViewPin.view_id == SavedView.id, ViewPin.user_id == bindparam("reader_id"))
    usual = and_(ViewDefault.view_id == SavedView.id, ViewDefault.role == bindparam("reader_role"))
    return (
        select(
            *reading.columns(SavedView),
            ViewPin.is_pinned.label("is_my_pin"),
            ViewDefault.id.label("default_id"),
        )
        .outerjoin(ViewPin, pins)
        .outerjoin(ViewDefault, usual)
        .where(SavedView.archived_at.is_(None), shared)
        .order_by(SavedView.name, SavedView.id)
        .limit(MOST_VIEWS)
    )


class Shelf:
    """The views somebody sees, with their own pins and the defaults of their role."""

    def __init__(self, user: User) -> None:
        values = {"reader_id": user.id, "reader_teams": user.team_ids, "reader_role": user.role}
        rows = [
            (reading.entity(SavedView, row[:-2]), row.is_my_pin, row.default_id)
            for row in reading.rows(_shelf(), values)
        ]
        self.views = [view for view, _pin, _default in rows]
        self.pinned = [
            view for view, pin, _default in rows if (view.is_pinned if pin is None else pin)
        ]
        self.defaults = {view.record: view for view, _pin, default in rows if default is not None}

    def view(self, view_id: int | None) -> SavedView | None:
        """One of the views; None where it is not (any more) for this person."""
        return next((one for one in self.views if one.id == view_id), None)

    def of(self, record: str) -> list[SavedView]:
        """The views of a kind of record."""
        return [one for one in self.views if one.record == record]


def shelf_of(user: User) -> Shelf:
    """The shelf of the one who asks: one statement a request."""
    held = g.get("tend_shelf")
    if held is None or held[0] != user.id:
        held = g.tend_shelf = (user.id, Shelf(user))
    shelf: Shelf = held[1]
    return shelf


def looks_of(user: User, record: str) -> dict[str, str]:
    """The columns and widths that somebody chose for a kind of list, as parameters."""
    looks: dict[str, str] = (user.looks or {}).get(record, {})
    return looks


def may_change(user: User, view: SavedView) -> bool:
    """Whether somebody may save over a view: its owner, and for shared ones who may share."""
    return view.owner_id == user.id or (view.sharing != "private" and may(user, "share_views"))


def view_for(user: User, view_id: int, *, archived: bool = False) -> SavedView | None:
    """A view somebody sees; with `archived` one that was put away and is theirs to bring back."""
    put_away = SavedView.archived_at.is_not(None) if archived else SavedView.archived_at.is_(None)
    return db.session.scalars(
        select(SavedView).where(SavedView.id == view_id, put_away, shared_with(user, SavedView))
    ).first()


def archived_views(user: User) -> list[SavedView]:
    """The views put away that somebody may bring back."""
    mine = or_(SavedView.owner_id == user.id, SavedView.sharing != "private")
    rows = db.session.scalars(
        select(SavedView)
        .where(SavedView.archived_at.is_not(None), shared_with(user, SavedView), mine)
        .order_by(SavedView.archived_at.desc())
        .limit(MOST_VIEWS)
    )
    return [one for one in rows if may_change(user, one)]


def views_of(user: User) -> list[SavedView]:
    """What somebody owns, archived ones too: what their hand-over has to pass on."""
    return list(
        db.session.scalars(
            select(SavedView).where(SavedView.owner_id == user.id).order_by(SavedView.name)
        )
    )


def defaults_of(view: SavedView) -> list[str]:
    """The roles whose list opens with this view."""
    return list(db.session.scalars(select(ViewDefault.role).where(ViewDefault.view_id == view.id)))
