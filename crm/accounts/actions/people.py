"""What changes with a person: profile, password, role, teams, whether they may sign in."""

from flask_babel import gettext as _
from sqlalchemy import select

from crm.accounts import queries
from crm.accounts.actions.events import note
from crm.accounts.actions.links import spend, spend_all
from crm.accounts.actions.sessions import revoke_all
from crm.accounts.models import LoginSession, Team, User
from crm.accounts.rules import ROLES, may_give
from crm.core import clock
from crm.core.db import db
from crm.core.refusal import Refused

PROFILE_FIELDS = (
    "name",
    "job_title",
    "phone",
    "timezone",
    "locale",
    "theme",
    "density",
    "keys_on",
    "mail_on",
)


def update_profile(user: User, **values) -> None:
    """Change what a person says of themselves; only PROFILE_FIELDS count."""
    for name in PROFILE_FIELDS:
        if name in values:
            setattr(user, name, values[name])


def change_password(user: User, password_hash: str, *, keep: LoginSession | None = None) -> None:
    """Store a new password; every other session and every open link of the person ends."""
    user.password_hash = password_hash
    spend_all(user)
    revoke_all(user, by=user, keep=keep)
    note("password_changed", user, by=user)


def reset_password(link: str, password_hash: str) -> User:
    """Store a new password by a mailed link, which is used up with every other one."""
    token = spend("reset", link)
    user = db.session.get(User, token.user_id) if token.user_id else None
    if user is None or not user.is_active:
        raise Refused(_("This link does not work any more. Ask for a new one."))
    change_password(user, password_hash)
    return user


def change_role(user: User, role: str, by: User) -> None:
    """Give a person another role; their sessions end, so that none keeps the old rights.

    Raises Refused for one's own role, for owners' roles unless an owner does it, and when
    nobody would be left to own the workspace.
    """
    if role == user.role:
        return
    _check_power(user, by)
    if role not in ROLES or not may_give(by.role, role):
        raise Refused(_("Only an owner can make somebody an owner."), field="role")
    if user.role == "owner":
        _check_another_owner()
    note("role_changed", user, by=by, old=user.role, new=role)
    user.role = role
    revoke_all(user, by=by)


def change_teams(user: User, team_ids: list[int], by: User) -> None:
    """Say in which teams a person is; the first in the list of teams sets hours and holidays."""
    wanted = list(db.session.scalars(select(Team).where(Team.id.in_(team_ids)).order_by(Team.id)))
    if [team.id for team in wanted] == user.team_ids:
        return
    old, new = (", ".join(team.name for team in teams) for teams in (user.teams, wanted))
    note("teams_changed", user, by=by, teams=[old, new])
    user.teams = wanted


def deactivate(user: User, by: User) -> None:
    """Switch an account off: signed out everywhere at once, records stay where they are.

    Raises Refused for oneself and for the last owner.
    """
    if not user.is_active:
        return
    _check_power(user, by)
    if user.role == "owner":
        _check_another_owner()
    user.deactivated_at = clock.now()
    spend_all(user)
    revoke_all(user, by=by)
    note("deactivated", user, by=by)


def reactivate(user: User, by: User) -> None:
    """Let somebody sign in again, with the password and role they had."""
    if user.is_active:
        return
    _check_power(user, by)
    user.deactivated_at = None
    note("reactivated", user, by=by)


def _check_power(user: User, by: User) -> None:
    if user.id == by.id:
        raise Refused(_("You cannot do this to your own account. Ask another administrator."))
    if not may_give(by.role, user.role):
        raise Refused(_("Only an owner can change an owner."), field="role")


def _check_another_owner() -> None:
    if len(queries.owner_ids()) < 2:
        raise Refused(_("This is the last owner. Make somebody else an owner first."), field="role")
