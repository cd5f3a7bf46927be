"""Reading what lets people in: sessions, one-time links, the log of both."""

from datetime import timedelta
from functools import cache
from itertools import accumulate, chain
from typing import Any

from sqlalchemy import ScalarSelect, Select, bindparam, or_, select
from sqlalchemy.orm.attributes import set_committed_value

from crm.accounts.models import LoginSession, RoleRights, SecurityEvent, Team, Token, User
from crm.core import clock, reading, signing
from crm.core.db import Instant, db
from crm.core.ready import ready

IDLE = timedelta(hours=12)


def session_by_token(token: str) -> LoginSession | None:
    """The living session of a cookie, with its user and their teams: one indexed statement."""
    found = session_beside(token)
    return found[0] if found else None


def session_beside(
    token: str, beside: tuple[ScalarSelect[Any], ...] = ()
) -> tuple[LoginSession, list[Any]] | None:
    """That session and the values of `beside`, the same objects each time, in one statement."""
    now = clock.now()
    asked = {"token_hash": signing.token_hash(token), "now": now, "idle_since": now - IDLE}
    rows = reading.rows(_living(beside), asked)
    if not rows:
        return None
    first, person, team, rest = rows[0], *_places()
    found = reading.entity(LoginSession, first[:person])
    user = reading.entity(User, first[person:team])
    # A row for each team; who is in none has one without its columns.
    teams = [row[team:rest] for row in rows if any(row[team:rest])]
    set_committed_value(user, "teams", [reading.entity(Team, one) for one in teams])
    set_committed_value(found, "user", user)
    return found, list(first[rest:])


@cache
def _places() -> tuple[int, ...]:
    """Where in a row of `_living` the person begins, the team, and what was asked for beside."""
    sizes = (len(reading.columns(model)) for model in (LoginSession, User, Team))
    return tuple(accumulate(sizes))


@ready
def _living(beside: tuple[ScalarSelect[Any], ...]) -> Select[Any]:
    """Built once: this is asked for by every request of the team."""
    parts = (reading.columns(model) for model in (LoginSession, User, Team))
    return (
        select(*chain(*parts), *beside)
        .select_from(LoginSession)
        .join(LoginSession.user)
        .outerjoin(User.teams)
        .where(
            LoginSession.token_hash == bindparam("token_hash"),
            LoginSession.revoked_at.is_(None),
            LoginSession.expires_at > bindparam("now", type_=Instant()),
            or_(
                LoginSession.is_remembered,
                LoginSession.seen_at > bindparam("idle_since", type_=Instant()),
            ),
            User.deactivated_at.is_(None),
        )
        .order_by(Team.id)
    )


def sessions_of(user: User) -> list[LoginSession]:
    """The living sessions of a person, the latest seen first."""
    now = clock.now()
    return list(
        db.session.scalars(
            select(LoginSession)
            .where(
                LoginSession.user_id == user.id,
                LoginSession.revoked_at.is_(None),
                LoginSession.expires_at > now,
                or_(LoginSession.is_remembered, LoginSession.seen_at > now - IDLE),
            )
            .order_by(LoginSession.seen_at.desc(), LoginSession.id.desc())
        )
    )


def token(purpose: str, text: str) -> Token | None:
    """The living one-time link of a purpose by its text; reading it does not use it up."""
    return db.session.scalars(
        select(Token).where(
            Token.purpose == purpose,
            Token.token_hash == signing.token_hash(text),
            Token.used_at.is_(None),
            Token.expires_at > clock.now(),
        )
    ).first()


def open_invitations() -> list[Token]:
    """Invitations that were neither taken nor withdrawn, the newest first; late ones included."""
    return list(
        db.session.scalars(
            select(Token)
            .where(Token.purpose == "invite", Token.used_at.is_(None))
            .order_by(Token.id.desc())
        )
    )


def events_of(user: User, limit: int = 20) -> list[SecurityEvent]:
    """The latest sign-ins and changes of rights of a person."""
    return list(
        db.session.scalars(
            select(SecurityEvent)
            .where(SecurityEvent.user_id == user.id)
            .order_by(SecurityEvent.at.desc(), SecurityEvent.id.desc())
            .limit(limit)
        )
    )


def switches_of_roles() -> dict[str, str]:
    """How the rights of each role differ from the usual; roles nobody changed are left out."""
    rows = db.session.execute(select(RoleRights.role, RoleRights.switched))
    return {role: switched for role, switched in rows}


def switched_rights(limit: int = 10) -> list[SecurityEvent]:
    """The latest changes of what a role may do."""
    return list(
        db.session.scalars(
            select(SecurityEvent)
            .where(SecurityEvent.kind == "right_switched")
            .order_by(SecurityEvent.at.desc(), SecurityEvent.id.desc())
            .limit(limit)
        )
    )
