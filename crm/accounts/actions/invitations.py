"""Bringing people in: an invitation by mail or as a link to copy."""

from flask_babel import gettext as _
from sqlalchemy import select, update

from crm.accounts.actions.events import note
from crm.accounts.actions.links import issue, spend
from crm.accounts.models import Membership, Team, Token, User
from crm.accounts.rules import ROLES, may_give
from crm.core import clock
from crm.core.db import db
from crm.core.refusal import Refused


def invite(email: str, *, role: str, team_ids: list[int], by: User) -> tuple[Token, str]:
    """Invite an address; the invitation and the text of its link, good for 48 hours.

    An earlier invitation of the address ends. Raises Refused for somebody who is here already
    and for a role one may not give.
    """
    email = email.strip().lower()
    if role not in ROLES or not may_give(by.role, role):
        raise Refused(_("Only an owner can invite an owner."), field="role")
    if db.session.scalar(select(User.id).where(User.email == email)):
        raise Refused(_("Somebody with this address has an account already."), field="email")
    db.session.execute(
        update(Token)
        .where(Token.purpose == "invite", Token.email == email, Token.used_at.is_(None))
        .values(used_at=clock.now())
    )
    note("invited", by=by, email=email, role=role)
    details = {"role": role, "team_ids": team_ids}
    return issue("invite", email=email, details=details, by=by)


def accept(link: str, *, name: str, timezone: str, password_hash: str) -> User:
    """Make the account an invitation promised; the link is used up.

    Raises Refused when the link is dead, the address taken, or the one who invited lost the
    right to give the role.
    """
    invitation = spend("invite", link)
    assert invitation.email is not None
    role = str(invitation.details["role"])
    inviter = db.session.get(User, invitation.created_by_id or 0)
    if inviter is None or not inviter.is_active or not may_give(inviter.role, role):
        raise Refused(_("This invitation is not valid any more. Ask for a new one."))
    if db.session.scalar(select(User.id).where(User.email == invitation.email)):
        raise Refused(_("Somebody with this address has an account already. Sign in instead."))
    user = User(
        email=invitation.email,
        name=name,
        role=role,
        timezone=timezone,
        password_hash=password_hash,
        created_at=clock.now(),
    )
    db.session.add(user)
    db.session.flush()
    wanted = [int(team_id) for team_id in invitation.details.get("team_ids", [])]
    for team_id in db.session.scalars(select(Team.id).where(Team.id.in_(wanted))):
        db.session.add(Membership(user_id=user.id, team_id=team_id))
    note("joined", user, by=user, role=role)
    return user


def withdraw_invitation(invitation: Token, by: User) -> None:
    """End an invitation that was not taken."""
    if invitation.used_at is None:
        invitation.used_at = clock.now()
        note("invitation_withdrawn", by=by, email=invitation.email)
