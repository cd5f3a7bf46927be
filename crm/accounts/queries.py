"""Reading people, teams and sessions, and who may see which record."""

from datetime import date, timedelta

from flask import g
from sqlalchemy import ColumnElement, bindparam, false, func, or_, select, true
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from crm.accounts.models import (
    Leave,
    LoginSession,
    Membership,
    SecurityEvent,
    Team,
    Token,
    User,
    WorkingHours,
    Workspace,
)
from crm.accounts.rules import USUAL_HOURS, may
from crm.core import clock, signing
from crm.core.business_time import Calendar
from crm.core.db import Instant, db

IDLE = timedelta(hours=12)
MOST_DELEGATES = 8


# Built once: this is asked for by every request of the team.
_SESSION = (
    select(LoginSession)
    .join(LoginSession.user)
    .options(contains_eager(LoginSession.user).joinedload(User.teams))
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
)


def session_by_token(token: str) -> LoginSession | None:
    """The living session of a cookie, with its user and their teams: one indexed statement."""
    now = clock.now()
    asked = {"token_hash": signing.token_hash(token), "now": now, "idle_since": now - IDLE}
    return db.session.scalars(_SESSION, asked).unique().first()


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


def workspace() -> Workspace | None:
    """The house; None before the first set-up."""
    if "workspace" not in g or g.workspace is None or g.workspace not in db.session:
        g.workspace = db.session.scalars(select(Workspace).order_by(Workspace.id).limit(1)).first()
    return g.workspace


def is_set_up() -> bool:
    """Whether anybody has an account."""
    return db.session.scalar(select(User.id).limit(1)) is not None


def user_by_id(user_id: int | None) -> User | None:
    """A person by number, those who left included."""
    return db.session.get(User, user_id) if user_id is not None else None


def user_by_email(address: str) -> User | None:
    """A person by mail address, in any case, those who left included."""
    return db.session.scalars(select(User).where(User.email == address.strip().lower())).first()


def active_users() -> list[User]:
    """Everybody who may sign in, by name, with their teams."""
    return list(db.session.scalars(_people().where(User.deactivated_at.is_(None))))


def all_users() -> list[User]:
    """Everybody, those who may no longer sign in last."""
    return list(
        db.session.scalars(
            _people().order_by(None).order_by(User.deactivated_at.is_not(None), User.name)
        )
    )


def _people():
    return select(User).options(selectinload(User.teams)).order_by(User.name, User.id)


def users_for(user: User) -> list[User]:
    """The people to whom `user` may give a record or task: themselves, or also their teams."""
    if not may(user, "assign_others"):
        return [user]
    if user.sees_all:
        return active_users()
    mates = select(Membership.user_id).where(Membership.team_id.in_(user.team_ids))
    return list(
        db.session.scalars(
            _people().where(
                User.deactivated_at.is_(None), or_(User.id == user.id, User.id.in_(mates))
            )
        )
    )


def owner_ids() -> list[int]:
    """The owners who may sign in, locked until the transaction ends: two cannot both go last."""
    owners = select(User.id).where(User.role == "owner", User.deactivated_at.is_(None))
    return list(db.session.scalars(owners.order_by(User.id).with_for_update()))


def teams() -> list[Team]:
    """All teams by name."""
    return list(db.session.scalars(select(Team).order_by(Team.name, Team.id)))


def team_by_id(team_id: int | None) -> Team | None:
    """A team with its hours and holidays."""
    return db.session.get(Team, team_id) if team_id is not None else None


def members_of(team: Team) -> list[User]:
    """Who is in a team and may sign in, by name."""
    return list(
        db.session.scalars(
            select(User)
            .join(Membership, Membership.user_id == User.id)
            .where(Membership.team_id == team.id, User.deactivated_at.is_(None))
            .order_by(User.name, User.id)
        )
    )


def member_counts() -> dict[int, int]:
    """How many active people each team has, by its number."""
    rows = db.session.execute(
        select(Membership.team_id, func.count())
        .join(User, User.id == Membership.user_id)
        .where(User.deactivated_at.is_(None))
        .group_by(Membership.team_id)
    )
    return {team_id: count for team_id, count in rows}


def may_see_team(user: User, team_id: int | None) -> bool:
    """Whether records of a team are shown to `user` whoever owns them.

    A team set to "own only" shows the records of others to its managers only.
    """
    return user.sees_all or team_id in open_team_ids(user)


def may_see(user: User, record) -> bool:
    """Whether `user` sees one record with team_id and owner_id that is read already."""
    return record.owner_id == user.id or may_see_team(user, record.team_id)


def open_team_ids(user: User) -> list[int]:
    """The teams all of whose records `user` sees; owner and admin need no such list."""
    return [team.id for team in user.teams if not team.is_own_only or user.role == "manager"]


def visible(user: User, model) -> ColumnElement[bool]:
    """The condition that leaves what `user` may see of a model with team_id and owner_id.

    Owner and admin see all; others what they own and what their teams hold.
    """
    if not user.is_authenticated or not user.is_active:
        return false()
    if user.sees_all:
        return true()
    return or_(model.owner_id == user.id, model.team_id.in_(open_team_ids(user)))


def calendar_of(user: User) -> Calendar:
    """When a person works: their own hours, else those of their first team, in their own zone.

    Holidays are those of the first team.
    """
    team = user.teams[0] if user.teams else None
    hours = user.hours if user.has_own_hours else (team.hours if team else None)
    return Calendar(user.zone, _weekly(hours), _holidays(team))


def calendar_of_team(team: Team) -> Calendar:
    """When a team works, in its zone."""
    return Calendar(team.zone, _weekly(team.hours), _holidays(team))


def _weekly(hours: list[WorkingHours] | None) -> dict[int, list[tuple[int, int]]]:
    if hours is None:
        return USUAL_HOURS
    weekly: dict[int, list[tuple[int, int]]] = {}
    for opening in sorted(hours, key=lambda one: (one.weekday, one.opens)):
        weekly.setdefault(opening.weekday, []).append((opening.opens, opening.closes))
    return weekly


def _holidays(team: Team | None) -> frozenset[date]:
    return frozenset(holiday.on for holiday in team.holidays) if team else frozenset()


def is_away(user: User, on_date: date) -> Leave | None:
    """The leave a person is on that day, if any."""
    return db.session.scalars(
        select(Leave)
        .options(joinedload(Leave.delegate))
        .where(Leave.user_id == user.id, Leave.starts_on <= on_date, Leave.ends_on >= on_date)
        .order_by(Leave.ends_on.desc())
        .limit(1)
    ).first()


def delegate_of(user: User, on_date: date) -> User | None:
    """Who stands in for `user` that day: the first in the chain of delegates who is there.

    None when `user` is there, or nobody in the chain is.
    """
    seen, person = {user.id}, user
    for _turn in range(MOST_DELEGATES):
        leave = is_away(person, on_date)
        if leave is None:
            return person if person is not user and person.is_active else None
        if leave.delegate is None or leave.delegate_id in seen:
            return None
        person = leave.delegate
        seen.add(person.id)
    return None


def leaves_from(on_date: date) -> list[Leave]:
    """Absences that have not ended before a day, of everybody, soonest first."""
    return list(
        db.session.scalars(
            select(Leave)
            .options(joinedload(Leave.delegate))
            .where(Leave.ends_on >= on_date)
            .order_by(Leave.starts_on, Leave.id)
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
