"""What may be done to many tasks at once."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from wtforms import DateField, IntegerField, SelectField
from wtforms.validators import StopValidation, ValidationError

from crm.accounts.models import User
from crm.accounts.queries import days_there, owners_for, user_by_id, visible
from crm.activities import actions
from crm.activities.models import Task
from crm.activities.queries import counts_on
from crm.activities.rules import Due, follow_up
from crm.batches.models import Batch
from crm.batches.rules import BatchKind, Skip
from crm.batches.telling import tell_new_owner
from crm.core import clock
from crm.core.business_time import next_working_day
from crm.core.db import db
from crm.core.refusal import Refused

SPREAD_DAYS = 5
UNTIL = {
    "tomorrow": _l("Tomorrow"),
    "next_week": _l("Next week"),
    "days": _l("By so many days"),
    "day": _l("To a day"),
}


def load(user: User, ids: Sequence[int], options: Mapping[str, Any]) -> dict[int, Task]:
    """The tasks that this person may see, by number."""
    rows = (
        select(Task)
        .where(Task.id.in_(ids), visible(user, Task))
        .options(joinedload(Task.owner))
        .execution_options(populate_existing=True)
    )
    return {task.id: task for task in db.session.scalars(rows)}


def names(user: User, ids: Sequence[int], options: Mapping[str, Any]) -> dict[int, tuple[str, str]]:
    """Title and address of the tasks that this person may see."""
    found = db.session.execute(
        select(Task.id, Task.title).where(Task.id.in_(ids), visible(user, Task))
    )
    return {number: (title, f"/tasks/{number}") for number, title in found}


def _need_open(task: Task, options: Mapping[str, Any], by: User) -> None:
    if not task.is_open:
        raise Skip(_("It is closed already."))


def _done(task: Task, options: Mapping[str, Any], by: User) -> None:
    _need_open(task, options, by)
    actions.complete_task(task, by)


def _may_give(task: Task, options: Mapping[str, Any], by: User) -> None:
    _need_open(task, options, by)
    if task.owner_id == options["to"]:
        raise Skip(_("%(name)s has it already.", name=options["name"]))


def _give(task: Task, options: Mapping[str, Any], by: User) -> None:
    _may_give(task, options, by)
    to = user_by_id(options["to"])
    if to is None or not to.is_active:
        raise Refused(_("Who should have it no longer works here."))
    actions.reassign_task(task, to, by, tells=False)


def _shift(task: Task, options: Mapping[str, Any], by: User) -> None:
    _need_open(task, options, by)
    due, zone = _later(task, options), task.owner.zone
    now, then = Due(on=task.due_on, at=task.due_at).day(zone), due.day(zone)
    if now and then == now:
        raise Skip(_("It is due on that day already."))
    if now and then and then < now and options.get("until", "day") != "day":
        raise Skip(_("It is due later than that already."))
    actions.snooze(task, by, due_on=due.on, due_at=due.at)


def _later(task: Task, options: Mapping[str, Any]) -> Due:
    """When a task is due then, with the days of its owner; by so many days from its own day."""
    until = options.get("until", "day")
    if until == "day":
        return Due(on=date.fromisoformat(options["day"]))
    today, calendar = clock.today(task.owner.zone), days_there(task.owner)
    if until != "days":
        return follow_up(until, today, calendar) or Due(on=next_working_day(today, calendar))
    by_days = timedelta(days=options["days"])
    if task.due_at is None:
        return Due(on=max(task.due_on or today, today) + by_days)
    return Due(on=max(task.due_at.astimezone(task.owner.zone).date(), today) + by_days)


def _spread(task: Task, options: Mapping[str, Any], by: User) -> None:
    """To one of the owner's next five working days: the one that holds least of their tasks."""
    _need_open(task, options, by)
    calendar, day = days_there(task.owner), clock.today(task.owner.zone)
    days = [day := next_working_day(day, calendar) for _turn in range(SPREAD_DAYS)]
    if Due(on=task.due_on, at=task.due_at).day(task.owner.zone) in days:
        raise Skip(_("It lies in the next five days already."))
    held = counts_on(task.owner, days)
    actions.snooze(task, by, due_on=min(days, key=lambda one: held.get(one, 0)))


def _people(user: User, picked: str) -> dict[str, Any]:
    choices = [(one.id, one.name) for one in owners_for(user)]
    return {"to": SelectField(_l("Owner"), choices=choices, coerce=int)}


def _given(form: Any, by: User, picked: str) -> dict[str, Any]:
    number = form["to"].data
    return {"to": number, "name": dict(form["to"].choices)[number]}


def _days(user: User, picked: str) -> dict[str, Any]:
    today = clock.today(user.zone)
    return {
        "until": SelectField(_l("Put off"), choices=list(UNTIL.items()), default="tomorrow"),
        "days": IntegerField(
            _l("By so many days"), [_only("days", _l("Say by how many days, up to 365."), 1, 365)],
            default=1, description=_l("Each from its own day; what is late, from today."),
        ),
        "day": DateField(
            _l("To the day"), [_only("day", _l("Choose the day.")), _to_come(today)],
            default=today + timedelta(days=1),
        ),
    }  # fmt: skip


def _only(until: str, words: Any, least: int = 0, most: int = 0) -> Any:
    """What must be there, from `least` to `most`, where this way to put off is chosen."""

    def check(form: Any, field: Any) -> None:
        if form["until"].data != until:
            field.errors = []
            raise StopValidation
        if field.data is None or (most and not least <= field.data <= most):
            raise StopValidation(words)

    return check


def _to_come(today: date) -> Any:
    def check(_form: Any, field: Any) -> None:
        if field.data and field.data < today:
            raise ValidationError(_("This day is past. Choose one to come."))

    return check


def _day(form: Any, by: User, picked: str) -> dict[str, Any]:
    until = form["until"].data
    if until == "day":
        return {"until": until, "day": form["day"].data.isoformat()}
    return {"until": until, "days": form["days"].data} if until == "days" else {"until": until}


def _put_off(options: Mapping[str, Any]) -> str:
    until = options.get("until", "day")
    if until == "day":
        return str(_("Put off to %(day)s", day=options["day"]))
    if until == "days":
        count = options["days"]
        return str(ngettext("Put off by %(num)s day", "Put off by %(num)s days", count))
    return str(_("Put off until %(when)s", when=str(UNTIL[until]).lower()))


def _title(batch: Batch) -> str:
    return ngettext(
        "%(name)s gave you %(num)s task", "%(name)s gave you %(num)s tasks",
        batch.counts["done"], name=batch.user.name,
    )  # fmt: skip


def _kind(key: str, words: Any, act: Any, label: Any, place: int, **more: Any) -> BatchKind:
    return BatchKind(
        f"tasks.{key}", "task", "edit_records", words, load, act, names,
        label=label, place=place, **more,
    )  # fmt: skip


BATCHES = [
    _kind("done", lambda o: _("Tick off"), _done, _l("Done"), 10, check=_need_open),
    _kind("shift", _put_off, _shift, _l("Put off"), 20, asks=_days, options=_day),
    _kind("spread", lambda o: _("Spread over the next five days"), _spread,
          _l("Spread over 5 days"), 25),
    _kind("give", lambda o: _("Give to %(name)s", name=o["name"]), _give, _l("Give to somebody"),
          30, check=_may_give, asks=_people, options=_given,
          finish=tell_new_owner(_title, "/tasks")),
]  # fmt: skip
