"""What of the workspace, of teams, their hours and holidays is kept, and how it goes back."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from crm.accounts import actions
from crm.accounts.models import Holiday, Team, User, Workspace
from crm.core.db import db
from crm.history.rules import Held, Tracked

DAYS = {
    "day_0": _l("Monday"),
    "day_1": _l("Tuesday"),
    "day_2": _l("Wednesday"),
    "day_3": _l("Thursday"),
    "day_4": _l("Friday"),
    "day_5": _l("Saturday"),
    "day_6": _l("Sunday"),
}
OF_WORKSPACE = {
    "name": _l("Company name"),
    "timezone": _l("Time zone"),
    "locale": _l("How dates and sums are written"),
    "country": _l("Country for phone numbers"),
    "currency": _l("Currency"),
    "default_team_id": _l("Team for leads that belong to none"),
    "privacy_url": _l("Privacy notice"),
    "imprint_url": _l("Imprint"),
    "contact_email": _l("Contact address"),
    "postal_address": _l("Postal address"),
}
OF_TEAM = {
    "name": _l("Name"),
    "timezone": _l("Time zone"),
    "is_own_only": _l("Own records only"),
}
ALWAYS_SHUT = _l("A team needs at least one opening in the week.")


def _is_changed(_row: Any, op: str) -> bool:
    return op == "update"


def _note_workspace(
    _house: Workspace, old: Mapping[str, Any], new: Mapping[str, Any], by: User
) -> None:
    actions.note_workspace(by, old, new)


def _note_team(team: Team, old: Mapping[str, Any], new: Mapping[str, Any], by: User) -> None:
    actions.note_team(team, by, old, new)


def _check_open(team: Team, _by: User) -> None:
    db.session.flush()
    if not team.hours:
        raise Held("shut", str(ALWAYS_SHUT))


def _take_off(holiday: Holiday, by: User) -> None:
    actions.remove_holiday(db.session.get_one(Team, holiday.team_id), holiday.id, by)


def _put_on(holiday: Holiday, by: User) -> None:
    team = db.session.get_one(Team, holiday.team_id)
    db.session.expire(team)
    actions.note_holiday(team, holiday, by)


HISTORY = [
    Tracked(
        Workspace,
        _l("Workspace"),
        labels=OF_WORKSPACE,
        only=frozenset(OF_WORKSPACE),
        keeps=_is_changed,
        right="manage_workspace",
        noted=_note_workspace,
        is_once=False,
    ),
    # Who sees whose records is a switch like the others: who gives it back may switch it by hand.
    Tracked(
        Team,
        _l("Team"),
        labels={**OF_TEAM, **DAYS},
        only=frozenset(OF_TEAM),
        properties=frozenset(DAYS),
        words={name: str for name in DAYS},
        keeps=_is_changed,
        given_back=_check_open,
        whys={"shut": ALWAYS_SHUT},
        is_named=True,
        right="manage_teams",
        noted=_note_team,
        is_once=False,
    ),
    Tracked(
        Holiday,
        _l("Holiday"),
        labels={"team_id": _l("Team"), "on": _l("Day"), "name": _l("What for")},
        take_back=_take_off,
        comes_back=_put_on,
        right="manage_teams",
        is_once=False,
    ),
]
ACTS = [
    ("workspace.update", _l("Workspace changed")),
    ("teams.update", _l("Team changed")),
    ("teams.set_hours", _l("Working hours changed")),
    ("teams.add_holiday", _l("Holiday added")),
    ("teams.remove_holiday", _l("Holiday taken off the list")),
]
