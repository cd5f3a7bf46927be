"""Companies and contacts of the demo: Hafen GmbH with its buyer Mira, and whom else one meets."""

from dataclasses import dataclass, field
from datetime import timedelta

from crm.activities import actions as activities
from crm.companies import actions as company_actions
from crm.companies.models import Company
from crm.contacts import actions
from crm.contacts.models import Contact
from crm.core import clock
from crm.core.db import db
from crm.demo.people import People

# name, domain, city, size
COMPANIES = (
    ("Hafen GmbH", "hafen.example", "Hamburg", "51–500"),
    ("Helio Solar AG", "helio-solar.example", "Freiburg", "51–500"),
    ("Kestrel Foods", "kestrel-foods.example", "Leeds", "51–500"),
    ("Zielona Energia", "zielona.example", "Poznań", "11–50"),
    ("Atelier Carvalho", "carvalho.example", "Porto", "1–10"),
    ("Vogel & Söhne", "vogel-soehne.example", "Kassel", "11–50"),
    ("Lindgren Bygg", "lindgren.example", "Malmö", "11–50"),
    ("Fjordtek", "fjordtek.example", "Bergen", "11–50"),
    ("Cedar Clinics", "cedar-clinics.example", "Birmingham", "51–500"),
    ("Bakker & Zn", "bakker.example", "Utrecht", "1–10"),
    ("Osteria Bellini", "bellini.example", "Bologna", "1–10"),
    ("Nordlicht Medien", "nordlicht-medien.example", "Kiel", "11–50"),
    ("Meridian Freight", "meridian-freight.example", "Rotterdam", "500+"),
)
# name, mail name, company, title, phone, owner, lifecycle, tags, days since last call or None
CONTACTS = (
    ("Mira Sommer", "mira.sommer", 0, "Buyer", "+494036112", "Eva", "contacted", "hamburg", 0),
    ("Holger Petersen", "petersen", 0, "Head of logistics", "+494036113", "Eva", "captured", "", 9),
    ("Jonas Petrov", "j.petrov", 1, "Head of sales", "+497615551", "Eva", "assigned", "solar", 1),
    ("Katrin Böhm", "boehm", 1, "Managing director", None, "Eva", "captured", "solar", None),
    ("Priya Raman", "priya", 2, "Operations lead", "+441135550140", "Eva", "contacted", "", 5),
    ("Callum Reid", "callum.reid", 2, "Finance", None, "Eva", "captured", "", None),
    ("Marta Nowak", "marta", 3, "Managing director", "+48615550", "Eva", "qualified", "", 0),
    ("Tomasz Wójcik", "wojcik", 3, "Engineer", None, "Finn", "captured", "", None),
    ("Inés Carvalho", "ines", 4, "Owner", "+351225550", "Finn", "contacted", "design", 1),
    ("Theo Vogel", "theo", 5, "Partner", "+495615550", "Eva", "opportunity", "crafts", 4),
    ("Agnes Vogel", "agnes", 5, "Bookkeeping", None, "Eva", "captured", "crafts", None),
    ("Oskar Lindgren", "oskar", 6, "Site manager", "+46405550", "Sam", "contacted", "crafts", 12),
    ("Elin Ström", "elin", 6, "Office", None, "Sam", "captured", "", None),
    ("Hanne Dahl", "hanne.dahl", 7, "CTO", "+4755550123", "Finn", "qualified", "", 6),
    ("Lars Moen", "lars.moen", 7, "Developer", None, "Finn", "captured", "", None),
    ("Samir Haddad", "samir", 8, "Practice manager", "+441215550", "Eva", "recycled", "health", 15),
    ("Grace Okonkwo", "grace", 8, "Reception", None, "Eva", "captured", "health", None),
    ("Lotte Bakker", "lotte", 9, "Owner", "+31305550", "Sina", "attempted", "crafts", 20),
    ("Giulia Bellini", "giulia", 10, "Owner", "+39051555", "Sina", "nurture", "food", None),
    ("Paolo Conti", "paolo", 10, "Chef", None, None, "captured", "food", None),
    ("Frauke Jensen", "jensen", 11, "Editor in chief", "+49431555", "Finn", "contacted", "", 3),
    ("Nils Thomsen", "thomsen", 11, "Sales", None, "Finn", "captured", "", None),
    ("Pieter de Vries", "pieter", 12, "Procurement", "+31105550", "Sam", "customer", "vip", 2),
    ("Yasmin El Amrani", "yasmin", 12, "Planner", None, "Sam", "captured", "", None),
    ("Björn Åkesson", "bjorn", 12, "Terminal manager", None, "Sina", "captured", "", None),
)
# People without a company of their own: name, mail, owner, lifecycle, tags
ALONE = (
    ("Adrian Koch", "adrian.koch@gmail.com", None, "captured", "newsletter"),
    ("Beatrix Maurer", "b.maurer@web.de", None, "nurture", "newsletter"),
    ("Carla Winter", "carla.winter@posteo.de", "Eva", "captured", ""),
    ("Daniel Fink", "daniel.fink@gmx.net", None, "disqualified", ""),
    ("Emil Sandberg", "emil.sandberg@outlook.com", "Finn", "attempted", ""),
    ("Fatma Yıldız", "fatma.yildiz@gmail.com", None, "captured", "newsletter"),
    ("Georg Huber", "georg.huber@a1.net", "Sina", "captured", ""),
    ("Hélène Girard", "helene.girard@orange.fr", None, "nurture", "newsletter"),
    ("Ivo Novák", "ivo.novak@seznam.cz", None, "captured", ""),
    ("Jutta Reimann", "jutta.reimann@t-online.de", "Eva", "contacted", ""),
    ("Kaspar Lenz", "kaspar.lenz@bluewin.ch", None, "captured", ""),
    ("Livia Marino", "livia.marino@libero.it", None, "nurture", "newsletter"),
    ("Miguel Santos", "miguel.santos@sapo.pt", "Finn", "captured", ""),
    ("Nora Lindholm", "nora.lindholm@telia.com", None, "captured", ""),
)


@dataclass
class Records:
    """What was added: `records["Mira Sommer"]`, and the companies by name."""

    hafen: Company
    mira: Contact
    contacts: dict[str, Contact] = field(default_factory=dict)
    companies: dict[str, Company] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Contact:
        return self.contacts[name]


def add(people: People) -> Records:
    """Add companies and contacts with their owners, tags and last calls.

    Runs inside a transaction on a database that holds the people.
    """
    team_id = people.sales.id
    companies = [_company(row, people) for row in COMPANIES]
    contacts = {}
    for name, mail, place, title, phone, owner, lifecycle, tags, days in CONTACTS:
        contact = actions.create(
            name=name,
            emails=[f"{mail}@{COMPANIES[place][1]}"],
            phones=[phone] if phone else [],
            company_id=companies[place].id,
            job_title=title,
            owner_id=people[owner].id if owner else None,
            team_id=team_id,
            source="demo",
            lifecycle=lifecycle,
        )
        _dress(contact, tags)
        if days is not None and owner:
            _call(contact, people[owner].id, days)
        contacts[name] = contact
    for name, mail, owner, lifecycle, tags in ALONE:
        contact = actions.create(
            name=name,
            emails=[mail],
            owner_id=people[owner].id if owner else None,
            team_id=team_id,
            source="demo",
            lifecycle=lifecycle,
        )
        _dress(contact, tags)
        contacts[name] = contact
    db.session.flush()
    by_name = {company.name: company for company in companies}
    return Records(companies[0], contacts["Mira Sommer"], contacts, by_name)


def _company(row: tuple[str, str, str, str], people: People) -> Company:
    name, domain, city, size = row
    return company_actions.create(
        name,
        domains=[domain],
        city=city,
        size=size,
        owner_id=people["Eva"].id if name == "Hafen GmbH" else None,
        team_id=people.sales.id,
    )


def _dress(contact: Contact, tags: str) -> None:
    for name in tags.split():
        actions.tag(contact, name, set_by="import")


def _call(contact: Contact, user_id: int, days: int) -> None:
    at = clock.now() - timedelta(days=days, hours=1)
    activities.record(
        "call",
        contact_id=contact.id,
        at=at,
        user_id=user_id,
        title="Call",
        direction="out",
        outcome="reached",
        minutes=8,
        body="Spoke about how leads are handed over today.",
    )
