"""Forms that came too late: kept for an hour, sealed, for who typed them to send again."""

import json

from sqlalchemy import delete, select

from crm.accounts.actions.links import issue
from crm.accounts.models import Token, User
from crm.core import clock, signing
from crm.core.db import db

KIND = "kept_form"
MOST = 5
LARGEST = 100_000
Pairs = list[tuple[str, str]]


def keep_form(user_id: int, path: str, pairs: Pairs) -> str | None:
    """Keep what `user_id` sent to `path` after their sign-in had ended; the key that finds it.

    None when it is too large. The oldest goes where somebody has MOST of them already.
    """
    user = db.session.get(User, user_id)
    sealed = signing.seal(json.dumps(pairs))
    if user is None or len(sealed) > LARGEST:
        return None
    older = select(Token.id).where(Token.purpose == KIND, Token.user_id == user_id)
    kept = db.session.scalars(older.order_by(Token.id.desc()).offset(MOST - 1)).all()
    db.session.execute(delete(Token).where(Token.id.in_(kept)))
    return issue(KIND, user=user, details={"path": path, "sealed": sealed})[1]


def forget_forms(user: User) -> None:
    """Drop what is kept for a person."""
    db.session.execute(delete(Token).where(Token.purpose == KIND, Token.user_id == user.id))


def forget_late_forms() -> None:
    """Drop what nobody came back for within the hour."""
    db.session.execute(delete(Token).where(Token.purpose == KIND, Token.expires_at < clock.now()))
