"""What the forms about people share: addresses, passwords, zones, weekdays, roles."""

from functools import cache

from flask_babel import lazy_gettext as _
from wtforms import StringField
from wtforms.validators import InputRequired, ValidationError

from crm.accounts import rules
from crm.contacts.rules import canonical_email
from crm.core import clock

# The zones people live in; the historic names and Etc/… only fill the list.
REGIONS = ("Africa/", "America/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/",
           "Pacific/")  # fmt: skip
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


class ZoneField(StringField):
    """A time zone as it is typed: Europe/Berlin, or Berlin alone where one place has that name."""

    @property
    def zones(self) -> list[str]:
        """What the page offers while somebody types."""
        return places()

    def pre_validate(self, form) -> None:
        """What to choose from where it is not clear which zone is meant."""
        found = zones_like(self.data or "")
        if not found:
            raise ValidationError(_("Choose a zone such as Europe/Berlin."))
        if len(found) > 1:
            raise ValidationError(_("Choose one of these: %(zones)s.", zones=", ".join(found[:4])))


@cache
def places() -> list[str]:
    """The zones that are offered; once a process, as looking costs every start 5 ms."""
    return [*sorted(zone for zone in clock.zones() if zone.startswith(REGIONS)), "UTC"]


def zones_like(typed: str) -> list[str]:
    """The zone of this name in any case, else those whose place has it, else begins with it."""
    asked = "_".join(typed.split()).casefold()
    if not asked:
        return []
    named = [zone for zone in clock.zones() if zone.casefold() == asked]
    cities = [(zone, zone.rpartition("/")[2].casefold()) for zone in places()]
    return (
        named
        or [zone for zone, city in cities if city == asked]
        or [zone for zone, city in cities if city.startswith(asked)]
    )


def _whole(typed: str | None) -> str | None:
    """Filter: the whole name of a zone where it is clear which one is meant."""
    found = zones_like(typed or "")
    return found[0] if len(found) == 1 else typed


def zone_field(label=None) -> ZoneField:
    """A time zone, typed with the list of all of them (accounts/_zones.html) to choose from."""
    return ZoneField(label or _("Time zone"), filters=[_whole])


def required(message) -> InputRequired:
    """Validator: something must stand here."""
    return InputRequired(message=message)
