"""The first set-up and the workspace's own settings."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import select, update

from crm.accounts.actions.events import note, note_changes
from crm.accounts.actions.links import issue, spend
from crm.accounts.models import Membership, Team, Token, User, WorkingHours, Workspace
from crm.accounts.rules import USUAL_HOURS
from crm.core import clock
from crm.core.db import db
from crm.core.refusal import Refused

WORKSPACE_FIELDS = (
    "name",
    "timezone",
    "locale",
    "country",
    "currency",
    "privacy_url",
    "imprint_url",
    "contact_email",
    "postal_address",
    "default_team_id",
)


@dataclass(frozen=True)
class FirstAnswers:
    """What the set-up page asks for. `hours` maps weekday to openings in minutes."""

    company: str
    name: str
    email: str
    timezone: str
    hours: dict[int, list[tuple[int, int]]]


def setup_link() -> str | None:
    """The address that makes the first account, once and within the hour; None when there is one.

    Links made before end with it. Runs inside a transaction.
    """
    if db.session.scalar(select(User.id).limit(1)) is not None:
        return None
    db.session.execute(
        update(Token)
        .where(Token.purpose == "setup", Token.used_at.is_(None))
        .values(used_at=clock.now())
    )
    _row, text = issue("setup")
    base = str(current_app.extensions["tend.config"]["BASE_URL"]).rstrip("/")
    return f"{base}/setup/{text}"


def set_up(link: str, answers: FirstAnswers, password_hash: str) -> User:
    """Make workspace, first team and the owner's account with a set-up link, which is used up.

    Raises Refused when the link is dead or somebody was faster.
    """
    spend("setup", link)
    if db.session.scalar(select(User.id).limit(1)) is not None:
        raise Refused(_("Tend is set up already. Sign in instead."))
    now = clock.now()
    team = Team(
        name="Sales",
        timezone=answers.timezone,
        created_at=now,
        hours=[
            WorkingHours(weekday=day, opens=opens, closes=closes)
            for day, openings in (answers.hours or USUAL_HOURS).items()
            for opens, closes in openings
        ],
    )
    db.session.add(team)
    db.session.flush()
    house = db.session.scalars(select(Workspace)).first() or Workspace(created_at=now)
    house.name, house.timezone, house.default_team_id = answers.company, answers.timezone, team.id
    owner = User(
        email=answers.email,
        name=answers.name,
        role="owner",
        timezone=answers.timezone,
        password_hash=password_hash,
        created_at=now,
    )
    db.session.add_all([house, owner])
    db.session.flush()
    db.session.add(Membership(user_id=owner.id, team_id=team.id))
    note("set_up", owner, by=owner)
    return owner


def update_workspace(house: Workspace, by: User, **values) -> None:
    """Change what the house is called and says on public pages; only WORKSPACE_FIELDS count."""
    said = {name: values[name] for name in WORKSPACE_FIELDS if name in values}
    before = {name: getattr(house, name) for name in said}
    for name, value in said.items():
        setattr(house, name, value)
    house.__dict__.pop("zone", None)
    note_workspace(by, before, said)


def note_workspace(by: User, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    """Note which of WORKSPACE_FIELDS differ, old and new value."""
    note_changes("workspace_changed", by=by, old=_in_words(old), new=_in_words(new))


def _in_words(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Settings as the list of events keeps them: a team by its name."""
    team_id = values.get("default_team_id")
    if team_id is None:
        return values
    name = db.session.scalar(select(Team.name).where(Team.id == team_id))
    return {**values, "default_team_id": name}
