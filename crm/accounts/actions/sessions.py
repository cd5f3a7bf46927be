"""Sign-ins: one row per browser, started, ended and forgotten here."""

import secrets
from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import delete, func, or_, select, update

from crm.accounts.actions.events import note
from crm.accounts.actions.links import spend
from crm.accounts.models import LoginSession, SecurityEvent, Token, User
from crm.core import clock, signing
from crm.core.db import db
from crm.core.refusal import Refused

ABSOLUTE = timedelta(days=30)
KEPT = timedelta(days=30)
EVENTS_KEPT = timedelta(days=365)


def start_session(
    user: User, agent: str = "", address: str = "", remember: bool = False
) -> tuple[LoginSession, str]:
    """A new session of `user` and the token for its cookie (256 random bits, ASVS 5.0 V7)."""
    token = secrets.token_urlsafe(32)
    now = clock.now()
    session = LoginSession(
        token_hash=signing.token_hash(token),
        user_id=user.id,
        created_at=now,
        seen_at=now,
        confirmed_at=now,
        expires_at=now + ABSOLUTE,
        is_remembered=remember,
        agent=agent[:200],
        address=address,
    )
    db.session.add(session)
    return session, token


def sign_in(
    user: User,
    *,
    agent: str = "",
    address: str = "",
    remember: bool = False,
    new_hash: str | None = None,
    old: LoginSession | None = None,
    how: str = "password",
) -> str:
    """Start a session for somebody who proved who they are; the token for the cookie.

    `old`, the session this browser had, ends: the token is never kept across a sign-in.
    """
    if not user.is_active:
        raise Refused(_("This account is switched off. Ask your administrator."))
    if old is not None:
        _end(old)
    if new_hash:
        user.password_hash = new_hash
    note("signed_in", user, by=user, address=address, how=how)
    return start_session(user, agent, address, remember)[1]


def sign_in_by_link(text: str, **browser) -> tuple[User, str]:
    """Sign in with a mailed link, which is used up by this; the person and the cookie's token."""
    link = spend("login", text)
    user = db.session.get(User, link.user_id) if link.user_id else None
    if user is None:
        raise Refused(_("This link does not work any more. Ask for a new one."))
    return user, sign_in(user, how="mail link", **browser)


def revoke(session: LoginSession, by: User) -> None:
    """End one session; its browser is signed out at its next request."""
    if session.revoked_at is None:
        _end(session)
        note("session_ended", db.session.get(User, session.user_id), by=by)


def revoke_all(user: User, by: User | None, keep: LoginSession | None = None) -> int:
    """End all sessions of a person but `keep`; how many that were."""
    ended = db.session.execute(
        update(LoginSession)
        .where(
            LoginSession.user_id == user.id,
            LoginSession.revoked_at.is_(None),
            LoginSession.id != (keep.id if keep is not None else 0),
        )
        .values(revoked_at=clock.now())
    )
    note("sessions_ended", user, by=by)
    return ended.rowcount  # type: ignore[attr-defined,no-any-return]


def forget_old() -> None:
    """Delete sessions and links that ended a month ago, and events a year before the latest."""
    month, now = clock.now() - KEPT, clock.now()
    db.session.execute(
        delete(LoginSession).where(
            or_(LoginSession.expires_at < month, LoginSession.revoked_at < month)
        )
    )
    db.session.execute(delete(Token).where(or_(Token.expires_at < month, Token.used_at < month)))
    latest = db.session.scalar(select(func.max(SecurityEvent.at)))
    old = min(now, latest or now) - EVENTS_KEPT
    db.session.execute(delete(SecurityEvent).where(SecurityEvent.at < old))


def _end(session: LoginSession) -> None:
    session.revoked_at = clock.now()
