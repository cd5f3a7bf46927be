"""What people type in Settings: profile, people, teams, hours, leave, workspace."""

import re
from urllib.parse import urlsplit

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    PasswordField,
    SelectField,
    SelectMultipleField,
    StringField,
    TelField,
    TextAreaField,
    URLField,
)
from wtforms.validators import Length, Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from crm.accounts.forms.checks import (
    DAYS,
    ROLES,
    good_password,
    mail_address,
    required,
    zone_field,
)
from crm.accounts.rules import RIGHTS
from crm.contacts.rules import parse_phone
from crm.web.forms import Form, empty_to_none, strip
from crm.web.merging import MergedForm

LOCALES = (
    ("en", "English (24 Nov, 16:03)"),
    ("en_US", "English, US (Nov 24, 4:03 PM)"),
    ("de", "Deutsch (24. Nov., 16:03)"),
    ("fr", "Français (24 nov., 16:03)"),
    ("es", "Español (24 nov, 16:03)"),
    ("it", "Italiano (24 nov, 16:03)"),
    ("nl", "Nederlands (24 nov, 16:03)"),
    ("pl", "Polski (24 lis, 16:03)"),
)
CURRENCIES = ("EUR", "USD", "GBP", "CHF", "SEK", "NOK", "DKK", "PLN", "CZK", "HUF", "CAD", "AUD")
OPENING = re.compile(r"(\d{1,2})(?::(\d{2}))?\s*(?:-|–|to)\s*(\d{1,2})(?::(\d{2}))?")
DAY_MINUTES = 24 * 60


def name_field(label) -> StringField:
    """A name of up to 120 characters."""
    return StringField(label, [required(_("Enter a name.")), Length(max=120)], filters=[strip])


class ProfileForm(MergedForm):
    name = name_field(_("Your name"))
    job_title = StringField(_("Job title"), [Optional(), Length(max=120)], filters=[empty_to_none])
    phone = TelField(_("Phone"), [Optional(), Length(max=40)], filters=[empty_to_none])
    timezone = zone_field()
    locale = SelectField(_("How dates and sums are written"), choices=LOCALES)
    theme = SelectField(
        _("Theme"),
        choices=[("auto", _("As the device says")), ("light", _("Light")), ("dark", _("Dark"))],
    )
    density = SelectField(
        _("Lists"), choices=[("normal", _("Comfortable")), ("compact", _("Compact"))]
    )
    keys_on = BooleanField(_("Single keys are shortcuts (c for new, / for search)"))
    mail_on = BooleanField(_("Mail me about new leads and reminders"))

    def validate_phone(self, field) -> None:
        if field.data:
            found = parse_phone(field.data, "")
            if found is None:
                raise ValidationError(_("Write the number with its country: +49 30 23125 318."))
            field.data = found


class PasswordForm(Form):
    current = PasswordField(
        _("Present password"), [required(_("Enter your present password.")), Length(max=1000)]
    )
    password = PasswordField(
        _("New password"), [required(_("Enter a new password.")), good_password()]
    )


class InviteForm(Form):
    email = EmailField(
        _("Email"), [required(_("Enter a mail address.")), Length(max=254), mail_address]
    )
    role = SelectField(_("Role"), choices=ROLES, default="rep")
    team_ids = SelectMultipleField(
        _("Teams"),
        coerce=int,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    is_mailed = BooleanField(_("Send the invitation by mail"), default=True)


class PersonForm(MergedForm):
    role = SelectField(_("Role"), choices=ROLES)
    team_ids = SelectMultipleField(
        _("Teams"),
        coerce=int,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )


class RightsForm(MergedForm):
    """The switched rights of each role; what a role cannot have is dropped by the action."""

    admin = SelectMultipleField(choices=[(right, right) for right in RIGHTS])
    manager = SelectMultipleField(choices=[(right, right) for right in RIGHTS])
    rep = SelectMultipleField(choices=[(right, right) for right in RIGHTS])
    marketer = SelectMultipleField(choices=[(right, right) for right in RIGHTS])
    read_only = SelectMultipleField(choices=[(right, right) for right in RIGHTS])


class TeamForm(MergedForm):
    name = name_field(_("Name"))
    timezone = zone_field()
    is_own_only = BooleanField(
        _("Own records only: members see what they own, managers of the team see all")
    )


class HoursForm(MergedForm):
    """One line a weekday: "09:00-12:30, 13:30-17:00"; an empty line is a day off."""

    def weekly(self) -> dict[int, list[tuple[int, int]]]:
        """Openings in minutes after midnight by weekday, days off left out."""
        found = {day: read_openings(self[f"day_{day}"].data or "") for day, _name in DAYS}
        return {day: openings for day, openings in found.items() if openings}


def _check_day(form, field) -> None:
    read_openings(field.data or "")


for _number, _name in DAYS:
    setattr(
        HoursForm,
        f"day_{_number}",
        StringField(_name, [Length(max=120), _check_day], filters=[strip]),
    )


def read_openings(text: str) -> list[tuple[int, int]]:
    """The openings a person typed for a day, in minutes; raises ValidationError with the way."""
    openings = []
    for part in re.split(r"[,;]", text):
        if not part.strip():
            continue
        found = OPENING.fullmatch(part.strip())
        if not found:
            raise ValidationError(
                gettext("Write it like 09:00-12:30, 13:30-17:00, or leave it empty for a day off.")
            )
        hours = [int(found[n] or 0) for n in (1, 2, 3, 4)]
        opens, closes = hours[0] * 60 + hours[1], hours[2] * 60 + hours[3]
        if max(hours[1], hours[3]) > 59 or closes > DAY_MINUTES:
            raise ValidationError(gettext("There is no such time of day: %(text)s", text=part))
        openings.append((opens, closes))
    return openings


def written_openings(hours, day: int) -> str:
    """The openings of a weekday as they are typed."""
    return ", ".join(
        f"{one.opens // 60:02}:{one.opens % 60:02}-{one.closes // 60:02}:{one.closes % 60:02}"
        for one in hours
        if one.weekday == day
    )


def opened_hours(whose) -> HoursForm:
    """The form with the openings of a team or person."""
    written = {f"day_{day}": written_openings(whose.hours, day) for day, _name in DAYS}
    return HoursForm(formdata=None, data=written)


class HolidayForm(Form):
    on = DateField(_("Day"), [required(_("Choose a day."))])
    name = name_field(_("What for"))


class LeaveForm(Form):
    starts_on = DateField(_("First day away"), [required(_("Choose a day."))])
    ends_on = DateField(_("Last day away"), [required(_("Choose a day."))])
    delegate_id = SelectField(_("Who stands in"), coerce=int)


def web_address(form, field) -> None:
    """Validator: an http or https address."""
    parts = urlsplit(field.data or "")
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValidationError(_("Write the whole address: https://example.com/privacy."))


class WorkspaceForm(MergedForm):
    name = name_field(_("Company name"))
    timezone = zone_field()
    locale = SelectField(_("How dates and sums are written"), choices=LOCALES)
    country = StringField(
        _("Country for phone numbers"),
        [required(_("Enter two letters.")), Length(2, 2, _("Two letters, such as DE."))],
        filters=[strip, lambda text: text.upper() if text else text],
    )
    currency = SelectField(_("Currency"), choices=[(code, code) for code in CURRENCIES])
    default_team_id = SelectField(_("Team for leads that belong to none"), coerce=int)
    privacy_url = URLField(
        _("Privacy notice"), [Optional(), Length(max=500), web_address], filters=[empty_to_none]
    )
    imprint_url = URLField(
        _("Imprint"), [Optional(), Length(max=500), web_address], filters=[empty_to_none]
    )
    contact_email = EmailField(
        _("Contact address"),
        [Optional(), Length(max=254), mail_address],
        filters=[empty_to_none],
    )
    postal_address = TextAreaField(
        _("Postal address"), [Optional(), Length(max=500)], filters=[empty_to_none]
    )
