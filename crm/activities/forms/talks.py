"""What a person may type about calls, mails, answers and meetings."""

from datetime import UTC, timedelta
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import (
    DateField,
    DateTimeLocalField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import AnyOf, DataRequired, Length, NumberRange, Optional, ValidationError

from crm.activities import rules
from crm.activities.forms.tasks import LONG, follow_ups, needs_day
from crm.core import clock
from crm.web.forms import Form, strip

OUTCOMES = [
    ("reached", _("Reached")),
    ("voicemail", _("Voicemail")),
    ("no_answer", _("No answer")),
    ("wrong", _("Wrong number")),
]
DIRECTIONS = [("out", _("I called")), ("in", _("They called"))]
MEETINGS = [("held", _("It was held")), ("no_show", _("They did not come"))]


class Spoken(Form):
    """Something that was said at a time, in the zone of the person who logs it."""

    occurred_at = None  # now

    def __init__(self, user, **more):
        self.user = user
        super().__init__(**more)

    def validate_at(self, field):
        try:
            self.occurred_at = rules.spoken_at(field.data, self.user.zone, clock.now())
        except ValueError as error:
            raise ValidationError(str(error)) from None


def when(id_: str, description: Any = "") -> DateTimeLocalField:
    return DateTimeLocalField(
        _("When"),
        [Optional()],
        id=id_,
        format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        description=description,
    )


def minutes(id_: str) -> IntegerField:
    return IntegerField(_("Minutes"), [Optional(), NumberRange(0, 1440)], id=id_)


class Followed(Spoken):
    """A talk, and what comes next in the same form."""

    def __init__(self, user, **more):
        super().__init__(user, **more)
        self.next.choices = follow_ups(user)

    def validate_next_on(self, field):
        if field.data and field.data < clock.today(self.user.zone):
            raise ValidationError(_("This day is past. Choose one to come."))

    def validate(self, **more):
        """Also: a day of one's own has to be named."""
        is_sound = super().validate(**more)
        return needs_day(self.next_on, self.next.data == "day") and is_sound


class CallForm(Followed):
    """How a call ended, and what comes next."""

    outcome = RadioField(
        _("How did the call end?"),
        [AnyOf(rules.OUTCOMES, message=_("Say how the call ended."))],
        id="call-outcome",
        choices=OUTCOMES,
        default="reached",
    )
    note = TextAreaField(
        _("What was said"), [Optional(), Length(max=LONG)], id="call-note", filters=[strip]
    )
    direction = SelectField(_("Who called"), id="call-direction", choices=DIRECTIONS, default="out")
    minutes = minutes("call-minutes")
    at = when("call-at")
    next = SelectField(_("Then"), id="call-next", default="")
    next_on = DateField(_("On"), [Optional()], id="call-next-on")


class TalkForm(Spoken):
    """A logged call or meeting, to be put right: what it was, and its text over the one `seen`."""

    outcome = SelectField(_("How it ended"), id="talk-outcome", choices=OUTCOMES)
    direction = SelectField(_("Who called"), id="talk-direction", choices=DIRECTIONS)
    minutes = minutes("talk-minutes")
    at = when("talk-at")
    body = TextAreaField(_("Text"), [Length(max=LONG)], id="edit-body", filters=[strip])
    seen = HiddenField(id="edit-seen")

    def __init__(self, user, entry, **more):
        said = {name: getattr(entry, name) for name in ("outcome", "direction", "minutes", "body")}
        at = entry.at.astimezone(user.zone).replace(tzinfo=None, second=0, microsecond=0)
        super().__init__(user, data={**said, "at": at, "seen": entry.body}, **more)
        if entry.kind != "call":
            del self.outcome, self.direction
        self.was_at, self.entry_at = at, entry.at

    def validate_at(self, field):
        if field.data == self.was_at or not field.data:
            self.occurred_at = self.entry_at  # to the second, as it was
        else:
            super().validate_at(field)

    @property
    def facts(self) -> dict[str, Any]:
        """What is said of the talk beside its text."""
        calls = {name: self[name].data for name in ("outcome", "direction") if name in self}
        return {"minutes": self.minutes.data, "at": self.occurred_at, **calls}


class MailForm(Spoken):
    """A mail written outside of Tend."""

    subject = StringField(
        _("Subject"),
        [DataRequired(_("Give the subject.")), Length(max=200)],
        id="mail-subject",
        filters=[strip],
    )
    body = TextAreaField(_("Text"), [Optional(), Length(max=LONG)], id="mail-body", filters=[strip])
    at = when("mail-at")


class ReplyForm(Spoken):
    """What they answered."""

    body = TextAreaField(
        _("What they answered"), [Optional(), Length(max=LONG)], id="reply-body", filters=[strip]
    )
    at = when("reply-at")


class MeetingForm(Followed):
    """A meeting: one that was held or missed, or, with a time to come, an appointment."""

    outcome = RadioField(
        _("How did the meeting go?"),
        [AnyOf(rules.MEETING_OUTCOMES, message=_("Say whether the meeting was held."))],
        id="meeting-outcome",
        choices=MEETINGS,
        default="held",
    )
    note = TextAreaField(
        _("What was agreed"), [Optional(), Length(max=LONG)], id="meeting-note", filters=[strip]
    )
    minutes = minutes("meeting-minutes")
    at = when("meeting-at", _("A time to come makes it an appointment."))
    next = SelectField(_("Then"), id="meeting-next", default="")
    next_on = DateField(_("On"), [Optional()], id="meeting-next-on")
    planned_at = None  # set for an appointment, which is still to come

    def validate_at(self, field):
        typed = field.data and field.data.replace(tzinfo=self.user.zone).astimezone(UTC)
        if typed and typed > clock.now() + timedelta(minutes=1):
            self.planned_at = typed
        else:
            super().validate_at(field)
