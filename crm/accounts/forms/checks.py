"""What the forms about people share: addresses, passwords, zones, weekdays, roles."""

from flask_babel import lazy_gettext as _
from wtforms import SelectField
from wtforms.validators import InputRequired, ValidationError

from crm.accounts import rules
from crm.contacts.rules import canonical_email
from crm.core import clock

# The zones people live in; the historic names and Etc/… only fill the list.
REGIONS = ("Africa/", "America/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/",
           "Pacific/")  # fmt: skip
ZONES = [*sorted(zone for zone in clock.zones() if zone.startswith(REGIONS)), "UTC"]
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
    ("rep", _("Sales rep: works with the records of their teams")),
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
