"""One input for each kind of custom field: what it shows, and what was typed as a plain value."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from wtforms import SelectField, SelectMultipleField, StringField
from wtforms.validators import Optional, ValidationError
from wtforms.widgets import (
    CheckboxInput,
    DateInput,
    DateTimeLocalInput,
    ListWidget,
    TextArea,
    TextInput,
    URLInput,
)

from crm.accounts.models import User
from crm.fields.naming import Several, meant
from crm.fields.queries import Shown
from crm.fields.reading import Manner, read, written
from crm.fields.typed import LONGEST, Custom

WIDGETS: dict[str, Any] = {
    "long": TextArea,
    "url": URLInput,
    "on": DateInput,
    "at": DateTimeLocalInput,
}


class Needed:
    """A field that must be filled, where the form asked for it."""

    def __init__(self, is_new: bool) -> None:
        self.is_new = is_new
        self.field_flags = {"required": True}

    def __call__(self, _form: Any, field: Any) -> None:
        if field.plain is None and (field.is_sent or self.is_new) and not field.process_errors:
            raise ValidationError(_("This must not be empty."))


class _Kept:
    """What every custom input knows: its field, what the record says now, what was typed."""

    is_sent = False
    plain: Any = None

    def know(self, custom: Custom, now: Shown, manner: Manner, user: User | None) -> None:
        self.custom, self.now, self.manner, self.user = custom, now, manner, user
        self.plain = now.value

    def take(self, typed: str | list[str]) -> None:
        """Read what was typed; ValueError says what is wrong."""
        self.is_sent, self.plain = True, None
        self.plain = read(self.custom, typed, self.manner)

    def words(self, plain: Any) -> str:
        """A value as it is shown where two people typed something else."""
        if plain in (None, []):
            return "–"
        if self.custom.kind in {"select", "multi"}:
            found = [
                self.custom.option(one) for one in ([plain] if isinstance(plain, str) else plain)
            ]
            return ", ".join(str(one.label) for one in found if one)
        if self.custom.kind == "bool":
            return _("Yes") if plain else _("No")
        if self.custom.kind in {"user", "reference"}:
            return self.now.name if plain == self.now.value and self.now.name else f"#{plain}"
        if self.custom.kind == "at":
            return written(self.custom, plain, self.manner).replace("T", " ")
        return written(self.custom, plain, self.manner)


class Typed(_Kept, StringField):
    """A value that is typed; what is shown again is what was typed."""

    offers: Sequence[str] = ()  # where several records have the name that was typed

    def __init__(self, *args: Any, known: tuple, **more: Any) -> None:
        super().__init__(*args, **more)
        self.know(*known)

    def process_formdata(self, valuelist: list[str]) -> None:
        if valuelist:
            self.data = valuelist[0]
            self.take(valuelist[0])

    def take(self, typed: str | list[str]) -> None:
        if str(typed).strip() == self.text:
            self.is_sent = True
        elif self.custom.kind == "reference" and str(typed).strip():
            self.is_sent, self.plain = True, None
            self.plain = self._meant(str(typed).replace("\x00", "").strip())
        else:
            super().take(typed)

    @property
    def searches(self) -> str:
        """The kind of record that is named."""
        return self.custom.target if self.custom.kind == "reference" else ""

    @property
    def text(self) -> str:
        """What the record says now, as it would be typed."""
        if self.custom.kind == "reference" and self.now.value:
            return self.now.name or f"#{self.now.value}"
        return written(self.custom, self.now.value, self.manner)

    def _value(self) -> str:
        return self.data if self.is_sent and self.data is not None else self.text

    def _meant(self, text: str) -> int:
        """The record that the text names."""
        assert self.user is not None
        try:
            found: int = meant(self.user, self.custom.target, text).id
        except Several as several:
            self.offers = several.offers
            raise
        return found


class Picked(_Kept, SelectField):
    """One of several: yes or no, an option, a person."""

    def __init__(self, *args: Any, known: tuple, **more: Any) -> None:
        super().__init__(*args, coerce=str, validate_choice=False, **more)
        self.know(*known)
        words = {None: "", True: "yes", False: "no"}
        self.default = words.get(self.plain, str(self.plain))

    def process_data(self, _value: Any) -> None:
        self.data = self.default

    def process_formdata(self, valuelist: list[str]) -> None:
        if valuelist:
            self.data = valuelist[0]
            self.take(valuelist[0])


class Ticked(_Kept, SelectMultipleField):
    """Any of several. An empty value beside the boxes says that the input was there."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def __init__(self, *args: Any, known: tuple, **more: Any) -> None:
        super().__init__(*args, validate_choice=False, **more)
        self.know(*known)
        self.default = list(self.plain or [])

    def process_data(self, _value: Any) -> None:
        self.data = self.default

    def process_formdata(self, valuelist: list[str]) -> None:
        if valuelist:
            self.data = [one for one in valuelist if one]
            self.take(self.data)


def input_of(
    custom: Custom,
    now: Shown,
    *,
    manner: Manner,
    user: User | None,
    people: Sequence[User],
    is_needed: bool,
    is_new: bool,
    label: str,
) -> Any:
    """The input of a field, as a form class holds it; `now` is what the record says."""
    given: dict[str, Any] = {
        "validators": [Needed(is_new)] if is_needed else [Optional()],
        "description": custom.help,
        "id": custom.key,
        "known": (custom, now, manner, user),
    }
    if custom.kind == "multi":
        chosen = set(now.value or [])
        return Ticked(label, choices=_options(custom, chosen), **given)
    if custom.kind in {"select", "user", "bool"}:
        return Picked(label, choices=[("", "–"), *_choices(custom, now, people)], **given)
    attributes: dict[str, Any] = (
        {"maxlength": LONGEST[custom.kind]} if custom.kind in LONGEST else {}
    )
    if custom.kind in {"number", "money"}:
        attributes = {"inputmode": "decimal"}
    widget = WIDGETS.get(custom.kind, TextInput)()
    return Typed(label, widget=widget, render_kw={"autocomplete": "off", **attributes},
                 **given)  # fmt: skip


def _choices(custom: Custom, now: Shown, people: Sequence[User]) -> list[tuple[str, str]]:
    if custom.kind == "bool":
        return [("yes", _("Yes")), ("no", _("No"))]
    if custom.kind == "select":
        return _options(custom, {now.value})
    found = {str(person.id): person.name for person in people}
    if now.value is not None:
        found.setdefault(str(now.value), now.name)
    return list(found.items())


def _options(custom: Custom, chosen: set[Any]) -> list[tuple[str, str]]:
    """The options that may be chosen, and those that the record has already."""
    return [
        (one.value, str(one.label))
        for one in custom.options
        if one.is_active or one.value in chosen
    ]
