"""/new: a typed line is read, shown, and saved by the form of its record; nothing of it is lost."""

from datetime import date

import pytest

from crm.activities.models import Task
from crm.companies.models import Company
from crm.contacts.models import Contact
from crm.core.db import db
from crm.deals.actions import create_pipeline
from crm.deals.models import Deal
from crm.demo import deals as demo_deals
from crm.search.line import understood

TUESDAY = date(2026, 11, 24)
MIRA = "Mira Sommer mira@hafen.example +49 40 1234567 Hafen GmbH"
SAID = {
    MIRA: ("contact", {
        "name": "Mira Sommer", "emails-0-text": "mira@hafen.example",
        "phones-0-text": "+49 40 1234567", "company": "Hafen GmbH",
    }),
    "jo.berg@kai.example": ("contact", {"name": "Jo Berg", "emails-0-text": "jo.berg@kai.example"}),
    "Jo Berg, Buyer, Kai AG, jo@kai.example #vip": ("contact", {
        "name": "Jo Berg", "company": "Kai AG", "job_title": "Buyer",
        "emails-0-text": "jo@kai.example", "tags": "vip",
    }),
    "Jo Berg at Kai": ("contact", {"name": "Jo Berg", "company": "Kai"}),
    "Kai AG kai.com Hamburg": ("company", {"name": "Kai AG", "domains": "kai.com",
                                           "city": "Hamburg"}),
    "Annual plan €14,400 31.12.": ("deal", {"name": "Annual plan", "amount": "14,400",
                                            "close_on": "2026-12-31"}),
    "deal: Pilot 1.5k €": ("deal", {"name": "Pilot", "amount": "1500"}),
    "deal: 1,500 chairs €2,000k": ("deal", {"name": "1,500 chairs", "amount": "2000000"}),
    "deal Thing €1.5m for Hafen GmbH": ("deal", {"name": "Thing for Hafen GmbH",
                                                 "amount": "1500000"}),
    "deal X 1 234 567,89 EUR for Kai": ("deal", {"name": "X for Kai", "amount": "1 234 567,89"}),
    "deal Room €1.5x for Kai": ("deal", {"name": "Room €1.5x for Kai"}),
    "call tomorrow Mira": ("task", {"title": "call Mira", "kind": "call", "day": "2026-11-25"}),
    "Call Jo Berg tomorrow 10:30": ("task", {"title": "Call Jo Berg", "kind": "call",
                                             "day": "2026-11-25", "time": "10:30"}),
    "task send offer by friday 3pm": ("task", {"title": "send offer", "kind": "",
                                               "day": "2026-11-27", "time": "15:00"}),
    "task: ring 0170 1234567 on 20.11.": ("task", {"title": "ring 0170 1234567", "kind": "call",
                                                   "day": "2027-11-20"}),
    "@@@ ### €": ("contact", {"name": "@@@ ### €"}),
}  # fmt: skip


@pytest.mark.parametrize("text", SAID)
def test_a_line_is_read_into_the_inputs_of_a_record(text):
    kind, values = SAID[text]
    found = understood(text, TUESDAY)
    assert (found.kind, found.values) == (kind, {k: v for k, v in values.items() if v})


def test_a_line_may_be_told_what_it_is():
    assert understood("Kai AG", TUESDAY, "deal").values == {"name": "Kai AG"}
    assert understood("Call Jo tomorrow", TUESDAY, "contact").values == {"name": "Call Jo tomorrow"}


def test_c13_a_line_shows_what_was_understood_and_who_may_be_meant(demo, browse):
    eva = browse.signed_in("Eva")
    assert eva.get("/new").has("Such as")
    page = eva.get("/new", query_string={"line": MIRA})
    parsed = page.by_id("parsed")
    assert "Nothing is saved yet." in parsed.text
    assert parsed.one("input", name="name")["value"] == "Mira Sommer"
    assert parsed.one("input", name="company")["value"] == "Hafen GmbH"
    assert "Mira Sommer is known already." in parsed.text
    assert parsed.one("a", href=f"/contacts/{demo['Mira Sommer']}")
    part = eva.htmx("get", "/new?line=Kai+AG", "section#parsed")
    assert part.has("A company") and not part.root.all("h1")


def test_a_line_is_saved_without_script_and_refused_without_losing_anything(demo, browse):
    eva = browse.signed_in("Eva")
    page = eva.get("/new", query_string={"line": MIRA + ", Buyer"})
    form = page.form("/contacts")
    refused = form.submit()
    assert refused.status == 422 and refused.has("is known already")
    whole = {one.get("name"): one.get("value") for one in refused.root.all("input")}
    assert whole["name"] == "Mira Sommer" and whole["company"] == "Hafen GmbH"
    assert whole["emails-0-text"] == "mira@hafen.example"
    assert whole["phones-0-text"] == "+49 40 1234567" and whole["job_title"] == "Buyer"
    line = "Jo Berg, Buyer, Kai AG, jo@kai.example, 0170 1234567"
    fresh = eva.get("/new", query_string={"line": line}).form("/contacts").submit()
    assert fresh.status == 303
    jo = db.session.scalar(db.select(Contact).where(Contact.name == "Jo Berg"))
    assert (jo.email, jo.job_title, jo.company.name) == ("jo@kai.example", "Buyer", "Kai AG")
    assert jo.owner.name == "Eva Lindqvist"


def test_companies_deals_and_tasks_are_added_by_a_line_too(demo, browse, cast, write):
    write(lambda: demo_deals.add(cast))
    eva = browse.signed_in("Eva")

    def add(line, action):
        return eva.get("/new", query_string={"line": line}).form(action).submit()

    assert add("Kai AG kai.com Hamburg", "/companies").status == 303
    kai = db.session.scalar(db.select(Company).where(Company.name == "Kai AG"))
    assert (kai.city, [one.domain for one in kai.domains]) == ("Hamburg", ["kai.com"])
    assert add("Pilot for Mira Sommer €14,400 2027-01-31", "/deals").status == 303
    deal = db.session.scalar(db.select(Deal).where(Deal.name == "Pilot for Mira Sommer"))
    assert (deal.amount_cents, deal.close_on) == (1_440_000, date(2027, 1, 31))
    assert deal.contact_id == demo["Mira Sommer"]
    assert add("call Mira Sommer 2027-01-04 10:30", "/tasks").status == 303
    task = db.session.scalar(db.select(Task).where(Task.title == "call Mira Sommer"))
    assert (task.kind, task.contact_id) == ("call", demo["Mira Sommer"])
    assert task.due_at is not None


def test_a_sum_of_a_line_keeps_its_currency_or_stays_among_its_words(cast, browse, write):
    line = "deal Big for Kai $12.5k 2027-01-31"

    def drafted():
        return browse.signed_in("Eva").get("/new", query_string={"line": line})

    write(lambda: create_pipeline("Europe", "EUR", cast["Olga"]))
    page = drafted()
    assert page.has("No pipeline has this currency") and page.has("Value in EUR")
    assert page.form("/deals").submit().status == 303
    kept = db.session.scalar(db.select(Deal))
    assert (kept.name, kept.amount_cents) == ("Big for Kai $12.5k", None)
    assert kept.close_on == date(2027, 1, 31)
    write(lambda: create_pipeline("Overseas", "USD", cast["Olga"]))
    page = drafted()
    assert page.has("Value in USD") and not page.has("No pipeline has")
    assert page.form("/deals").submit().status == 303
    deal = db.session.scalar(db.select(Deal).order_by(Deal.id.desc()))
    assert (deal.name, deal.amount_cents, deal.currency) == ("Big for Kai", 1_250_000, "USD")


def test_a_line_tells_nothing_of_what_its_reader_does_not_see(demo, browse):
    page = browse.signed_in("Otto").get("/new", query_string={"line": MIRA})
    assert not page.has("is known already")
    assert not page.root.all("a", href=f"/contacts/{demo['Mira Sommer']}")
    assert browse.signed_in("Rita").get("/new?line=Kai").status == 403
