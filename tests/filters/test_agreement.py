"""V2: the SQL of a condition and the judge of one record agree, on both databases."""

from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from crm import create_app
from crm.accounts.models import Team, User
from crm.accounts.queries import may_see
from crm.contacts.models import Contact
from crm.core.db import db, run
from crm.core.folding import fold
from crm.deals.models import Pipeline, Stage
from crm.demo import people
from crm.filters.queries import Compiler
from crm.filters.queries.viewers import Eyes
from crm.filters.rules import OPERATORS, dumps, judge, loads, typed
from crm.filters.rules.grammar import checked
from crm.filters.rules.operators import SPAN_WORDS
from tests.conftest import settings as settings_of
from tests.filters import small
from tests.servers import Postgres

ZONES = ["Europe/Berlin", "America/New_York", "Pacific/Kiritimati", "UTC", "Asia/Kolkata"]
DAYS = ["2026-03-29", "2026-10-25", "2026-11-24", "2026-12-31", "2027-01-01", "2026-11-01"]
VALUES = {
    "text": st.sampled_from([w for w in small.WORDS if w and w.strip()])
    | st.sampled_from(list("aÅß%_/ıοı̇x")) | st.text(max_size=3),
    "email": st.sampled_from(["ada", "ASA", "@", "ben1.0@hafen.example", "hafen"]),
    "number": st.sampled_from(["0", "1", "-3", "50", "93.5", "94", "1e2"]),
    "money": st.sampled_from(["0", "0.99", "1", "2500", "2500.01"]),
    "on": st.sampled_from(DAYS),
    "at": st.sampled_from(DAYS),
    "bool": st.sampled_from(["yes", "no"]),
    "select": st.sampled_from(["hot", "warm", "cool", "gone"]),
    "multi": st.sampled_from([*small.TAGS, "gone"]),
    "reference": st.integers(1, 6).map(str),
    "user": st.sampled_from(["me", "team", "nobody", "1", "2", "3", "4", "999"]),
}  # fmt: skip
BY_RECORD = {
    record: [one for one in small.FIELDS if one.record == record and hasattr(one, "column")]
    for record in ("contact", "deal", "task")
}
RELATED = {"contact": [("deals", "deal"), ("tasks", "task")], "deal": [("people", "contact")]}


@st.composite
def leaves(draw, record):
    field = draw(st.sampled_from(BY_RECORD[record]))
    operator = draw(st.sampled_from(sorted(OPERATORS[field.kind])))
    takes = OPERATORS[field.kind][operator].takes
    if takes == "none":
        return {"field": field.key, "op": operator}
    if takes == "days":
        values = [str(draw(st.sampled_from([0, 1, 7, 31, 400])))]
    elif takes == "span":
        values = [draw(st.sampled_from(sorted(SPAN_WORDS)))]
    else:
        least, most = {"two": (2, 2), "many": (1, 3)}.get(takes, (1, 1))
        values = draw(st.lists(VALUES[field.kind], min_size=least, max_size=most))
    return {"field": field.key, "op": operator, "values": values}


@st.composite
def trees(draw, record="contact", depth=3):
    kind = draw(st.sampled_from(["leaf", "leaf", "all", "any", "not", "related"]))
    if kind == "leaf" or depth == 0 or (kind == "related" and record not in RELATED):
        return draw(leaves(record))
    if kind == "not":
        return {"not": draw(trees(record, depth - 1))}
    if kind == "related":
        relation, target = draw(st.sampled_from(RELATED[record]))
        where = draw(st.none() | trees(target, depth - 1))
        return {
            "relation": relation,
            "has": draw(st.sampled_from(["some", "none"])),
            "where": where,
        }
    return {kind: draw(st.lists(trees(record, depth - 1), max_size=3))}


@pytest.fixture(scope="module", params=["sqlite", pytest.param("pg", marks=pytest.mark.postgres)])
def world(request, tmp_path_factory):
    """The application with records full of edges, on one database after the other."""
    folder = tmp_path_factory.mktemp("agree")
    (folder / "clock").write_text("2026-11-24T13:00:00+01:00")
    server, more = None, {}
    if request.param == "pg":
        server = Postgres()
        more["DATABASE_URL"] = server.url().replace("postgresql://", "postgresql+psycopg://")
    app = create_app(settings_of(folder, folder / "clock", **more))
    with app.app_context():
        db.create_all()
        run(people.add)
        run(_records)
        users = {u.first_name: u for u in db.session.scalars(select(User))}
        contacts = list(db.session.scalars(select(Contact)))
        yield SimpleNamespace(users=users, contacts=contacts, kit=small.kit())
        db.session.remove()
        db.engine.dispose()
    if server:
        server.stop()


def _records():
    users = {u.first_name: u for u in db.session.scalars(select(User))}
    teams = {t.name: t for t in db.session.scalars(select(Team))}
    line = Pipeline(name="Sales", created_at=small.MOMENTS[7])
    line.stages = [Stage(name=str(n), position=n) for n in range(4)]
    db.session.add(line)
    db.session.flush()
    small.add_records(people.People(users, teams["Sales"], teams["Partners"]), line)


@settings(
    max_examples=200, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)
@given(
    raw=trees(),
    name=st.sampled_from(["Eva", "Otto", "Mona", "Olga"]),
    zone=st.sampled_from(ZONES),
    now=st.sampled_from(small.MOMENTS),
    week_start=st.sampled_from([0, 5, 6]),
)
def test_v2_sql_and_the_judge_agree(world, raw, name, zone, now, week_start):
    user = world.users[name]
    eyes = Eyes(user, ZoneInfo(zone), week_start, now)
    tree = typed(loads(dumps(checked(raw))), "contact", world.kit)
    condition = Compiler(eyes, world.kit.catalogue.models).condition(tree, Contact)
    by_sql = set(db.session.scalars(select(Contact.id).where(condition)))
    may = lambda record: may_see(user, record)  # noqa: E731
    by_judge = {one.id for one in world.contacts if judge(tree, one, eyes, may)}
    assert by_sql == by_judge, dumps(raw)


def test_v2_texts_are_folded_alike_by_python_and_by_the_database(world):
    known = [chr(n) for n in range(1, 0x30000) if not 0xD800 <= n < 0xE000]
    letters = [one for n, one in enumerate(known) if fold(one) != one or n % 97 == 0][::3]
    words = [*letters, *(word for word in small.WORDS if word), "a" + "\u0301\u0323" + "b"]
    words += [f"A{chr(n)}e  Z" for n in range(0x300, 0x370)]  # plain letters under marks
    for start in range(0, len(words), 200):
        part = words[start : start + 200]
        rows = db.session.execute(select(*(func.tend_fold(word) for word in part))).one()
        assert list(rows) == [fold(word) for word in part]


@settings(max_examples=200, deadline=None, derandomize=True)
@given(raw=trees())
def test_v2_a_tree_written_as_text_reads_the_same(raw):
    assert loads(dumps(raw)) == raw
