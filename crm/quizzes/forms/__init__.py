"""What an author may type: forms made from a list of places in the spec."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    Field,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import (
    DataRequired,
    InputRequired,
    Length,
    NumberRange,
    Optional,
    Regexp,
    ValidationError,
)
from wtforms.widgets import CheckboxInput, ListWidget

from crm.core.numbers import row_number
from crm.core.versions import merged
from crm.quizzes.rules.origins import origins
from crm.web.forms import Form, OverForm, strip
from crm.web.merging import MergedForm

MOST = 100_000


@dataclass(frozen=True)
class Blank:
    """One thing to fill in: `path` is its place in the spec, dots between the keys.

    `kind`: text, area, lines (a list, one a line), number, share (hundredths typed as 1.5),
    choice, check, checks.
    """

    path: str
    label: str
    kind: str = "text"
    help: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    required: bool = False
    low: int = -MOST
    high: int = MOST

    @property
    def name(self) -> str:
        return self.path.replace(".", "__")


class Checks(SelectMultipleField):
    """A group of boxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class Share(StringField):
    """A number with up to two places, kept in hundredths."""

    def _value(self) -> str:
        return f"{self.data / 100:g}" if isinstance(self.data, int) else (self.data or "")

    def process_formdata(self, valuelist: list[str]) -> None:
        text = (valuelist[0] if valuelist else "").strip().replace(",", ".")
        try:
            self.data = round(float(text) * 100) if text else 100
        except (ValueError, OverflowError):
            self.data = 100
            raise ValueError(_("Write a number such as 1 or 1.5.")) from None
        if not 1 <= self.data <= 10_000:
            raise ValueError(_("Between 0.01 and 100."))


def build(blanks: Sequence[Blank]) -> type[Form]:
    """The form of these blanks, and the version of the quiz that was seen."""
    fields: dict[str, Any] = {blank.name: _field(blank) for blank in blanks}
    fields["seen"] = HiddenField()
    return type("SpecForm", (OverForm,), fields)


def filled(
    blanks: Sequence[Blank],
    spec: dict[str, Any],
    version: int,
    posted: MultiDict[str, str] | None = None,
    rows: Sequence[str] = (),
) -> Any:
    """The form as the spec has it; what was posted (or is given as `posted`) wins.

    `rows` are the names of its rows (forms/rows.py).
    """
    shown = showing(blanks, spec)
    more = {} if posted is None else {"formdata": posted}
    base = json.dumps({**shown, "rows": list(rows)})
    return build(blanks)(data={**shown, "seen": str(version), "base": base}, **more)


def showing(blanks: Sequence[Blank], spec: dict[str, Any]) -> dict[str, Any]:
    """What the form shows of the spec, by the names of its fields."""
    return {blank.name: _shown(blank, _at(spec, blank.path)) for blank in blanks}


def _shown(blank: Blank, value: Any) -> Any:
    if blank.kind == "lines":
        return "\n".join(value or [])
    if blank.kind == "checks":
        return [str(one).lower() for one in value or []]
    if blank.kind == "share":
        return 100 if value is None else value
    if blank.kind == "check":
        return bool(value)
    if blank.kind == "choice":
        return "" if value is None else str(value)
    return value


def write(blanks: Sequence[Blank], form: Any, spec: dict[str, Any]) -> None:
    """Put what was typed into `spec`; an empty text, number or choice takes its key away.

    What the form says it began with is compared first: only what was changed is written, so
    that two authors may work at once. Raises Conflict with both values of what both changed.
    """
    mine = changes(form, showing(blanks, spec))
    for blank in blanks:
        if blank.name not in mine:
            continue
        value = mine[blank.name]
        if blank.kind == "lines":
            value = [line.strip() for line in (value or "").splitlines() if line.strip()]
        keys = blank.path.split(".")
        place = spec
        for key in keys[:-1]:
            place = place.setdefault(key, {})
        if value in (None, "", []) and blank.kind != "checks":
            place.pop(keys[-1], None)
        else:
            place[keys[-1]] = value


def changes(form: Any, theirs: dict[str, Any]) -> dict[str, Any]:
    """What was typed over what the form began with, by field; all of it where that is not known.

    Empty is empty however it came, and so is the end of a line. Raises Conflict where `theirs`,
    what stands there now, was changed as well.
    """
    base, mine = form.began_with, {name: form[name].data for name in theirs}
    if not base:
        return mine
    kept = {name: value for name, value in mine.items() if name in base}
    plain = [{name: _plain(one.get(name)) for name in kept} for one in (theirs, kept, base)]
    return {name: kept[name] for name in merged(*plain)}


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\r\n", "\n").strip() or None
    return value


def seen(form: Any) -> int | None:
    """The version of the quiz the author looked at; None where `write` compares the fields."""
    began = isinstance(form, OverForm) and form.began_with
    return None if began else row_number(form["seen"].data)


def _at(spec: dict[str, Any], path: str) -> Any:
    place: Any = spec
    for key in path.split("."):
        place = place.get(key) if isinstance(place, dict) else None
    return place


def _field(blank: Blank) -> Field:
    need = [DataRequired(_("This is needed."))] if blank.required else [Optional()]
    about = {"description": blank.help}
    if blank.kind == "number":
        needed = InputRequired(_("Write a number.")) if blank.required else Optional()
        return IntegerField(blank.label, [needed, NumberRange(blank.low, blank.high)], **about)
    if blank.kind in {"choice", "checks"}:
        kind = SelectField if blank.kind == "choice" else Checks
        return kind(blank.label, choices=list(blank.choices), **about)
    if blank.kind in {"share", "check"}:
        return (Share if blank.kind == "share" else BooleanField)(blank.label, **about)
    is_long = blank.kind in {"area", "lines"}
    checks = [*need, Length(max=5000 if is_long else 400)]
    return (TextAreaField if is_long else StringField)(
        blank.label, checks, filters=[strip], **about
    )


class NewQuizForm(Form):
    """A quiz to begin with."""

    name = StringField("Name", [DataRequired("Give it a name."), Length(max=120)], filters=[strip])
    template = SelectField("Begin with", choices=[])

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.template.choices = [
            ("readiness", _("Readiness check: five questions on follow-up, ready to publish")),
            ("", _("An empty quiz with one question")),
        ]


class PublishForm(Form):
    """A word on what changed, for the list of versions."""

    note = StringField("What changed", [Optional(), Length(max=200)], filters=[strip])


class SharingForm(MergedForm):
    """The address of a quiz, who writes, which sites may frame it, its colours."""

    slug = StringField(
        "Address",
        [
            DataRequired("An address is needed."),
            Regexp(
                r"^[a-z0-9][a-z0-9-]{0,59}$",
                message="Small letters, digits and hyphens, such as readiness-check.",
            ),
        ],
        filters=[strip],
    )
    sender_id = SelectField("Sender of its mails", coerce=int, choices=[])
    embed_origins = TextAreaField("Sites that may frame it", [Length(max=3000)], filters=[strip])
    result_days = IntegerField("Days a result stays", [NumberRange(1, 3650)])
    retake = SelectField("Taken again", choices=[])
    retake_days = IntegerField("Days between two that count", [NumberRange(1, 3650)])
    may_share = BooleanField("Results may be passed on")
    asks_back = BooleanField("One mail to whoever stops half-way")
    paper = StringField("Page", [Optional()], filters=[strip])
    surface = StringField("Sheet", [Optional()], filters=[strip])
    ink = StringField("Text", [Optional()], filters=[strip])
    accent = StringField("Buttons and marks", [Optional()], filters=[strip])
    on_accent = StringField("Text on buttons", [Optional()], filters=[strip])

    COLOURS = ("paper", "surface", "ink", "accent", "on_accent")

    def __init__(self, senders: list[tuple[int, str]], **more: Any) -> None:
        super().__init__(**more)
        self.sender_id.choices = [(0, _("Nobody in particular")), *senders]
        self.retake.choices = [
            ("unlimited", _("Counts every time")),
            ("days", _("Counts once in so many days for each contact")),
            ("once", _("Counts once for each contact")),
        ]
        self.retake.description = _("What does not count is listed, and changes nothing.")
        self.may_share.description = _("A link and a picture of the tier, without name and score.")
        self.asks_back.description = _(
            "An hour later, to people who left their address and ticked a box for mails."
        )
        self.slug.label.text = _("Address, after /q/")
        self.slug.description = _("The old address leads to the new one.")
        self.embed_origins.description = _("One a line, such as https://www.example.com.")
        for name in self.COLOURS:
            self[name].description = _("#rrggbb, or empty for ours.")

    @property
    def theme(self) -> dict[str, str]:
        """The colours given."""
        return {name: self[name].data for name in self.COLOURS if self[name].data}

    def validate_embed_origins(self, field: Field) -> None:
        """Only sites can be let in."""
        try:
            origins(field.data or "")
        except ValueError as error:
            raise ValidationError(str(error)) from None
