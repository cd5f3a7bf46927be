"""What a person says about a file."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField, RadioField, SelectField, StringField
from wtforms.validators import DataRequired, Length, Optional, ValidationError

from crm.core import clock
from crm.transfer.rules.csvs import DELIMITERS
from crm.transfer.rules.encodings import OFFERED
from crm.web.forms import Form, strip

RECORDS = [("contact", _l("People")), ("company", _l("Companies")), ("deal", _l("Deals"))]

PURPOSE_WORDS = [
    ("marketing", _l("Mails about our offers")),
    ("result_mail", _l("Their result by mail")),
    ("phone_contact", _l("Calls about our offers")),
]


class UploadForm(Form):
    """A file and what it holds."""

    record = SelectField(_l("What does it hold?"), choices=RECORDS)
    file = FileField(
        _l("File"), description=_l("CSV, TSV, Excel (.xlsx) or vCard, up to 20 MB, names on top.")
    )

    def validate_file(self, field: Any) -> None:
        if not getattr(field.data, "filename", ""):
            raise ValidationError(_l("Choose a file first."))


class LookForm(Form):
    """How the file is written, where the guess was wrong."""

    encoding = SelectField(_l("Letters"), choices=OFFERED)
    delimiter = SelectField(
        _l("Between cells"), choices=[(mark, word) for mark, word in DELIMITERS.items()]
    )
    sheet = SelectField(_l("Sheet"), choices=[], validate_choice=False)
    header = SelectField(
        _l("Names of the columns"),
        choices=[],
        validate_choice=False,
        description=_l("What stands above that line is left out."),
    )


class MapForm(Form):
    """Where columns go is read from the request; here is what holds for all of them."""

    match = SelectField(_l("Find records by"), choices=[])
    decimal = SelectField(
        _l("Numbers"), choices=[(",", _l("1.234,56")), (".", _l("1,234.56"))]
    )  # fmt: skip
    order = SelectField(
        _l("Days"),
        choices=[
            ("dmy", _l("day, month, year")),
            ("mdy", _l("month, day, year")),
            ("ymd", _l("year, month, day")),
        ],
    )
    zone = StringField(_l("Times are of"), filters=[strip], validators=[Length(max=60)])
    country = StringField(
        _l("Country of phone numbers"), filters=[strip], validators=[Length(max=2)]
    )
    owner = SelectField(_l("Owner where a row names none"), choices=[])
    tags = StringField(
        _l("Tags for all of them"),
        filters=[strip],
        description=_l("Words with commas between them."),
        validators=[Optional(), Length(max=200)],
    )
    preset = StringField(
        _l("Keep this mapping as"),
        filters=[strip],
        description=_l("A name to choose it by next time."),
        validators=[Optional(), Length(max=60)],
    )

    def validate_zone(self, field: Any) -> None:
        if field.data not in clock.zones():
            raise ValidationError(_l("Choose a zone such as Europe/Berlin."))

    def validate_country(self, field: Any) -> None:
        if len(field.data or "") != 2 or not field.data.isalpha():
            raise ValidationError(_l("Give a country as two letters, such as DE."))
        field.data = field.data.upper()

    @property
    def habits(self) -> dict[str, str]:
        """What was said about numbers, days and phones."""
        names = ("decimal", "order", "zone", "country", "owner")
        said = {name: self[name].data for name in names if name in self}
        return {**said, "country": (said["country"] or "").upper()}


EXPORTED = [*RECORDS, ("task", _l("Tasks"))]
EXPORT_KINDS = [
    ("csv", _l("CSV, for any spreadsheet")),
    ("xlsx", _l("Excel workbook")),
    ("vcf", _l("vCard, for address books")),
    ("jsonl", _l("JSON lines, for programs")),
]


class ExportForm(Form):
    """Which rows and columns, and what kind of file."""

    kind = RadioField(_l("Kind of file"), choices=EXPORT_KINDS, default="csv")
    scope = RadioField(
        _l("Rows"),
        choices=[
            ("list", _l("As listed, with its filter and order")),
            ("all", _l("All there are")),
        ],
        default="list",
    )
    columns = RadioField(
        _l("Columns"),
        choices=[("list", _l("Those of the list")), ("all", _l("Every field"))],
        default="list",
    )


class EraseForm(Form):
    """That a person is to be erased, and why."""

    reason = StringField(
        _l("Why"),
        filters=[strip],
        description=_l("It stays in the log. Do not name the person."),
        validators=[DataRequired(_l("Say why: this stays in the log.")), Length(max=200)],
    )
    is_sure = BooleanField(
        _l("I know that this cannot be taken back"),
        validators=[DataRequired(_l("Tick this to go on."))],
    )


class ConsentForm(Form):
    """What somebody told one of us about being written to or called."""

    purpose = SelectField(_l("About"), choices=PURPOSE_WORDS)
    answer = RadioField(_l("They said"), choices=[("yes", _l("Yes")), ("no", _l("No"))])
    reason = StringField(
        _l("How and when"),
        filters=[strip],
        description=_l("For instance: on the phone, 24 November."),
        validators=[DataRequired(_l("Say how you know.")), Length(max=300)],
    )

    @property
    def said(self) -> dict[str, Any]:
        """What is to be noted."""
        granted = self.answer.data == "yes"
        return {"purpose": self.purpose.data, "is_granted": granted, "text": self.reason.data}
