"""What a person may type about sequences and their steps."""

from flask_babel import lazy_gettext as _
from wtforms import (
    BooleanField,
    EmailField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, Regexp
from wtforms.widgets import CheckboxInput, ListWidget

from crm.accounts.queries import user_by_id, workers
from crm.sequences.words import DAYS
from crm.web.forms import Form, strip

CLOCK = Regexp(r"^([01]\d|2[0-3]):[0-5]\d$", message=_("Write a time as 09:30."))


class NewForm(Form):
    name = StringField(
        _("Name"), [DataRequired(_("Give it a name.")), Length(max=120)], filters=[strip]
    )
    start = SelectField(
        _("Begin with"),
        choices=(
            ("", _("An empty sequence")),
            ("readiness-nurture", _("Readiness nurture, five letters")),
        ),
    )


class SettingsForm(Form):
    version = HiddenField()
    name = StringField(
        _("Name"), [DataRequired(_("Give it a name.")), Length(max=120)], filters=[strip]
    )
    sender_id = SelectField(_("Sender"), coerce=int)
    weekdays = SelectMultipleField(
        _("Days"),
        coerce=int,
        choices=list(enumerate(DAYS)),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    opens = StringField(_("From"), [DataRequired(), CLOCK], filters=[strip])
    closes = StringField(_("To"), [DataRequired(), CLOCK], filters=[strip])
    needs_consent = BooleanField(_("Only with marketing consent"))
    reenrol_after_days = IntegerField(
        _("May come back after days"), [Optional(), NumberRange(1, 3650)]
    )

    def __init__(self, *args, kept: int | None = None, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.sender_id.choices = sender_choices(kept)


def sender_choices(kept: int | None) -> list[tuple[int, str]]:
    """Whose name mails can carry: who works with records, and who it is now."""
    found = {user.id: user.name for user in workers()}
    present = user_by_id(kept)
    if present is not None and present.id not in found:
        found[present.id] = present.name
    return list(found.items())


class StepForm(Form):
    version = HiddenField()
    name = StringField(_("Name for the team"), [Optional(), Length(max=80)], filters=[strip])
    amount = IntegerField(
        _("Leaves after"), [InputRequired(_("Say after how many.")), NumberRange(0, 100000)]
    )
    unit = SelectField(_("Unit"), choices=(("days", _("days")), ("minutes", _("minutes"))))
    at = StringField(_("At"), [Optional(), CLOCK], filters=[strip])
    subject = StringField(
        _("Subject"), [DataRequired(_("Write a subject.")), Length(max=150)], filters=[strip]
    )
    preview = StringField(_("Preview line"), [Optional(), Length(max=150)], filters=[strip])
    body = TextAreaField(_("Text"), [DataRequired(_("Write a text.")), Length(max=20000)])


class PublishForm(Form):
    enrolled = RadioField(
        _("Who is in it already"),
        choices=(
            ("leave", _("stays on the version they began")),
            ("move", _("moves to this one, if their next step is still in it")),
            ("stop", _("is stopped")),
        ),
        default="leave",
    )


class EnrolForm(Form):
    contact_id = HiddenField()
    email = EmailField(_("Contact’s e-mail"), [Length(max=254)], filters=[strip])


class TestForm(Form):
    step = HiddenField()
