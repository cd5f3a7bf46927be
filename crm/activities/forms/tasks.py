"""What a person may type about tasks."""

from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _
from wtforms import (
    DateField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import AnyOf, DataRequired, Length, Optional
from wtforms.widgets import HiddenInput

from crm.accounts import queries as people
from crm.activities import rules
from crm.core import clock
from crm.web.formats import day as written_day
from crm.web.forms import Form, OverForm, strip

LONG = 20_000
KINDS = [
    ("todo", _("To-do")),
    ("call", _("Call")),
    ("mail", _("Mail")),
    ("meeting", _("Meeting")),
]
CLOCK_JUMPS = _("Clocks go forward over this time on that day. Choose one before or after.")


def needs_day(field: DateField, is_needed: bool) -> bool:
    """Refuse an empty day that is needed; whether all is well. Optional fields ask no more."""
    if is_needed and field.data is None and not field.errors:
        field.errors = [_("Choose the day.")]
        return False
    return True


def needs_clock(day: DateField, time: TimeField, zone: ZoneInfo) -> bool:
    """Refuse a time that the clocks of that day jump over; whether all is well."""
    if day.data and time.data and rules.is_skipped(day.data, time.data, zone):
        time.errors = [CLOCK_JUMPS]
        return False
    return True


class TaskForm(OverForm):
    """A promise: what, by when, by whom."""

    title = StringField(
        _("What is to be done"),
        [DataRequired(_("Say what is to be done.")), Length(max=rules.LONGEST_TITLE)],
        id="task-title",
        filters=[strip],
    )
    kind = SelectField(_("Kind"), id="task-kind", choices=KINDS, default="todo")
    day = DateField(_("Day"), [Optional()], id="task-day")
    time = TimeField(_("Time"), [Optional()], id="task-time")
    owner_id = SelectField(_("Who"), id="task-owner", coerce=int)
    note = TextAreaField(_("Note"), [Optional(), Length(max=LONG)], id="task-note", filters=[strip])

    def __init__(self, user, task=None, **more):
        self.user = user
        super().__init__(**more)
        offered = {one.id: one.name for one in people.owners_for(user, task)} | {user.id: user.name}
        if task and task.owner:
            offered[task.owner_id] = task.owner.name
        self.owner_id.choices = list(offered.items())
        if self.owner_id.data is None:
            self.owner_id.data = user.id

    def validate(self, **more):
        """Also: a time needs its day, and has to be on it."""
        is_sound = super().validate(**more)
        is_there = needs_clock(self.day, self.time, self.user.zone)
        return needs_day(self.day, bool(self.time.data)) and is_there and is_sound

    @property
    def due(self) -> rules.Due:
        """The day, or the instant in the zone of who typed it."""
        return rules.typed_due(self.day.data, self.time.data, self.user.zone)


class SnoozeForm(Form):
    """Until when a task is put off."""

    until = RadioField(
        _("Until when?"),
        [AnyOf([one for one in rules.FOLLOW_UPS if one], message=_("Choose until when."))],
        id="until",
    )
    day = DateField(_("Day"), [Optional()], id="day")
    time = TimeField(_("Time"), [Optional()], id="time")
    seen = IntegerField(validators=[Optional()], widget=HiddenInput(), id="seen")

    def __init__(self, user, **more):
        self.user = user
        super().__init__(**more)
        self.until.choices = later(user)

    def validate(self, **more):
        """Also: a day of one's own has to be named, and the time to be on it."""
        is_sound = super().validate(**more)
        is_there = needs_clock(self.day, self.time, self.user.zone)
        return needs_day(self.day, self.until.data == "day") and is_there and is_sound

    @property
    def due(self) -> rules.Due:
        """The day or instant that was chosen."""
        if self.until.data == "day":
            return rules.typed_due(self.day.data, self.time.data, self.user.zone)
        calendar = people.days_there(self.user)
        return rules.follow_up(self.until.data, clock.today(calendar.zone), calendar) or rules.Due()

    def look_again(self, task) -> None:
        """After a refusal: the next try is over what the page shows now."""
        self.seen.data, self.seen.raw_data = task.due_version, None


class ReassignForm(Form):
    """To whom a task goes."""

    owner_id = SelectField(_("Give it to"), id="reassign-to", coerce=int)

    def __init__(self, user, task, **more):
        super().__init__(**more)
        offered = people.owners_for(user, task)
        self.owner_id.choices = [(one.id, one.name) for one in offered]


def offers(user) -> dict[str, str]:
    """The days behind the usual choices, written out: what "in 6 months" means today."""
    calendar = people.days_there(user)
    today = clock.today(calendar.zone)
    days = {}
    for choice in rules.FOLLOW_UPS:
        due = rules.follow_up(choice, today, calendar)
        if due:
            days[choice] = written_day(due.on or due.at)
    return days


def follow_ups(user) -> list[tuple[str, str]]:
    """What may come after a call."""
    days = offers(user)
    return [
        ("", _("Nothing new")),
        ("tomorrow", _("Call again, %(day)s", day=days["tomorrow"])),
        ("next_week", _("Write next week, %(day)s", day=days["next_week"])),
        ("six_months", _("Ask in 6 months, %(day)s", day=days["six_months"])),
        ("day", _("Choose a day…")),
    ]


def later(user) -> list[tuple[str, str]]:
    """Until when a task may be put off."""
    days = offers(user)
    return [
        ("tomorrow", _("Tomorrow, %(day)s", day=days["tomorrow"])),
        ("next_working_day", _("Next working day, %(day)s", day=days["next_working_day"])),
        ("next_week", _("Next week, %(day)s", day=days["next_week"])),
        ("six_months", _("In 6 months, %(day)s", day=days["six_months"])),
        ("day", _("A day of my own")),
    ]
