"""A small catalogue of our own and records full of edges, for the engine's tests."""

import random
from datetime import UTC, date, datetime, timedelta
from functools import partial

from crm.activities.models import Task
from crm.contacts.models import Contact, ContactEmail, Tag, Tagging
from crm.core.days import FAR
from crm.core.db import db
from crm.deals.models import Deal
from crm.fields.rules import Catalogue, Field, Relation, Through
from crm.filters.rules.tree import Kit

WORDS = [
    None, "", " ", "Åsa Lindqvist", "ASA", "straße 5", "STRASSE", "Ǣgir", "Οδυσσεύς", "ΟΔΟΣ",
    "100 %_/~", "zwei  Blanks", "東京", "a\u0301b", "İzmir", "naïve\u00a0x", "l'été", "Łódź",
    "x\ty", "ﬁn", "Ⅷ", "½", "💚 leaf", "Müller", "mueller",
]  # fmt: skip
# The hours around both clock changes of Berlin and New York, and the ends of a year.
MOMENTS = [
    datetime(2026, 3, 28, 23, 30, tzinfo=UTC), datetime(2026, 3, 29, 0, 59, 59, 999999, UTC),
    datetime(2026, 3, 29, 22, 0, tzinfo=UTC), datetime(2026, 10, 24, 22, 0, tzinfo=UTC),
    datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 23, 0, tzinfo=UTC),
    datetime(2026, 11, 1, 5, 30, tzinfo=UTC), datetime(2026, 11, 24, 12, 0, tzinfo=UTC),
    datetime(2026, 11, 23, 23, 0, tzinfo=UTC), datetime(2026, 12, 31, 23, 30, tzinfo=UTC),
    datetime(2027, 1, 1, 0, 0, tzinfo=UTC), datetime(2020, 2, 29, 8, 0, tzinfo=UTC),
]  # fmt: skip
LEVELS = [None, "hot", "warm", "cool", ""]
TAGS = ["vip", "alt", "messe"]


def _email(name):
    return lambda contact: [getattr(email, name) for email in contact.emails]


contact, deal, task = partial(Field, "contact"), partial(Field, "deal"), partial(Field, "task")
EMAILS = Through(ContactEmail.contact_id)
FIELDS = [
    contact("name", "Name", "text", Contact.name, lambda c: c.name),
    contact("job", "Job", "text", Contact.job_title, lambda c: c.job_title),
    contact("score", "Score", "number", Contact.quiz_score, lambda c: c.quiz_score),
    contact("level", "Level", "select", Contact.quiz_level, lambda c: c.quiz_level),
    contact("owner", "Owner", "user", Contact.owner_id, lambda c: c.owner_id),
    contact("touch", "Touch", "at", Contact.last_touch_at, lambda c: c.last_touch_at),
    contact("email", "Mail", "email", ContactEmail.address, _email("address"), EMAILS),
    contact("main", "Main", "bool", ContactEmail.is_primary, _email("is_primary"), EMAILS),
    contact("state_at", "State", "at", ContactEmail.state_at, _email("state_at"), EMAILS),
    contact(
        "tag", "Tag", "multi", Tag.folded, lambda c: [t.tag.folded for t in c.taggings],
        Through(Tagging.contact_id, (Tag.id == Tagging.tag_id,)),
    ),
    deal("name", "Name", "text", Deal.name, lambda d: d.name),
    deal("amount", "Amount", "money", Deal.amount_cents, lambda d: d.amount_cents),
    deal("close", "Close", "on", Deal.close_on, lambda d: d.close_on),
    deal("stage", "Stage", "reference", Deal.stage_id, lambda d: d.stage_id),
    deal("owner", "Owner", "user", Deal.owner_id, lambda d: d.owner_id),
    task("title", "Title", "text", Task.title, lambda t: t.title),
    task("due", "Due", "at", Task.due_by, lambda t: t.due_by),
    task("closed", "Closed", "at", Task.closed_at, lambda t: t.closed_at),
    Relation(
        "contact", "deals", "Deals", "deal", lambda: Deal.contact_id == Contact.id,
        lambda c: db.session.query(Deal).filter_by(contact_id=c.id).all(),
    ),
    Relation(
        "contact", "tasks", "Tasks", "task", lambda: Task.contact_id == Contact.id,
        lambda c: db.session.query(Task).filter_by(contact_id=c.id).all(),
    ),
    Relation(
        "deal", "people", "People", "contact", lambda: Contact.id == Deal.contact_id,
        lambda d: [d.contact] if d.contact else [],
    ),
]  # fmt: skip


def kit():
    """The catalogue of the engine's own tests."""
    catalogue = Catalogue(models={"contact": Contact, "deal": Deal, "task": Task})
    catalogue.add(*FIELDS)
    return Kit(catalogue, lambda record: catalogue.fields[record])


def add_records(people, pipeline, count=90):
    """Contacts whose values are drawn from the edges, with addresses, tags, deals and tasks."""
    dice = random.Random(20261124)
    owners = [None, people["Eva"].id, people["Finn"].id, people["Sam"].id, people["Otto"].id]
    teams = [None, people.sales.id, people.partners.id]
    tags = [Tag(name=name, folded=name, created_at=MOMENTS[7]) for name in TAGS]
    db.session.add_all(tags)
    for n in range(count):
        one = Contact(
            name=dice.choice([w for w in WORDS if w]), sort_name=f"{n:03}",
            job_title=dice.choice(WORDS), quiz_score=dice.choice([None, 0, 1, 50, -3, 94, 100]),
            quiz_level=dice.choice(LEVELS), owner_id=dice.choice(owners),
            team_id=dice.choice(teams), last_touch_at=dice.choice([None, *MOMENTS]),
            lifecycle_at=MOMENTS[7], created_at=MOMENTS[7], updated_at=MOMENTS[7],
        )  # fmt: skip
        db.session.add(one)
        for m in range(dice.choice([0, 0, 1, 2])):
            address = f"{dice.choice(['ada', 'Ben', 'ÅSA'])}{n}.{m}@hafen.example"
            one.emails.append(
                ContactEmail(
                    address=address,
                    canonical=address,
                    mailbox_key=address,
                    domain="hafen.example",
                    is_primary=dice.random() < 0.5,
                    state_at=dice.choice([None, *MOMENTS]),
                )
            )
        for tag in dice.sample(tags, dice.randrange(4)):
            one.taggings.append(Tagging(tag=tag, at=MOMENTS[7]))
        db.session.flush()
        for _m in range(dice.choice([0, 1, 2])):
            add_deal(one, pipeline, dice, owners, teams)
        if dice.random() < 0.5:
            add_task(one, dice, owners[1:], teams)


def add_deal(one, pipeline, dice, owners, teams):
    db.session.add(
        Deal(
            name=dice.choice([w for w in WORDS if w]),
            sort_name="d",
            pipeline_id=pipeline.id,
            stage_id=dice.choice(pipeline.stages).id,
            stage_since=MOMENTS[7],
            rank="m",
            amount_cents=dice.choice([None, 0, 99, 100, 250_000, 250_001]),
            close_on=dice.choice([None, date(2026, 11, 24), date(2026, 11, 30), date(2027, 1, 1)]),
            contact_id=one.id,
            owner_id=dice.choice(owners),
            team_id=dice.choice(teams),
            created_at=MOMENTS[7],
            updated_at=MOMENTS[7],
            deleted_at=dice.choice([None, None, MOMENTS[7]]),
        )
    )


def add_task(one, dice, owners, teams):
    due = dice.choice([*MOMENTS, FAR])
    db.session.add(
        Task(
            title=dice.choice([w for w in WORDS if w]),
            owner_id=dice.choice(owners),
            team_id=dice.choice(teams),
            contact_id=one.id,
            due_by=due,
            due_at=due,
            created_at=MOMENTS[7],
            closed_at=dice.choice([None, MOMENTS[7] - timedelta(days=3)]),
        )
    )
