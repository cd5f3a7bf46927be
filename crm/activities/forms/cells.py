"""Which fields of an open task are set by hand in the cell of a list."""

from datetime import date, datetime
from typing import Any

from flask_babel import format_date, format_datetime
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, DateTimeLocalField, SelectField, StringField
from wtforms.validators import DataRequired, Length, Optional

from crm.accounts.models import User
from crm.accounts.queries import owners_for, user_by_id
from crm.activities import actions
from crm.activities.forms.tasks import CLOCK_JUMPS
from crm.activities.models import Task
from crm.activities.rules import LONGEST_TITLE, Due, is_skipped, typed_due
from crm.core.refusal import Refused
from crm.fields.setting import Setting, person

PRIORITIES = {0: _l("Normal"), 1: _l("High")}


def _title(user: User, row: Task) -> Any:
    checks = [DataRequired(_l("Say what is to be done.")), Length(max=LONGEST_TITLE)]
    return StringField(
        _l("Title"), checks, default=row.title, filters=[lambda text: (text or "").strip()]
    )


def _due(user: User, row: Task) -> Any:
    """A day stays a day, and a time a time, in the zone of who sets it."""
    if row.due_at is None:
        return DateField(_l("Due"), [Optional()], default=row.due_on)
    at = row.due_at.astimezone(user.zone).replace(tzinfo=None)
    return DateTimeLocalField(_l("Due"), [Optional()], format=["%Y-%m-%dT%H:%M"], default=at)


def _owner(user: User, row: Task) -> Any:
    choices = {one.id: one.name for one in owners_for(user, row)}
    choices.setdefault(row.owner_id, person(row.owner_id))
    return SelectField(_l("Owner"), choices=list(choices.items()), coerce=int, default=row.owner_id)


def _priority(user: User, row: Task) -> Any:
    choices = {**PRIORITIES, row.priority: PRIORITIES[1 if row.priority else 0]}
    return SelectField(
        _l("Priority"), choices=list(choices.items()), coerce=int, default=row.priority
    )


def _change(task: Task, key: str, value: Any, by: User) -> None:
    if not task.is_open:
        raise Refused(_("This task is closed already. Open it again first."))
    actions.change_task(task, by, version=task.version, **{key: value})


def _set_due(task: Task, key: str, value: Any, by: User) -> None:
    due = Due()
    if value:
        at = datetime.fromisoformat(value)
        is_time = len(value) > len("2026-12-31")
        if is_time and is_skipped(at.date(), at.time(), by.zone):
            raise Refused(str(CLOCK_JUMPS), field="value")
        due = typed_due(at.date(), at.time() if is_time else None, by.zone)
    _change(task, "due", due, by)


def _set_owner(task: Task, key: str, value: Any, by: User) -> None:
    to = user_by_id(value) if value else None
    if to is None or not to.is_active:
        raise Refused(_("Choose somebody."), field="value")
    _change(task, "owner_id", to.id, by)


def _said_due(task: Task) -> str | None:
    due = task.due_at or task.due_on
    return due.isoformat() if due else None


def _due_words(said: str) -> str:
    due = datetime.fromisoformat(said)
    return str(format_datetime(due) if due.tzinfo else format_date(date.fromisoformat(said)))


def _iso(moment: date | datetime | None) -> str | None:
    return moment.isoformat() if moment else None


SETTINGS = [
    Setting("task", "title", _l("Title"), _change, lambda row: row.title, _title, for_many=False),
    Setting("task", "due", _l("Due"), _set_due, _said_due, _due, plain=_iso, words=_due_words,
            for_many=False),
    Setting("task", "owner", _l("Owner"), _set_owner, lambda row: row.owner_id, _owner,
            words=person, for_many=False),
    Setting("task", "priority", _l("Priority"), _change, lambda row: row.priority, _priority,
            plain=lambda data: data, words=lambda value: str(PRIORITIES[1 if value else 0]),
            for_many=False),
]  # fmt: skip
