"""What a typed line becomes before it is saved: the inputs of a form, and who may be meant."""

from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _

from crm.accounts.models import User
from crm.accounts.queries import workspace
from crm.companies import queries as companies
from crm.contacts import queries as contacts
from crm.contacts.rules import parse_phone
from crm.core import clock
from crm.deals.queries import pipelines
from crm.deals.rules import means
from crm.search.line import Line, understood
from crm.search.narrowing import near_names, same_but_for_marks

LONGEST, MOST_ALIKE = 500, 3
TYPES = {"day": "date", "close_on": "date", "time": "time"}


@dataclass(frozen=True)
class Input:
    """One input of the form: what it is called there and for people, and what was understood."""

    name: str
    label: str
    value: str

    @property
    def type(self) -> str:
        return TYPES.get(self.name, "text")


@dataclass
class Draft:
    """A record that a line would make; `alike` are those that may be meant already (C13).

    `note` says what of the line could not become a value of its own.
    """

    kind: str
    action: str
    save: str
    inputs: list[Input]
    hidden: dict[str, Any]
    alike: list[tuple[str, str, str]] = field(default_factory=list)
    other: str = ""
    note: str = ""


def draft_of(user: User, text: str, kind: str = "") -> Draft | None:
    """What `text` says, with the eyes of `user`; None for an empty line."""
    text = text.strip()[:LONGEST]
    if not text:
        return None
    line = understood(text, clock.today(user.zone), kind)
    return MAKE[line.kind](user, line)


def _inputs(line: Line, labels: dict[str, str]) -> list[Input]:
    """The main inputs, and those of further addresses and numbers behind them."""
    more = {name: _("One more") for name in line.values if name not in labels and "-" in name}
    return [
        Input(name, label, line.values.get(name, "")) for name, label in (labels | more).items()
    ]


def _contact(user: User, line: Line) -> Draft:
    labels = {
        "name": _("Name"),
        "emails-0-text": _("E-mail"),
        "phones-0-text": _("Phone"),
        "company": _("Company"),
        "job_title": _("Job title"),
        "tags": _("Tags"),
    }
    values = line.values
    house = workspace()
    numbers = [
        parse_phone(text, house.country if house else "")
        for name, text in values.items()
        if name.startswith("phones-")
    ]
    mails = [text for name, text in values.items() if name.startswith("emails-")]
    found = contacts.look_alikes(
        user, mails, [one for one in numbers if one], values.get("name", "")
    )
    for number in near_names(user, "contact", values.get("name", ""), MOST_ALIKE):
        one = contacts.contact_for(user, number)
        found += [one] if one is not None and one not in found else []
    alike = [(one.name, f"/contacts/{one.id}", one.email or "") for one in found[:MOST_ALIKE]]
    return Draft(
        "contact", "/contacts", _("Add contact"), _inputs(line, labels), {"owner_id": user.id},
        alike, _("It is a different person"),
    )  # fmt: skip


def _company(user: User, line: Line) -> Draft:
    labels = {
        "name": _("Name"),
        "domains": _("Domains"),
        "phone": _("Phone"),
        "website": _("Website"),
        "city": _("City"),
    }
    name, domains = line.values.get("name", ""), line.values.get("domains", "")
    found = companies.look_alikes(user, name, domains.split(", ") if domains else [])
    for number in near_names(user, "company", name, MOST_ALIKE):
        one = companies.company_for(user, number)
        found += [one] if one is not None and one not in found else []
    alike = [
        (one.name, f"/companies/{one.id}", ", ".join(row.domain for row in one.domains))
        for one in found[:MOST_ALIKE]
    ]
    return Draft(
        "company", "/companies", _("Add company"), _inputs(line, labels), {"owner_id": user.id},
        alike, _("It is a different company"),
    )  # fmt: skip


def _deal(user: User, line: Line) -> Draft:
    _name(user, line)
    offered = [(one, stage) for one in pipelines() for stage in one.stages if stage.kind == "open"]
    fitting = [pair for pair in offered if not line.mark or means(line.mark, pair[0].currency)]
    pipeline, stage = next(iter(fitting or offered), (None, None))
    note = ""
    if line.mark and not fitting:
        line.values |= {"name": line.whole, "amount": ""}
        note = _("No pipeline has this currency, so the sum stays among the words.")
    value = _("Value in %(currency)s", currency=pipeline.currency) if pipeline else _("Value")
    labels = {
        "name": _("What is it about?"),
        "amount": value,
        "contact": _("Contact"),
        "company": _("Company"),
        "close_on": _("Expected close"),
    }
    hidden = {"owner_id": user.id, "stage_id": stage.id if stage else ""}
    return Draft("deal", "/deals", _("Save deal"), _inputs(line, labels), hidden, note=note)


def _task(user: User, line: Line) -> Draft:
    labels = {
        "title": _("What is to be done"),
        "day": _("Day"),
        "time": _("Time"),
        "contact": _("Contact"),
        "company": _("Company"),
    }
    _name(user, line)
    hidden = {"owner_id": user.id, "kind": line.values.get("kind", "todo"), "priority": 0}
    return Draft("task", "/tasks", _("Save task"), _inputs(line, labels), hidden)


def _name(user: User, line: Line) -> None:
    """Whom a deal or task names, where exactly one record that `user` sees is called so."""
    if not line.about or line.values.get("contact"):
        return
    people = contacts.look_alikes(user, [], [], line.about)
    if not people:
        numbers = same_but_for_marks(user, "contact", line.about)
        found = (contacts.contact_for(user, number) for number in numbers)
        people = [one for one in found if one]
    if len(people) == 1:
        line.values["contact"] = people[0].email or people[0].name
    elif not people:
        firms = companies.look_alikes(user, line.about, [])
        if len(firms) == 1:
            line.values["company"] = firms[0].name


MAKE = {"contact": _contact, "company": _company, "deal": _deal, "task": _task}
