"""Reading saved views: which somebody sees, which stand in the sidebar, which open a list."""

from flask import g
from sqlalchemy import and_, or_, select

from crm.accounts.models import User
from crm.accounts.rules import may
from crm.core.db import db
from crm.filters.models import SavedView, ViewDefault, ViewPin
from crm.filters.queries.segments import shared_with

MOST_VIEWS = 200


class Shelf:
    """The views somebody sees, with their own pins and the defaults of their role."""

    def __init__(self, user: User) -> None:
        rows = db.session.execute(
            select(SavedView, ViewPin.is_pinned, ViewDefault.id)
            .outerjoin(ViewPin, and_(ViewPin.view_id == SavedView.id, ViewPin.user_id == user.id))
            .outerjoin(
                ViewDefault,
                and_(ViewDefault.view_id == SavedView.id, ViewDefault.role == user.role),
            )
            .where(SavedView.archived_at.is_(None), shared_with(user, SavedView))
            .order_by(SavedView.name, SavedView.id)
            .limit(MOST_VIEWS)
        ).all()
        self.views = [row.SavedView for row in rows]
        self.pinned = [
            row.SavedView
            for row in rows
            if (row.SavedView.is_pinned if row.is_pinned is None else row.is_pinned)
        ]
        self.defaults = {row.SavedView.record: row.SavedView for row in rows if row.id is not None}

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
