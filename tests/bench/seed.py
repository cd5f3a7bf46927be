"""Fills a database with as many contacts as asked for; the same number gives the same rows."""

import random
from datetime import UTC, datetime, timedelta

from sqlalchemy import insert, select

from crm import create_app
from crm.accounts.models import User
from crm.activities.models import Entry, Task
from crm.companies.models import Company, CompanyDomain
from crm.contacts.models import Contact, ContactEmail, ContactPhone
from crm.contacts.rules import fold
from crm.core import config
from crm.core.db import db, transaction
from crm.deals.models import Deal, Pipeline, StageVisit
from crm.fields.models import CustomField, FieldStamp, FieldValue
from crm.search import actions as search

FIRST = (
    "Ada Ben Cleo Dora Emil Fatima Greta Hugo Ines Jonas Klara Liam Marta Nils Olena Priya "
    "Quentin Rosa Søren Theo Ulla Viktor Wanda Xaver Yara Zoë"
).split()
LAST = (
    "Adler Berg Castillo Dvořák Eriksen Fischer García Hansen Ivanova Jansen Kowalski Lorenz "
    "Müller Nowak Okafor Petrov Quist Raman Sommer Tanaka Ünal Vogel Weber Xu Yılmaz Ziegler"
).split()
WORDS = "Nord Hafen Solar Licht Wald Stein Feld Strom Werk Bau Haus Glas Kraft Markt Quelle".split()
LIFECYCLES = ("captured", "assigned", "contacted", "qualified", "nurture", "customer")
START = datetime(2026, 11, 1, tzinfo=UTC)
BATCH = 2000
NOTES_OF_FIRST = 200
NOTES_OF_ANY = 5
BRANCHES = ("Bau", "Energie", "Handel", "Handwerk", "Logistik", "Öffentlich", "Praxis", "Verein")


def fill(contacts: int) -> None:
    """Add companies, contacts, deals, tasks and timeline entries in batches."""
    pick = random.Random(contacts)
    users = [row for row in db.session.scalars(select(User.id).where(User.role == "rep"))]
    team = db.session.scalars(select(User).where(User.id == users[0])).one().team_ids[0]
    _companies(contacts // 5, team, pick)
    field = _field()
    for first in range(1, contacts + 1, BATCH):
        ids = range(first, min(first + BATCH, contacts + 1))
        _contacts(ids, contacts // 5, users, team, pick)
        _values(ids, field)
    _deals(contacts // 5, contacts, users, team, pick)
    _index()


def _field() -> int:
    """A field of the house's own on contacts, so that lists can be sorted and filtered by it."""
    with transaction() as session:
        field = CustomField(
            record="contact",
            label="Branch",
            folded="branch",
            kind="text",
            position=1,
            created_at=START,
            updated_at=START,
        )
        session.add(field)
        session.flush()
        session.add(FieldStamp(stamp="bench"))
        return field.id


def _values(ids: range, field: int) -> None:
    _insert(
        FieldValue,
        [
            {
                "field_id": field,
                "contact_id": 1000 + n,
                "record_id": 1000 + n,
                "position": 0,
                "text": f"{BRANCHES[n % 8]} {n}",
                "sort_text": fold(f"{BRANCHES[n % 8]} {n}"),
                "is_unique": False,
            }
            for n in ids
            if n % 4
        ],
    )


def _companies(count: int, team: int, pick: random.Random) -> None:
    rows, domains = [], []
    for n in range(1, count + 1):
        name = f"{pick.choice(WORDS)}{pick.choice(WORDS).lower()} {n} GmbH"
        rows.append(
            {
                "id": 1000 + n,
                "name": name,
                "sort_name": fold(name),
                "team_id": team,
                "created_at": START,
                "updated_at": START,
                "version": 1,
            }
        )
        domains.append({"company_id": 1000 + n, "domain": f"firm{n}.example"})
    _insert(Company, rows)
    _insert(CompanyDomain, domains)


def _contacts(ids: range, companies: int, users: list[int], team: int, pick: random.Random) -> None:
    people, mails, phones, entries, tasks = [], [], [], [], []
    for n in ids:
        key, company = 1000 + n, pick.randint(1, companies)
        first, last = pick.choice(FIRST), pick.choice(LAST)
        name, at = f"{first} {last}", START + timedelta(minutes=pick.randint(0, 28000))
        score = pick.choice([None, pick.randint(0, 100)])
        level = None if score is None else "hot" if score > 80 else "warm" if score > 39 else "cool"
        owner = pick.choice([None, *users])
        people.append(
            {
                "id": key,
                "name": name,
                "first_name": first,
                "last_name": last,
                "sort_name": fold(f"{name} {n}"),
                "company_id": 1000 + company,
                "owner_id": owner,
                "team_id": team,
                "lifecycle": pick.choice(LIFECYCLES),
                "lifecycle_at": at,
                "source": "quiz",
                "quiz_score": score,
                "quiz_tier": level and level.title(),
                "quiz_level": level,
                "last_touch_at": at,
                "created_at": at,
                "updated_at": at,
                "version": 1,
            }
        )
        mail = f"{fold(first)}.{fold(last)}.{n}@firm{company}.example"
        mails.append(
            {
                "contact_id": key,
                "address": mail,
                "canonical": mail,
                "mailbox_key": mail,
                "domain": f"firm{company}.example",
                "kind": "work",
                "is_primary": True,
                "state": "valid",
            }
        )
        number = f"+4930{n:07d}"
        phones.append(
            {
                "contact_id": key,
                "raw": number,
                "e164": number,
                "digits": number[1:],
                "kind": "work",
                "is_primary": True,
                "state": "valid",
            }
        )
        entries += [
            _entry(key, at + timedelta(minutes=m), m)
            for m in range(NOTES_OF_FIRST if n == 1 else NOTES_OF_ANY)
        ]
        if owner and n % 50 == 0:
            tasks.append(
                {
                    "title": f"Call {name}",
                    "kind": "call",
                    "owner_id": owner,
                    "team_id": team,
                    "contact_id": key,
                    "due_at": at + timedelta(days=30),
                    "due_by": at + timedelta(days=30),
                    "due_set_at": at,
                    "zone": "Europe/Berlin",
                    "created_at": at,
                    "note": "",
                    "priority": 0,
                    "source": "user",
                    "due_version": 1,
                    "snoozes": 0,
                    "outcome": "",
                    "version": 1,
                }
            )
    for model, rows in (
        (Contact, people),
        (ContactEmail, mails),
        (ContactPhone, phones),
        (Entry, entries),
        (Task, tasks),
    ):
        _insert(model, rows)


def _entry(contact: int, at: datetime, n: int) -> dict:
    return {
        "kind": "note",
        "at": at,
        "created_at": at,
        "contact_id": contact,
        "actor": "system",
        "title": "Note",
        "body": f"Spoke about the stock list, part {n}.",
        "details": {},
    }


def _deals(count: int, contacts: int, users: list[int], team: int, pick: random.Random) -> None:
    pipeline = db.session.scalars(select(Pipeline)).first()
    stages = [stage.id for stage in pipeline.stages]
    open_stages = [stage.id for stage in pipeline.stages if stage.kind == "open"]
    rows, visits = [], []
    for n in range(1, count + 1):
        # A hundred cards are open, as on the board of the reference; the rest is history.
        stage = pick.choice(open_stages) if n <= 100 else stages[-1 - n % 2]
        rows.append(
            {
                "id": 1000 + n,
                "name": f"Plan {n}",
                "sort_name": f"plan {n}",
                "pipeline_id": pipeline.id,
                "stage_id": stage,
                "stage_since": START,
                "rank": f"m{n:07d}",
                "amount_cents": n * 1000,
                "currency": "EUR",
                "contact_id": 1000 + pick.randint(1, contacts),
                "owner_id": pick.choice(users),
                "team_id": team,
                "source": "",
                "created_at": START,
                "updated_at": START,
                "version": 1,
            }
        )
        visits.append(
            {"deal_id": 1000 + n, "stage_id": stage, "entered_at": START, "cause": "import"}
        )
    _insert(Deal, rows)
    _insert(StageVisit, visits)


def _index() -> None:
    with transaction():
        search.index_all()


def _insert(model, rows: list[dict]) -> None:
    if rows:
        with transaction() as session:
            session.execute(insert(model), rows)


def into(house, contacts: int) -> None:
    """Fill the database of a stopped `house`, in this process."""
    settings = config.load({**house.env, "BASE_URL": "http://127.0.0.1:8000"})
    app = create_app(settings)
    with app.app_context():
        fill(contacts)
        with db.engine.connect() as connection:
            for table in (
                "floor_contact (id INTEGER PRIMARY KEY, name TEXT, email TEXT UNIQUE)",
                "floor_note (id INTEGER PRIMARY KEY, contact_id INTEGER, body TEXT)",
            ):
                connection.exec_driver_sql(f"CREATE TABLE IF NOT EXISTS {table}")
            connection.exec_driver_sql("ANALYZE")
            connection.commit()
        db.session.remove()
        db.engine.dispose()
