"""The day's list: what to do now, and why."""

from datetime import datetime

from flask import Blueprint, Flask, make_response, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from crm.activities import actions as activities
from crm.activities.models import Task
from crm.activities.queries import wish_of
from crm.core import clock
from crm.core.numbers import row_number
from crm.today import queries
from crm.today.forms import ReminderForm
from crm.web.access import anyone_signed_in
from crm.web.page import changed, page, perform, toast
from crm.web.session import reader

bp = Blueprint("today", __name__)
BLUEPRINTS = [bp]
HIDDEN = "tend_setup"
YEAR = 365 * 24 * 3600


@bp.get("/")
def index():
    day = queries.day_for(
        reader(),
        start=row_number(request.args.get("start")) or 0,
        gone=row_number(request.args.get("gone")) or 0,
        done_id=request.args.get("done", type=row_number),
    )
    if request.args.get("seen") == day.digest:
        return "", 204
    setup = {} if HIDDEN in request.cookies else queries.setup_for(reader())
    return page("today/index.html", day=day, week=queries.week_of(reader()), setup=setup)


@bp.post("/setup-list/hiding")
@anyone_signed_in
def hide():
    response = make_response(changed(url_for(".index")))
    response.set_cookie(
        HIDDEN, "hidden", max_age=YEAR, httponly=True, samesite="Lax", secure=request.is_secure
    )
    return response


@bp.get("/settings/profile/reminders")
def reminders():
    return page("today/reminders.html", form=_wishes())


@bp.post("/settings/profile/reminders")
@anyone_signed_in
def remind():
    form = ReminderForm().over(_wishes)
    if perform(form, lambda: activities.save_wish(reader(), **form.said)):
        toast(_("Saved."))
        return changed(url_for(".reminders"))
    return page("today/reminders.html", status=422, block="reminder_form", form=form)


def _wishes() -> ReminderForm:
    return ReminderForm(formdata=None, obj=wish_of(reader()))


def init_app(app: Flask) -> None:
    """Let templates say how long something has left or is late."""
    app.add_template_global(minutes_words, "minutes_words")
    app.add_template_global(late_words, "late_words")
    app.add_template_global(clock.now, "now")


def minutes_words(minutes: int, *, has_days: bool = True) -> str:
    """A span of minutes in words, by its two largest parts at most; working time has no days."""
    if minutes < 60:
        return _("%(minutes)s min", minutes=minutes)
    hours, rest = divmod(minutes, 60)
    if has_days and hours >= 24:
        return ngettext("%(num)s day", "%(num)s days", hours // 24)
    return _("%(hours)s h %(minutes)s min", hours=hours, minutes=rest)


def late_words(task: Task, now: datetime) -> str:
    """How late a task is: in days when it was due on a day, else by the clock."""
    if task.due_on:
        days = (clock.today(reader().zone) - task.due_on).days
        return ngettext("%(num)s day", "%(num)s days", days)
    return minutes_words(int((now - task.due_by).total_seconds() // 60))
