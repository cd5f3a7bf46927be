"""Names of records to choose from beside an input, asked again as one types."""

from typing import Any

from flask import g
from sqlalchemy import select

from crm.accounts.models import User
from crm.accounts.queries import visible
from crm.core.db import db
from crm.core.folding import fold
from crm.fields.naming import kinds, texts
from crm.search.matching import LAST
from crm.search.narrowing import ids

MOST = 50  # unasked
FITTING = 20  # of what was typed
LONGEST = 200


def names(user: User, kind: str, typed: str = "") -> list[str]:
    """Texts that mean one record each, of those that `user` sees and that fit what was typed.

    Names that begin so come first, then what a search finds, a typing error forgiven; those
    added or spoken to last where nothing was typed.
    """
    asked = typed.replace("\x00", "").strip()[:LONGEST]
    found = _fitting(user, kind, asked) if asked else kinds()[kind].recent(user, MOST)
    return texts(user, kind, found)


def last(user: User, kind: str) -> list[str]:
    """Names of the records added last, for who has no script: one statement for a whole page."""
    held: dict[str, list[str]] = g.setdefault("last_names", {})
    if kind not in held:
        model = kinds()[kind].model
        newest = select(model.name).where(model.deleted_at.is_(None), visible(user, model))
        rows = db.session.scalars(newest.order_by(model.id.desc()).limit(MOST))
        held[kind] = list(dict.fromkeys(rows))
    return held[kind]


def _fitting(user: User, kind: str, asked: str) -> list[Any]:
    how = kinds()[kind]
    model, start = how.model, fold(asked)
    seen = select(model).options(*how.loads)
    seen = seen.where(model.deleted_at.is_(None), visible(user, model))
    begun = seen.where(model.sort_name >= start, model.sort_name < start + LAST)
    rows = list(db.session.scalars(begun.order_by(model.sort_name, model.id).limit(FITTING)))
    if start and len(rows) < FITTING:
        known = {row.id for row in rows}
        more = [one for one in ids(user, kind, asked, FITTING, forgives=not rows)
                if one not in known]  # fmt: skip
        found = {row.id: row for row in db.session.scalars(seen.where(model.id.in_(more)))}
        rows += [found[one] for one in more if one in found]
    return rows[:FITTING]
