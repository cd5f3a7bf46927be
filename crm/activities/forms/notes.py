"""What a person may type as notes, and about events of other tools."""

from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf.file import MultipleFileField
from wtforms import BooleanField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional, ValidationError

from crm.activities.actions import EXTERNAL_KINDS
from crm.activities.forms.talks import Spoken, when
from crm.activities.forms.tasks import LONG
from crm.core.refusal import Refused
from crm.deals.rules import cents
from crm.files.actions import Kept, keep_all
from crm.web.forms import Form, strip

EVENTS = [
    ("purchase", _("Purchase")),
    ("payment", _("Payment")),
    ("refund", _("Refund")),
    ("ticket", _("Ticket")),
    ("membership", _("Membership")),
    ("other", _("Other")),
]
assert tuple(kind for kind, _word in EVENTS) == EXTERNAL_KINDS


def text(id_: str, label: Any) -> TextAreaField:
    return TextAreaField(
        label,
        [DataRequired(_("Write something first.")), Length(max=LONG)],
        id=id_,
        filters=[strip],
    )


class NoteForm(Form):
    """A note in Markdown with files. `kept` holds them once they lie on disk."""

    body = text("note-body", _("Note"))
    files = MultipleFileField(_("Files"), [Optional()], id="note-files")
    is_private = BooleanField(_("Only for me"), id="note-private")
    kept: tuple[Kept, ...] = ()

    def validate_files(self, field: Any) -> None:
        """Put them on disk; a file that is refused names itself, and none of them counts."""
        try:
            self.kept = keep_all(field.data or ())
        except Refused as refusal:
            raise ValidationError(refusal.message) from None


class AnswerForm(Form):
    """An answer under a note."""

    body = text("answer-body", _("Your answer"))


class EditForm(Form):
    """A new text for an entry; `seen` is the one it was written over."""

    body = TextAreaField(_("Text"), [Length(max=LONG)], id="edit-body", filters=[strip])
    seen = HiddenField(id="edit-seen")


class EventForm(Spoken):
    """A purchase, payment or ticket of another tool, typed by hand."""

    type = SelectField(_("Kind"), id="event-type", choices=EVENTS, default="purchase")
    title = StringField(
        _("What happened"),
        [DataRequired(_("Say what happened.")), Length(max=200)],
        id="event-title",
        filters=[strip],
    )
    amount = StringField(_("Amount"), [Optional(), Length(max=40)], id="event-amount")
    currency = StringField(
        _("Currency"), [Optional(), Length(max=3)], id="event-currency", default="EUR"
    )
    url = StringField(_("Link"), [Optional(), Length(max=2000)], id="event-url", filters=[strip])
    external_id = StringField(
        _("Its number there"), [Optional(), Length(max=200)], id="event-number", filters=[strip]
    )
    at = when("event-at")
    amount_cents: int | None = None

    def validate_amount(self, field: Any) -> None:
        try:
            self.amount_cents = cents(field.data or "")
        except ValueError as error:
            raise ValidationError(str(error)) from None
