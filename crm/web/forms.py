"""The form every page uses: clean values in, errors and refusals out."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import Field

from crm.core.refusal import Conflict, Refused


class Form(FlaskForm):
    """A form whose CSRF token is checked once for the whole product (web/csrf.py)."""

    class Meta:
        csrf = False
        locales = False  # our validators say it in our words; a catalogue a form is dear

        def get_translations(self, form: Any) -> None:
            """None: the messages as they are written."""

    conflict: Conflict | None = None

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


def strip(value: Any) -> Any:
    """Filter: text without the blanks around it."""
    return value.strip() if isinstance(value, str) else value


def empty_to_none(value: Any) -> Any:
    """Filter: None for an empty text."""
    return value.strip() or None if isinstance(value, str) else value
