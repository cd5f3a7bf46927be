"""The deals of the demo: the pipeline Sales with a deal in each stage, and what was promised."""

from datetime import date, timedelta

from sqlalchemy import select

from crm.activities import actions as activities
from crm.contacts.models import Contact
from crm.core import clock
from crm.core.db import db
from crm.deals import actions
from crm.deals.models import Pipeline
from crm.demo.people import People

# name, stage, owner, euros, contact's name (as in records.py), days to the next step
DEALS = (
    ("Trial, Lindgren Bygg", "Lead in", "Sam", 4_800, "Oskar Lindgren", None),
    ("Bakker fleet list", "Lead in", "Sina", 6_200, "Lotte Bakker", 7),
    ("Fjordtek data link", "Discovery", "Finn", 22_000, "Hanne Dahl", 5),
    ("Kestrel stock list", "Discovery", "Eva", 12_800, "Priya Raman", 0),
    ("Annual plan, Cedar Clinics", "Proposal", "Eva", 18_400, "Samir Haddad", None),
    ("Vogel, second branch", "Proposal", "Eva", 11_200, "Theo Vogel", -1),
    ("Hafen, start in February", "Negotiation", "Eva", 26_000, "Mira Sommer", 2),
)
STEPS = {
    "Bakker fleet list": ("Call Lotte about the list", "call"),
    "Fjordtek data link": ("Ask for the data", "mail"),
    "Kestrel stock list": ("Call Priya Raman", "call"),
    "Vogel, second branch": ("Send the revised offer", "mail"),
    "Hafen, start in February": ("Contract back from Mira", "todo"),
}


def add(people: People) -> Pipeline:
    """Add the pipeline and its deals; contacts that records.py does not know are left out."""
    pipeline = actions.create_default_pipeline()
    stages = {stage.name: stage for stage in pipeline.stages}
    today = clock.today(people["Eva"].zone)
    for name, stage, owner, euros, person, days in DEALS:
        deal = actions.create(
            name,
            stage=stages[stage],
            by=people[owner],
            contact=_contact(person),
            amount_cents=euros * 100,
            close_on=_working(today + timedelta(days=30)),
        )
        if days is not None:
            title, kind = STEPS[name]
            actions.decide_next_step(
                deal, people[owner], title=title, kind=kind, due_on=today + timedelta(days=days)
            )
    _close_two(people, pipeline)
    _call_mira(people)
    return pipeline


def _close_two(people: People, line: Pipeline) -> None:
    won = actions.create(
        "Pilot, Atelier Carvalho",
        stage=line.stages[3],
        by=people["Finn"],
        contact=_contact("Inés Carvalho"),
        amount_cents=960_000,
    )
    actions.close(won, people["Finn"], is_won=True, amount_cents=won.amount_cents)
    today = clock.today(people["Eva"].zone)
    lost = actions.create(
        "Pilot, Zielona Energia",
        stage=line.stages[2],
        by=people["Eva"],
        contact=_contact("Marta Nowak"),
        amount_cents=790_000,
    )
    actions.close(
        lost,
        people["Eva"],
        is_won=False,
        reason="time",
        note="Budget resets in May.",
        ask_again_on=_working(today + timedelta(days=180)),
    )


def _call_mira(people: People) -> None:
    mira = _contact("Mira Sommer")
    if mira:
        activities.log_call(
            contact_id=mira.id,
            by=people["Eva"],
            outcome="reached",
            minutes=12,
            note="Wants to start in **February**, then the budget is no question.",
            occurred_at=clock.now() - timedelta(days=1),
        )


def _contact(name: str) -> Contact | None:
    return db.session.scalars(select(Contact).where(Contact.name == name)).first()


def _working(day: date) -> date:
    return day + timedelta(days={5: 2, 6: 1}.get(day.weekday(), 0))
