"""V1, V8: lists in groups: each record stands in one, and the groups come to the whole list."""

import random
from types import SimpleNamespace
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from crm.activities.fields import MENU as TASKS
from crm.activities.lists import conditions as of_tasks
from crm.activities.models import Task
from crm.companies.lists import MENU as COMPANIES
from crm.companies.lists import conditions as of_companies
from crm.companies.models import Company
from crm.contacts.models import Contact
from crm.contacts.queries.asked import MENU as CONTACTS
from crm.contacts.queries.asked import conditions as of_contacts
from crm.core.db import db, run
from crm.deals.models import Deal
from crm.deals.queries import pipelines
from crm.deals.queries.asked import MENU as DEALS
from crm.deals.queries.asked import wish_of
from crm.deals.queries.board import wanted_deals
from crm.fields import actions as fields
from crm.fields.queries import customs
from crm.filters.queries import Asked, grouped
from tests.filters import small
from tests.filters.test_agreement import world  # noqa: F401 - both databases

MENUS = {"contact": CONTACTS, "company": COMPANIES, "deal": DEALS, "task": TASKS}
MODELS = {"contact": Contact, "company": Company, "deal": Deal, "task": Task}
ASKS = {
    "contact": [{}, {"owner": "me"}, {"filter": "any(name.contains:a,quiz_score.gt:10)"}],
    "company": [{}, {"owner": "nobody"}, {"filter": "name.contains:1"}],
    "deal": [{}, {"owner": "me"}, {"filter": "amount.gt:0"}, {"as": "table", "state": "all"}],
    "task": [{"who": "team"}, {}, {"who": "team", "when": "done"}, {"who": "team", "when": "late"}],
}
ORDERS = {
    "contact": ["name", "quiz_score"],
    "company": ["name"],
    "deal": ["amount"],
    "task": ["due"],
}


@pytest.fixture(scope="module")
def house(world):  # noqa: F811
    """The same with companies of both teams, one in the trash, and fields of the house's own."""
    run(lambda: _add(world.users))
    users = {name: db.session.merge(one) for name, one in world.users.items()}
    return SimpleNamespace(users=users, own=[one.key for one in customs("contact")])


def _add(users):
    dice = random.Random(7)
    teams = [one.id for one in users["Eva"].teams] + [one.id for one in users["Otto"].teams]
    firms = [
        Company(
            name=f"Firm {n}", sort_name=f"firm {n:02}", team_id=dice.choice([None, *teams]),
            owner_id=dice.choice([None, users["Eva"].id]), created_at=small.MOMENTS[7],
            updated_at=small.MOMENTS[7],
        )
        for n in range(40)
    ]  # fmt: skip
    db.session.add_all(firms)
    db.session.flush()
    for firm in firms[20:]:
        firm.parent_id = dice.choice([None, firms[0].id, firms[3].id])
    own = {
        kind: fields.create("contact", kind, kind, by=None, options=options, **more)
        for kind, options, more in (
            ("select", ["Sun", "Wind", "Sea"], {}),
            ("bool", (), {}),
            ("user", (), {}),
            ("reference", (), {"target": "company"}),
            ("on", (), {}),
        )
    }
    values = {
        "select": ["1", "2", None], "bool": [True, False, None],
        "user": [users["Eva"].id, users["Sam"].id, None],
        "reference": [firms[3].id, *(firm.id for firm in firms[:6]), None],
        "on": ["2026-11-30", "2025-01-01", "2029-02-28", None],
    }  # fmt: skip
    for row in db.session.scalars(select(Contact)):
        row.company_id = dice.choice([None, *(firm.id for firm in firms)])
        said = {own[kind].key: dice.choice(values[kind]) for kind in own}
        fields.set_values(row, {k: v for k, v in said.items() if v is not None}, None)
    for row in db.session.scalars(select(Deal)):
        row.company_id = dice.choice([None, *(firm.id for firm in firms)])
    firms[3].deleted_at = small.MOMENTS[7]


def rows_of(record, asked):
    """The numbers of all records of a list."""
    if record == "deal":
        return wanted_deals(asked.user, wish_of(asked, pipelines()[0].id), Deal.id)
    tests = {"contact": of_contacts, "company": of_companies, "task": of_tasks}[record](asked)
    return select(MODELS[record].id).where(*tests)


def walked(asked, rows, model):
    """Every page of groups, forwards; the way back leads to the same."""
    pages, after = [], None
    while True:
        page = grouped(asked, rows, model, after=after, with_sums=model is Deal)
        pages.append(page)
        if not page.next:
            break
        after = page.next
    for number in range(len(pages) - 1, 0, -1):
        back = grouped(asked, rows, model, before=pages[number].previous)
        assert [one.key for one in back.groups] == [one.key for one in pages[number - 1].groups]
    return [one for page in pages for one in page.groups]


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(data=st.data())
def test_v1_the_groups_of_a_list_come_to_its_count(house, data):
    record = data.draw(st.sampled_from(sorted(MENUS)))
    offered = [*MENUS[record].groups, *(house.own if record == "contact" else ())]
    args = data.draw(st.sampled_from(ASKS[record])) | {
        "group": data.draw(st.sampled_from(offered)),
        "sort": data.draw(st.sampled_from(ORDERS[record])),
    }
    user = house.users[data.draw(st.sampled_from(["Eva", "Otto", "Mona", "Olga"]))]
    asked = Asked(MENUS[record], user, args)
    rows = rows_of(record, asked)
    groups = walked(asked, rows, MODELS[record])
    everybody = set(db.session.scalars(rows))
    shown = [number for one in groups for number in one.ids]
    assert set(shown) <= everybody
    if asked.grouping.kind == "multi":  # who has several stands in each
        assert sum(one.count for one in groups) >= len(everybody)
    else:
        assert sum(one.count for one in groups) == len(everybody)
        assert len(shown) == len(set(shown))
    together = set()
    for one in groups:
        found = set(db.session.scalars(rows.where(one.condition)))
        assert len(found) == one.count and set(one.ids) <= found
        assert len(one.ids) == len(set(one.ids))
        together |= found
    assert together == everybody


def test_v8_the_sums_of_groups_come_to_the_sum_of_the_deals(house):
    olga = house.users["Olga"]
    asked = Asked(DEALS, olga, {"group": "stage"})
    rows = rows_of("deal", asked)
    groups = walked(asked, rows, Deal)
    whole = db.session.scalar(select(func.sum(Deal.amount_cents)).where(Deal.id.in_(rows)))
    assert sum(one.total for group in groups for one in group.sums) == whole > 0
    assert {one.currency for group in groups for one in group.sums} == {"EUR"}


def test_v1_rows_of_a_group_stand_in_the_order_of_the_list(house):
    asked = Asked(CONTACTS, house.users["Olga"], {"group": "quiz_level", "sort": "quiz_score"})
    (hot, *_rest) = grouped(asked, rows_of("contact", asked), Contact).groups
    scores = [db.session.get(Contact, number).quiz_score for number in hot.ids]
    said = [one for one in scores if one is not None]
    assert hot.label == "Hot" and said == sorted(said, reverse=True)
    assert scores[: len(said)] == said and len(scores) > 5


def test_v1_the_list_of_a_group_alone_holds_just_that_group(house):
    olga = house.users["Olga"]
    for record, by in (("contact", "company"), ("contact", "created_at"), ("deal", "owner")):
        asked = Asked(MENUS[record], olga, {"group": by})
        for one in grouped(asked, rows_of(record, asked), MODELS[record]).groups:
            pairs = dict(_pairs(one.url))
            alone = Asked(MENUS[record], olga, pairs)
            assert len(set(db.session.scalars(rows_of(record, alone)))) == one.count, one.url


def _pairs(url):
    return parse_qsl(urlsplit(url).query, keep_blank_values=True)
