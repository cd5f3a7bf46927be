"""What leads offer: settings pages, the list of waiting leads, mail kinds, fields of arrivals."""

from decimal import Decimal, InvalidOperation
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import false

from crm.accounts.queries import workspace
from crm.contacts.languages import language_named, language_word
from crm.fields.rules import Field, Relation, choices
from crm.leads import bulk, kept, leaving
from crm.leads.bulk import SETTINGS
from crm.leads.holdings import HOLDINGS as IN_HANDS
from crm.leads.keeping import KEEPERS
from crm.leads.letters import MAILS
from crm.leads.rules import LIFECYCLES, Lead
from crm.web.shell import ShellItem

SHELL = [
    ShellItem(
        "Who gets which lead",
        "/settings/routing",
        icon="split",
        order=34,
        place="settings",
        right="manage_routing",
        help="Rules, pools and a box to try them",
    ),
    ShellItem(
        "Answer times",
        "/settings/answer-times",
        icon="timer",
        order=35,
        place="settings",
        right="manage_routing",
        help="How soon a lead is called, and who is reminded",
    ),
    ShellItem(
        "Waiting leads",
        "/intakes",
        icon="inbox",
        order=36,
        place="settings",
        right="manage_routing",
        help="Arrivals that nobody has, or that were held back",
    ),
]

WEEKDAYS = {
    "0": _l("Monday"),
    "1": _l("Tuesday"),
    "2": _l("Wednesday"),
    "3": _l("Thursday"),
    "4": _l("Friday"),
    "5": _l("Saturday"),
    "6": _l("Sunday"),
}
LEVELS = {"hot": _l("Hot"), "warm": _l("Warm"), "cool": _l("Cool")}


def _known(key: str) -> Any:
    return lambda lead: lead.inputs.get(key)


def _people(lead: Lead) -> Decimal | None:
    """The company's size where it is a number and not a span."""
    try:
        people = Decimal(str(lead.inputs.get("company_size")))
    except InvalidOperation:
        return None
    return people if people.is_finite() else None


def _came(lead: Lead) -> Any:
    """When the lead came, on the house's clock."""
    house = workspace()
    return lead.at.astimezone(house.zone) if lead.at and house else None


def _hour(lead: Lead) -> int | None:
    came = _came(lead)
    return came.hour if came else None


def _weekday(lead: Lead) -> str | None:
    came = _came(lead)
    return str(came.weekday()) if came else None


# Of an arrival there is no row: these are judged, never asked of the database.
FIELDS: list[Field | Relation] = [
    Field("arrival", "pct", _l("Score"), "number", read=_known("pct")),
    Field("arrival", "level", _l("Tier level"), "select", read=_known("level"),
          options=choices(LEVELS)),
    Field("arrival", "source", _l("Source"), "text", read=_known("source")),
    Field("arrival", "lifecycle", _l("Lifecycle"), "select", read=_known("lifecycle"),
          options=choices(LIFECYCLES)),
    Field("arrival", "country", _l("Country"), "text", read=_known("country")),
    Field("arrival", "company_size", _l("Company size"), "text", read=_known("company_size")),
    Field("arrival", "company_people", _l("Company size as a number"), "number", read=_people),
    Field("arrival", "language", _l("Language"), "text", read=_known("language"),
          words=language_word, means=language_named),
    Field("arrival", "utm_source", _l("UTM source"), "text", read=_known("utm_source")),
    Field("arrival", "utm_medium", _l("UTM medium"), "text", read=_known("utm_medium")),
    Field("arrival", "utm_campaign", _l("UTM campaign"), "text", read=_known("utm_campaign")),
    Field("arrival", "reply", _l("Answered a mail"), "bool",
          read=lambda lead: bool(lead.inputs.get("reply"))),
    Field("arrival", "hour", _l("Hour of the day (0 to 23)"), "number", read=_hour),
    Field("arrival", "weekday", _l("Day of the week"), "select", read=_weekday,
          options=choices(WEEKDAYS)),
    Relation("arrival", "contact", _l("Contact"), "contact", false,
             lambda lead: [lead.contact] if lead.contact is not None else []),
]  # fmt: skip
BATCHES = [*bulk.BATCHES, leaving.KIND]
HOLDINGS = [*IN_HANDS, *kept.HOLDINGS]

__all__ = ["BATCHES", "FIELDS", "HOLDINGS", "KEEPERS", "MAILS", "SETTINGS", "SHELL"]
