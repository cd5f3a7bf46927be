"""What a person may type about a contact."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    FieldList,
    FormField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
)
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from crm.contacts.actions.ways import Way
from crm.contacts.languages import LANGUAGES
from crm.contacts.rules import (
    COLOURS,
    LONGEST,
    MOST_WAYS,
    canonical_email,
    digits,
    tag_name,
    tags_typed,
)
from crm.core import clock
from crm.fields.naming import Named
from crm.web.forms import Choice, Form, OverForm, PartForm, strip
from crm.web.merging import MergedForm

WAY_KINDS = [("work", _l("Work")), ("private", _l("Private")), ("other", _l("Other"))]
NUMBER_KINDS = [*WAY_KINDS[:2], ("mobile", _l("Mobile")), *WAY_KINDS[2:]]
# Merging brings together more than anybody may type; a form must hold what a record has.
MOST_ROWS = 500
LONGEST_TAGS = 60_000


class WayForm(PartForm):
    """One row of addresses or numbers; the whole form checks them."""

    text = StringField(_l("Address or number"), filters=[strip])
    kind = SelectField(_l("Kind"), choices=WAY_KINDS, default="work", validate_choice=False)


class NumberForm(WayForm):
    """One row of numbers."""

    kind = SelectField(_l("Kind"), choices=NUMBER_KINDS, default="work", validate_choice=False)


class ContactForm(OverForm):
    """A whole contact. `base` is what the form began with, for saves over others' changes."""

    name = StringField(
        _l("Name"),
        filters=[strip],
        validators=[InputRequired(_l("Give the contact a name.")), Length(max=LONGEST["name"])],
    )
    job_title = StringField(
        _l("Job title"), filters=[strip], validators=[Optional(), Length(max=LONGEST["job_title"])]
    )
    company = Named(
        _l("Company"),
        filters=[strip],
        validators=[Optional(), Length(max=LONGEST["company"])],
        searches="company",
    )
    emails = FieldList(
        FormField(WayForm, label=_l("E-mail")), label=_l("E-mail"), max_entries=MOST_ROWS
    )
    phones = FieldList(
        FormField(NumberForm, label=_l("Phone")), label=_l("Phone"), max_entries=MOST_ROWS
    )
    primary_email = IntegerField(validators=[Optional()])
    primary_phone = IntegerField(validators=[Optional()])
    owner_id = Choice(_l("Owner"), coerce=lambda text: int(text) if text else None, choices=[])
    tags = StringField(
        _l("Tags"),
        filters=[strip],
        description=_l("Words with commas between them."),
        validators=[Optional(), Length(max=LONGEST_TAGS)],
    )
    is_other = BooleanField(_l("It is a different person"))
    locale = Choice(_l("Language"), choices=LANGUAGES, validators=[Optional()])
    timezone = StringField(
        _l("Time zone"), filters=[strip], validators=[Optional(), Length(max=LONGEST["timezone"])]
    )
    kept_zone: str | None = None  # what the record says, whatever it is

    def validate_emails(self, field: Any) -> None:
        ways = self.mail_ways
        self._check_number("emails", ways)
        for way in ways:
            try:
                canonical_email(way.text)
            except ValueError as error:
                raise ValidationError(f"“{way.text[:80]}”: {error}") from None

    def validate_phones(self, field: Any) -> None:
        ways = self.phone_ways
        self._check_number("phones", ways)
        for way in ways:
            if len(way.text) > LONGEST["phone"] or not digits(way.text):
                raise ValidationError(_l("“%(text)s” is not a number.", text=way.text[:80]))

    def _check_number(self, name: str, ways: list[Way]) -> None:
        began = self.began_with.get(name)
        most = max(MOST_WAYS, len(began) if isinstance(began, list) else 0)
        if len(ways) > most:
            raise ValidationError(_l("At most %(n)s of them.", n=most))

    def validate_timezone(self, field: Any) -> None:
        if field.data and field.data != self.kept_zone and field.data not in clock.zones():
            raise ValidationError(_l("Choose a zone such as Europe/Berlin."))

    def validate_tags(self, field: Any) -> None:
        for word in tags_typed(field.data):
            try:
                tag_name(word)
            except ValueError as error:
                raise ValidationError(str(error)) from None

    def validate_name(self, field: Any) -> None:
        if "\x00" in (field.data or ""):
            raise ValidationError(_l("Give the contact a name."))

    @property
    def values(self) -> dict[str, Any]:
        """What was typed, as contacts.actions.change takes it."""
        return {
            **self.facts,
            "emails": [[way.text, way.kind, way.is_primary] for way in self.mail_ways],
            "phones": [[way.text, way.kind, way.is_primary] for way in self.phone_ways],
            "tags": tags_typed(self.tags.data),
        }

    @property
    def facts(self) -> dict[str, Any]:
        """The same without addresses, numbers and tags."""
        return {
            "name": self.name.data,
            "job_title": self.job_title.data or None,
            "company": self.company.data or "",
            "locale": self.locale.data or None,
            "timezone": self.timezone.data or None,
        }

    @property
    def mail_ways(self) -> list[Way]:
        """The addresses typed, one of them the first choice."""
        return typed(self.emails, self.primary_email.data)

    @property
    def phone_ways(self) -> list[Way]:
        """The numbers typed, one of them the first choice."""
        return typed(self.phones, self.primary_phone.data)

    def grow(self, name: str) -> None:
        """One more empty row of addresses or numbers."""
        rows = self[name]
        if len(rows) < MOST_ROWS:
            rows.append_entry()

    def drop(self, name: str, place: int) -> None:
        """Take one row away."""
        rows = self[name]
        kept = [row.data for at, row in enumerate(rows.entries) if at != place]
        while rows.entries:
            rows.pop_entry()
        for data in kept:
            rows.append_entry(data)


class OwnerForm(Form):
    """Who gets the contact."""

    owner = SelectField(_l("Owner"), coerce=int, choices=[])


class WayStateForm(Form):
    """How an address or number stands, and why."""

    state = SelectField(_l("State"), choices=[])
    reason = StringField(
        _l("Reason"),
        filters=[strip],
        validators=[InputRequired(_l("Say why, for those who come after you.")), Length(max=300)],
        description=_l("Such as: asked on the phone not to be called again."),
    )


class LifecycleForm(Form):
    """Where the contact stands, and why."""

    to = SelectField(_l("Lifecycle"), choices=[])
    reason = StringField(
        _l("Reason"),
        filters=[strip],
        validators=[Optional(), Length(max=300)],
        description=_l("Needed to go back or to disqualify."),
    )


class FactForm(OverForm):
    """One fact, changed in its place."""

    value = StringField(filters=[strip], validators=[Optional(), Length(max=254)])

    fact = ""
    kept: str | None = None  # what the record says, whatever it is

    def validate_value(self, field: Any) -> None:
        text = field.data or ""
        if text == self.kept:
            return
        if text and self.fact == "email":
            try:
                canonical_email(text)
            except ValueError as error:
                raise ValidationError(str(error)) from None
        if text and self.fact == "phone" and not digits(text):
            raise ValidationError(_l("“%(text)s” is not a number.", text=text[:80]))
        if text and self.fact == "timezone" and text not in clock.zones():
            raise ValidationError(_l("Choose a zone such as Europe/Berlin."))
        if text and self.fact == "locale" and text not in dict(LANGUAGES):
            raise ValidationError(_l("Choose one of the languages."))


class TagForm(Form):
    """One tag for a contact, or a tag's new name."""

    name = StringField(
        _l("Tag"),
        filters=[strip],
        validators=[InputRequired(_l("Give the tag a name.")), Length(max=60)],
    )


class ChangeTagForm(TagForm, MergedForm):
    """A tag's name and its colour, one of twelve."""

    colour = RadioField(_l("Colour"), choices=COLOURS, coerce=int)


class MergeTagForm(Form):
    """The tag that takes another's place."""

    into = SelectField(_l("Merge into"), coerce=int, choices=[], validators=[InputRequired()])


def typed(rows: FieldList, primary: int | None) -> list[Way]:
    """The rows that hold a text; the one at the place `primary`, else the first, is primary."""
    ways = [
        (place == primary, row.form.text.data, row.form.kind.data or "work")
        for place, row in enumerate(rows)
        if row.form.text.data
    ]
    has_primary = any(is_primary for is_primary, _text, _kind in ways)
    return [
        Way(text, kind, is_primary if has_primary else place == 0)
        for place, (is_primary, text, kind) in enumerate(ways)
    ]
