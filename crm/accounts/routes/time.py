"""When a person works and when they are away: their own page, and for those who plan for them."""

from flask import Blueprint, abort, url_for
from flask_babel import gettext as _
from flask_login import current_user

from crm.accounts import actions, queries
from crm.accounts.forms import HoursForm, LeaveForm
from crm.accounts.forms.settings import opened_hours, written_openings
from crm.accounts.models import User
from crm.core import clock
from crm.web.access import anyone_signed_in
from crm.web.page import changed, page, perform, toast

bp = Blueprint("time", __name__, url_prefix="/settings/time")
PAGE = "accounts/time.html"


@bp.get("", defaults={"user_id": None})
@bp.get("/<int:user_id>")
def show(user_id):
    user = _person(user_id)
    return page(PAGE, **_context(user))


@bp.post("/<int:user_id>/hours")
@anyone_signed_in
def set_hours(user_id):
    user = _person(user_id)
    form = HoursForm().over(lambda: opened_hours(user))
    if perform(form, lambda: actions.set_hours(user, form.weekly(), current_user)):
        toast(_("Working hours saved."))
        return changed(url_for(".show", user_id=user_id), PAGE, "hours_form", **_context(user))
    return page(PAGE, status=422, block="hours_form", **_context(user, hours=form))


@bp.post("/<int:user_id>/leaves")
@anyone_signed_in
def add_leave(user_id):
    user = _person(user_id)
    form = leave_form(user)
    if form.validate():
        stand_in = queries.user_by_id(form.delegate_id.data or None)
        days = (form.starts_on.data, form.ends_on.data)
        if perform(form, actions.add_leave, user, *days, stand_in):
            toast(_("Leave noted."))
            return changed(url_for(".show", user_id=user_id), PAGE, "leaves", **_context(user))
    return page(PAGE, status=422, block="leaves", **_context(user, leave=form))


@bp.post("/<int:user_id>/leaves/<int:leave_id>/deletion")
@anyone_signed_in
def remove_leave(user_id, leave_id):
    user = _person(user_id)
    perform(None, actions.remove_leave, user, leave_id)
    toast(_("Leave taken off the list."))
    return changed(url_for(".show", user_id=user_id), PAGE, "leaves", **_context(user))


def leave_form(user: User) -> LeaveForm:
    """The form with everybody who could stand in."""
    form = LeaveForm()
    form.delegate_id.choices = [
        (0, _("Nobody: leads go to the next in turn")),
        *((other.id, other.name) for other in queries.stand_ins_for(user)),
    ]
    return form


def _person(user_id: int | None) -> User:
    """Oneself, or somebody one plans for: administrators all, managers their teams."""
    if user_id is None or user_id == current_user.id:
        return current_user
    found = [user for user in queries.users_for(current_user) if user.id == user_id]
    return found[0] if found else abort(404)


def _context(user: User, hours: HoursForm | None = None, leave: LeaveForm | None = None) -> dict:
    hours = hours or opened_hours(user)
    team = user.teams[0] if user.teams else None
    followed = team if not user.has_own_hours else None
    today = clock.today(user.zone)
    return {
        "person": user,
        "team": team,
        "hours": hours,
        "leave": leave or blank_leave(user),
        "leaves": [one for one in user.leaves if one.ends_on >= today],
        "names": {other.id: other.name for other in queries.all_users()},
        "usual": [written_openings(followed.hours, day) for day in range(7)] if followed else [],
    }


def blank_leave(user: User) -> LeaveForm:
    """An empty form for the next leave."""
    form = leave_form(user)
    form.process(formdata=None)
    return form
