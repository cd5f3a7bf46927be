"""Teams: who sees whose records, and when the team works."""

from flask import Blueprint, abort, url_for
from flask_babel import gettext as _
from flask_login import current_user

from crm.accounts import actions, queries
from crm.accounts.forms import HolidayForm, HoursForm, TeamForm
from crm.accounts.forms.settings import opened_hours
from crm.accounts.models import Team
from crm.core import clock
from crm.history import writing
from crm.web.access import needs
from crm.web.page import changed, page, perform, toast

bp = Blueprint("teams", __name__, url_prefix="/settings/teams")
PAGE = "accounts/teams.html"
EDIT = "accounts/team.html"


@bp.get("")
@needs("manage_teams")
def index():
    return _index(TeamForm(formdata=None, timezone=current_user.timezone))


@bp.post("")
@needs("manage_teams")
def create():
    form = TeamForm()
    team = perform(form, actions.create_team, form.name.data, timezone=form.timezone.data,
                   is_own_only=form.is_own_only.data, by=current_user)  # fmt: skip
    if team is None:
        return _index(form, status=422)
    toast(_("Team added."), _("Set its hours and holidays here."))
    return changed(url_for(".show", team_id=team.id))


@bp.get("/<int:team_id>")
@needs("manage_teams")
def show(team_id):
    return page(EDIT, **_context(_team(team_id)))


@bp.post("/<int:team_id>")
@needs("manage_teams")
def update(team_id):
    team = _team(team_id)
    form = TeamForm().over(lambda: TeamForm(formdata=None, obj=team))
    if perform(form, lambda: actions.update_team(team, current_user, **form.said)):
        toast(_("Team saved."), undo=True)
        return changed(url_for(".show", team_id=team_id))
    return page(EDIT, status=422, block="team_form", **_context(team, form=form))


@bp.post("/<int:team_id>/hours")
@needs("manage_teams")
def set_hours(team_id):
    team = _team(team_id)
    form = HoursForm().over(lambda: opened_hours(team))
    if perform(form, lambda: _put_hours(team, form)):
        toast(_("Working hours saved."), undo=True)
        return changed(url_for(".show", team_id=team_id), EDIT, "hours_form", **_context(team))
    return page(EDIT, status=422, block="hours_form", **_context(team, hours=form))


@bp.post("/<int:team_id>/holidays")
@needs("manage_teams")
def add_holiday(team_id):
    team, form = _team(team_id), HolidayForm()
    if perform(form, actions.add_holiday, team, form.on.data, form.name.data, current_user):
        toast(_("Holiday added."), undo=True)
        return changed(url_for(".show", team_id=team_id), EDIT, "holidays", **_context(team))
    return page(EDIT, status=422, block="holidays", **_context(team, holiday=form))


@bp.post("/<int:team_id>/holidays/<int:holiday_id>/deletion")
@needs("manage_teams")
def remove_holiday(team_id, holiday_id):
    team = _team(team_id)
    perform(None, actions.remove_holiday, team, holiday_id, current_user)
    toast(_("Holiday taken off the list."), undo=True)
    return changed(url_for(".show", team_id=team_id), EDIT, "holidays", **_context(team))


def _put_hours(team: Team, form: HoursForm) -> None:
    with writing.noting(team):
        actions.set_hours(team, form.weekly(), current_user)


def _team(team_id: int) -> Team:
    return queries.team_by_id(team_id) or abort(404)


def _index(form: TeamForm, status: int = 200):
    return page(
        PAGE,
        status=status,
        block="team_form" if status == 422 else None,
        form=form,
        teams=queries.teams(),
        counts=queries.member_counts(),
    )


def _context(team: Team, form=None, hours=None, holiday=None) -> dict:
    today = clock.today(team.zone)
    return {
        "team": team,
        "members": queries.members_of(team),
        "form": form or TeamForm(formdata=None, obj=team),
        "hours": hours or opened_hours(team),
        "holiday": holiday or HolidayForm(formdata=None),
        "coming": [one for one in team.holidays if one.on >= today],
    }
