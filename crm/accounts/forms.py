"""What people type to get in: sign-in, links, invitation, set-up."""

from datetime import time
from zoneinfo import available_timezones

from flask_babel import lazy_gettext as _
from wtforms import (
    BooleanField,
    EmailField,
    HiddenField,
    PasswordField,
    SelectField,
    SelectMultipleField,
    StringField,
    TimeField,
)
from wtforms.validators import InputRequired, Length, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from crm.accounts import rules
from crm.contacts.rules import canonical_email
from crm.web.forms import Form, strip

# The zones people live in; the historic names and Etc/… only fill the list.
REGIONS = ("Africa/", "America/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/",
           "Pacific/")  # fmt: skip
ZONES = sorted(zone for zone in available_timezones() if zone.startswith(REGIONS)) + ["UTC"]
DAYS = (
    (0, _("Monday")),
    (1, _("Tuesday")),
    (2, _("Wednesday")),
    (3, _("Thursday")),
    (4, _("Friday")),
    (5, _("Saturday")),
    (6, _("Sunday")),
)
ROLES = (
    ("rep", _("Sales: works with the records of their teams")),
    ("manager", _("Manager: gives leads to others, decides on routing and quizzes")),
    ("marketer", _("Marketing: quizzes, sequences and the outbox")),
    ("read_only", _("Reading only: sees the records, changes nothing")),
    ("admin", _("Administrator: people, teams and settings; sees all records")),
    ("owner", _("Owner: as administrator, and decides who the owners are")),
)


def mail_address(form, field) -> None:
    """Validator: an address somebody can be reached at; cleans it."""
    try:
        field.data = canonical_email(field.data or "")
    except ValueError:
        raise ValidationError(_("This is not a mail address: check for typing errors.")) from None


def good_password(*about: str):
    """Validator: the rules for passwords; `about` names fields others can know."""

    def check(form, field) -> None:
        known = [form[name].data or "" for name in about if name in form]
        problem = rules.password_problem(field.data or "", *known)
        if problem:
            raise ValidationError(problem)

    return check


def zone_field(label=None) -> SelectField:
    """A choice of time zone."""
    return SelectField(label or _("Time zone"), choices=[(z, z.replace("_", " ")) for z in ZONES])


def required(message) -> InputRequired:
    """Validator: something must stand here."""
    return InputRequired(message=message)


class SignInForm(Form):
    email = StringField(_("Email"), [required(_("Enter your mail address.")), Length(max=254)])
    password = PasswordField(
        _("Password"), [required(_("Enter your password.")), Length(max=1000)]
    )
    remember = BooleanField(_("Stay signed in on this device for 30 days"))
    next = HiddenField()


class AddressForm(Form):
    email = EmailField(
        _("Email"), [required(_("Enter your mail address.")), Length(max=254), mail_address]
    )


class NewPasswordForm(Form):
    password = PasswordField(
        _("New password"), [required(_("Enter a new password.")), good_password()]
    )


class AcceptForm(Form):
    name = StringField(
        _("Your name"), [required(_("Enter your name.")), Length(max=120)], filters=[strip]
    )
    password = PasswordField(
        _("Password"), [required(_("Choose a password.")), good_password("name")]
    )
    timezone = zone_field()


class SetUpForm(Form):
    company = StringField(
        _("Company name"),
        [required(_("Enter the name your customers know.")), Length(max=120)],
        filters=[strip],
    )
    name = StringField(
        _("Your name"), [required(_("Enter your name.")), Length(max=120)], filters=[strip]
    )
    email = EmailField(
        _("Email"), [required(_("Enter your mail address.")), Length(max=254), mail_address]
    )
    password = PasswordField(
        _("Password"),
        [required(_("Choose a password.")), good_password("company", "name", "email")],
    )
    timezone = zone_field()
    days = SelectMultipleField(
        _("Working days"),
        choices=DAYS,
        coerce=int,
        default=[0, 1, 2, 3, 4],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        validators=[InputRequired(message=_("Choose at least one day."))],
    )
    opens = TimeField(_("From"), default=time(9), validators=[required(_("Enter a time."))])
    closes = TimeField(_("To"), default=time(17), validators=[required(_("Enter a time."))])

    def validate_closes(self, field) -> None:
        if self.opens.data and field.data and field.data <= self.opens.data:
            raise ValidationError(_("The end of the day must come after its beginning."))

    def weekly(self) -> dict[int, list[tuple[int, int]]]:
        """The working hours as minutes after midnight by weekday."""
        opens, closes = self.opens.data, self.closes.data
        assert opens is not None and closes is not None
        window = (opens.hour * 60 + opens.minute, closes.hour * 60 + closes.minute)
        return {day: [window] for day in self.days.data or ()}
