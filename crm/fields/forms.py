"""What a person may type about a field and its options."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from crm.fields.actions.definitions import CHOSEN, HELP, LABEL, NO_DEFAULT
from crm.fields.typed import UNIQUE_KINDS
from crm.web.forms import Form, strip
from crm.web.merging import MergedForm

RECORD_WORDS = {
    "contact": _l("Contacts"),
    "company": _l("Companies"),
    "deal": _l("Deals"),
}
ONE_WORDS = {"contact": _l("A contact"), "company": _l("A company"), "deal": _l("A deal")}
# Kind: its name, and what it is for.
KIND_WORDS = {
    "text": (_l("Text"), _l("One line: a number of your own, a nickname")),
    "long": (_l("Long text"), _l("Several lines, not sorted")),
    "number": (_l("Number"), _l("With up to six decimals")),
    "money": (_l("Money"), _l("A sum with its currency")),
    "on": (_l("Day"), _l("A date without a time")),
    "at": (_l("Day and time"), _l("Shown to each reader in their zone")),
    "bool": (_l("Yes or no"), _l("Or nothing said")),
    "select": (_l("One of a list"), _l("Options that you name and order")),
    "multi": (_l("Several of a list"), _l("Options that you name and order")),
    "url": (_l("Web address"), _l("Opens in a new page")),
    "user": (_l("Somebody of the team"), _l("Beside the owner")),
    "reference": (_l("Another record"), _l("A contact, a company or a deal")),
}


class FieldForm(MergedForm):
    """A field: what it is called, what it asks and where."""

    label = StringField(
        _l("Name"),
        filters=[strip],
        validators=[InputRequired(_l("Give the field a name.")), Length(max=LABEL)],
    )
    help_text = StringField(
        _l("Help"),
        filters=[strip],
        validators=[Optional(), Length(max=HELP)],
        description=_l("A line below the input: what to write there."),
    )
    target = SelectField(_l("Refers to"), choices=list(ONE_WORDS.items()), default="company")
    currency = StringField(
        _l("Currency"),
        filters=[strip],
        validators=[Optional(), Length(max=3)],
        description=_l("Meant where nobody writes another one."),
    )
    options = TextAreaField(
        _l("Options"),
        validators=[Optional(), Length(max=20_000)],
        description=_l("One a line, in their order."),
    )
    default = TextAreaField(
        _l("Default"),
        validators=[Optional(), Length(max=20_000)],
        description=_l("What a new record says: an option as written above; several one a line."),
    )
    fills = BooleanField(
        _l("Give the default to the records there are"),
        description=_l("Those you see that say nothing here. It can be undone as one act."),
    )
    is_required = BooleanField(
        _l("Must be filled"), description=_l("In the forms of the team. Quizzes and imports go on.")
    )
    is_unique = BooleanField(
        _l("No two may say the same"), description=_l("Such as a customer number.")
    )
    needs = SelectMultipleField(
        _l("A deal needs it from this stage on"),
        coerce=int,
        choices=[],
        validators=[Optional()],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        description=_l("A move there is refused while it is empty, and offers to fill it."),
    )

    def fit(
        self, record: str, kind: str, stages: list[tuple[int, str]], *, is_new: bool = False
    ) -> "FieldForm":
        """Leave out what this kind of field on this kind of record has no use for.

        Where options are there, or none are needed, the default has an input of its own kind.
        """
        if kind not in CHOSEN or not is_new:
            del self.default
        if kind in NO_DEFAULT:
            del self.fills
        if kind != "reference":
            del self.target
        if kind != "money":
            del self.currency
        if kind not in CHOSEN:
            del self.options
        if kind not in UNIQUE_KINDS:
            del self.is_unique
        if record == "deal" and stages:
            self.needs.choices = stages
        else:
            del self.needs
        return self

    @property
    def values(self) -> dict[str, Any]:
        """What was typed, as fields.actions takes it."""
        found = {name: field.data for name, field in self._fields.items() if name in SAVED}
        if "options" in found:
            found["options"] = lines_of(found["options"])
        if "default" in found:
            found["default"] = lines_of(found["default"])
        return {name: value for name, value in found.items() if value is not None}


SAVED = (
    "label", "help_text", "target", "currency", "options", "default", "is_required", "is_unique",
    "needs",
)  # fmt: skip


def lines_of(text: str | None) -> list[str]:
    """The filled lines of a text."""
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


class OptionForm(MergedForm):
    """One option of a list."""

    label = StringField(
        _l("Option"),
        filters=[strip],
        validators=[InputRequired(_l("Give the option a name.")), Length(max=LABEL)],
    )


class ValueForm(Form):
    """One field of one record; its input is added by its kind."""
