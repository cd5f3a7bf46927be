"""The form every page uses: clean values in, errors and refusals out."""

import json
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, IntegerField, SelectField
from wtforms import Form as WTForm
from wtforms.validators import Length, NumberRange, Optional
from wtforms.widgets import HiddenInput

from crm.core import days
from crm.core.refusal import Conflict, Refused
from crm.web import binding

CHOOSE = _l("Choose one from the list.")
MOST = _l("Write at most %(max)d characters.")
LEAST = _l("Write at least %(min)d characters.")
# What WTForms says by itself, and what we say instead.
OUR_WORDS = {
    "Not a valid integer value.": _l("Write a whole number."),
    "Not a valid decimal value.": _l("Write a number."),
    "Not a valid float value.": _l("Write a number."),
    "Not a valid date value.": _l("Give a day."),
    "Not a valid datetime value.": _l("Give a day and a time."),
    "Not a valid time value.": _l("Give a time, for example 14:30."),
    "Not a valid choice.": CHOOSE,
    "Invalid Choice: could not coerce.": CHOOSE,
    "This field is required.": _l("This must not be empty."),
    "Field must be at least %(min)d character long.": LEAST,
    "Field must be at least %(min)d characters long.": LEAST,
    "Field cannot be longer than %(max)d character.": MOST,
    "Field cannot be longer than %(max)d characters.": MOST,
}


class OurWords:
    """The catalogue that WTForms asks: our words in the reader's language."""

    def gettext(self, text: str) -> str:
        return str(OUR_WORDS.get(text, text))

    def ngettext(self, one: str, many: str, number: int) -> str:
        return self.gettext(one if number == 1 else many)


OURS = OurWords()


class Form(FlaskForm):
    """A form whose CSRF token is checked once for the whole product (web/csrf.py)."""

    class Meta(binding.Meta):
        csrf = False
        locales = False

        def get_translations(self, form: Any) -> OurWords:
            """One catalogue for all forms: one a form is dear."""
            return OURS

    conflict: Conflict | None = None

    def process(self, formdata: Any = None, *args: Any, **more: Any) -> None:
        """As WTForms does, and no day that no other page could work with."""
        super().process(formdata, *args, **more)
        for field in self if formdata else ():
            if isinstance(field.data, date):
                _check_day(field)

    def validate(self, **more: Any) -> bool:
        """As WTForms does; of what could not be read at all only that is said."""
        is_fine = bool(super().validate(**more))
        for field in self:
            if field.process_errors and field.errors:
                field.errors = list(field.process_errors)
        return is_fine

    def merge(self) -> None:
        """Take over what others changed since; only forms that merge do (web/merging.py)."""

    def refuse(self, refusal: Refused) -> None:
        """Show a refusal at its field, or on top where it names none."""
        if isinstance(refusal, Conflict):
            self.conflict = refusal
        field = self._fields.get(refusal.field or "")
        if field is None:
            self.form_errors.append(refusal.message)
        else:
            field.errors = [*field.errors, refusal.message]

    @property
    def failed(self) -> list[tuple[Field, list[Any]]]:
        """Fields with their messages, in the order of the form."""
        return [(field, list(field.errors)) for field in self if field.errors]


class Choice(SelectField):
    """One of a list of pairs, looked for without an object for each of them."""

    def pre_validate(self, form: Any) -> None:
        """Refuse what is not on the list."""
        offered = () if self.process_errors else self.choices or ()
        if not any(self.coerce(one[0]) == self.data for one in offered if type(one) is tuple):
            super().pre_validate(form)


class PartForm(WTForm):
    """A form within another one, such as one of its rows."""

    class Meta(binding.Meta):
        """Its fields are made as those of the whole."""


class OverForm(Form):
    """A form over a stored record: the `version` it began with and, as JSON, what it showed."""

    version = IntegerField(validators=[Optional(), NumberRange(0, 2**31)], widget=HiddenInput())
    base = HiddenField(validators=[Length(max=400_000)])

    @property
    def began_with(self) -> dict[str, Any]:
        """The fields the form was opened with; junk is as good as nothing."""
        return began_with(self.base.data)

    def begin_again(self) -> None:
        """After both values were shown: the next save goes over those that were shown.

        What only somebody else changed was not on show and stays theirs: so the version stays too.
        """
        if self.conflict:
            shown = {name: theirs for name, (theirs, _mine) in self.conflict.fields.items()}
            self.base.data = json.dumps(self.began_with | shown)


def began_with(text: str | None) -> dict[str, Any]:
    """The fields a form was opened with, from its hidden field; junk is as good as nothing."""
    try:
        found = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _check_day(field: Field) -> None:
    try:
        days.check(field.data)
    except ValueError as error:
        field.data = None  # what was typed is still shown
        field.process_errors = [*field.process_errors, str(error)]


def strip(value: Any) -> Any:
    """Filter: text without the blanks around it."""
    return value.strip() if isinstance(value, str) else value


def empty_to_none(value: Any) -> Any:
    """Filter: None for an empty text."""
    return value.strip() or None if isinstance(value, str) else value
