"""The trash: what was deleted in the last 30 days, by whom, and the way out (C11)."""

from typing import Any

from flask import request, url_for
from flask_login import current_user
from sqlalchemy import literal, select, tuple_, union_all

from crm.accounts.models import User
from crm.accounts.queries import visible
from crm.core import keyset
from crm.core.days import instant
from crm.core.db import db
from crm.history import queries, writing
from crm.history.routes.base import bp
from crm.history.routes.records import KINDS
from crm.history.rules import UNDOABLE
from crm.web.page import page


@bp.get("/trash")
def trash():
    rows = _deleted(keyset.unpack(request.args.get("after"), str, str, int))
    more = len(rows) > queries.LIMIT
    rows = rows[: queries.LIMIT]
    place = keyset.pack(rows[-1].at.isoformat(), rows[-1].kind, rows[-1].id) if more else None
    return page(
        "history/trash.html",
        rows=rows,
        kept_for=UNDOABLE,
        first=url_for(".trash") if "after" in request.args else None,
        next=url_for(".trash", after=place) if place else None,
    )


def _deleted(place: tuple | None) -> list[Any]:
    """What this person may take out again, the latest first; owner and admin may all."""
    user: Any = User.__table__
    parts = []
    for kind, record in KINDS.items():
        model = writing.TABLES[record].model
        part = select(
            literal(kind).label("kind"),
            model.id,
            model.name,
            model.deleted_at.label("at"),
            user.c.name.label("who"),
        ).join_from(model, user, user.c.id == model.deleted_by_id, isouter=True)
        part = part.where(model.deleted_at.is_not(None), visible(current_user, model))
        if hasattr(model, "merged_into_id"):
            part = part.where(model.merged_into_id.is_(None))
        if hasattr(model, "erased_at"):
            part = part.where(model.erased_at.is_(None))
        if not current_user.sees_all:
            part = part.where(model.deleted_by_id == current_user.id)
        parts.append(part)
    both = union_all(*parts).subquery()
    order = (both.c.at, both.c.kind, both.c.id)
    wanted = select(both).order_by(*(column.desc() for column in order)).limit(queries.LIMIT + 1)
    at = instant(place[0]) if place else None
    if place and at:
        wanted = wanted.where(tuple_(*order) < (at, place[1], place[2]))
    return list(db.session.execute(wanted))
