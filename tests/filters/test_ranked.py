"""V5: lists in the order of owners, companies and stages, whole, there and back, along an index."""

import json
import random

import pytest
from sqlalchemy import select

from crm.accounts.models import User
from crm.companies.models import Company
from crm.contacts.models import Contact
from crm.core import keyset
from crm.core.db import db, run
from crm.deals.models import Deal, Pipeline, Stage
from crm.filters.queries import Asked, Lines, neighbours, part, ranked
from tests.filters import small
from tests.filters.test_agreement import world  # noqa: F401 - both databases
from tests.filters.test_orders import MENUS, walked
from tests.filters.test_plans import columns_of, nothing_whole, plans_of

ORDERS = [
    (Contact, "owner", "ix_contact_owner_name"),
    (Contact, "company", "ix_contact_company_name"),
    (Company, "owner", "ix_company_owner_name"),
    (Deal, "owner", "ix_deal_owner_name"),
    (Deal, "company", "ix_deal_company_name"),
    (Deal, "stage", "ix_deal_stage_name"),
]


@pytest.fixture(scope="module")
def mixed(world):  # noqa: F811
    """Owners, companies and stages dealt out anew: some without, one company in the trash."""
    run(lambda: _deal_out(random.Random(11), world))
    return {name: db.session.merge(one) for name, one in world.users.items()}


def _deal_out(dice, world):  # noqa: F811
    people = [one.id for one in world.users.values()]
    firms = []
    for n in range(12):
        made = dict.fromkeys(("created_at", "updated_at"), small.MOMENTS[7])
        name = "Same" if n < 3 else f"F{n}"
        firms.append(Company(name=name, sort_name=name.lower(), **made))
    db.session.add_all(firms)
    db.session.flush()
    firms[5].deleted_at = small.MOMENTS[7]
    second = Pipeline(name="Before all others", position=-1, created_at=small.MOMENTS[7])
    second.stages = [Stage(name="Z", position=0), Stage(name="A", position=1)]
    db.session.add(second)
    db.session.flush()
    stages = list(db.session.scalars(select(Stage)))
    for one in db.session.scalars(select(Company)):
        one.owner_id = dice.choice([None, *people])
    for model in (Contact, Deal):
        for one in db.session.scalars(select(model)):
            one.owner_id = dice.choice([None, *people])
            one.company_id = dice.choice([None, *(firm.id for firm in firms)])
    for one in db.session.scalars(select(Deal)):
        one.stage = dice.choice(stages)
        one.pipeline_id = one.stage.pipeline_id


def lines_of(model, user, key, turned):
    asked = Asked(MENUS[model], user, {"sort": key, "turned": turned})
    assert asked.order.field.key == key and not asked.lost
    return Lines(select(model.id).where(model.deleted_at.is_(None)), model, asked.order)


def sorted_by_hand(model, key, turned):
    """The numbers as somebody would put them in order: name by name, then those without."""
    people = {one.id: one for one in db.session.scalars(select(User))}
    zones = ([], [], [])
    for one in db.session.scalars(select(model).where(model.deleted_at.is_(None))):
        own = (one.sort_name, one.id)
        if key == "stage":
            line = one.stage.pipeline
            zones[0].append(((line.position, line.id, one.stage.position, one.stage_id), own))
        elif key == "owner" and one.owner_id:
            zones[0].append(((people[one.owner_id].name.lower(), one.owner_id), own))
        elif key == "company" and one.company and not one.company.deleted_at:
            zones[0].append(((one.company.sort_name, one.company_id), own))
        else:
            zones[2 if key == "company" and one.company else 1].append(((), own))
    return [own[1] for zone in zones for _keys, own in sorted(zone, reverse=bool(turned))]


@pytest.fixture(params=[True, False], ids=["few", "many"])
def however_many(request, monkeypatch):
    if not request.param:
        monkeypatch.setattr(ranked, "FEW", 3)


@pytest.mark.parametrize(("model", "key", "index"), ORDERS)
def test_v5_a_list_stands_in_the_order_of_what_it_names(mixed, however_many, model, key, index):
    for turned in ("", "1"):
        lines = lines_of(model, mixed["Olga"], key, turned)
        pages, back = walked(lines)
        found = [number for page in pages for number in page]
        assert found == sorted_by_hand(model, key, turned)
        for page in reversed(pages[:-1]):
            before = part(lines, before=back, size=7)
            assert [row.id for row in before.rows] == page
            back = before.previous
        assert not back
        for place in (0, len(found) // 2, len(found) - 1):
            here = [None, *found, None][place : place + 3]
            row = db.session.get(model, here[1])
            assert neighbours(lines, row) == (here[0], here[2])


@pytest.mark.parametrize(("model", "key", "index"), ORDERS)
def test_v5_each_name_is_asked_for_its_first_rows_by_index(mixed, monkeypatch, model, key, index):
    monkeypatch.setattr(ranked, "FEW", 3)
    table = "deal_name" if model is Deal else f"{model.__tablename__}_sort"
    for turned in ("", "1"):
        lines = lines_of(model, mixed["Olga"], key, turned)
        after = part(lines, size=3).next
        plans = plans_of(lambda a=after, these=lines: part(these, after=a, size=3))
        nothing_whole(plans[1:])  # the first asks whether there are few
        walked_along = {plan.walks(model.__tablename__) for plan in plans[1:]}
        # With few rows PostgreSQL takes any index that has the order.
        taken = {index} if db.engine.dialect.name == "sqlite" else {index, f"ix_{table}"}
        assert walked_along & taken, plans
    assert columns_of(model, index) == {f"{key}_id", "sort_name", "id"}


def test_v5_what_a_reader_does_not_see_says_nothing_by_its_place(mixed):
    otto = mixed["Otto"]
    lines = lines_of(Contact, otto, "company", "")
    found = [db.session.get(Contact, row) for page in walked(lines)[0] for row in page]
    # Otto sees the companies that are his own: all others leave no trace in the order.
    named = [one for one in found if one.company and one.company.owner_id == otto.id]
    named = [one for one in named if not one.company.deleted_at]
    without = [one for one in found if not one.company_id]
    hidden = [one for one in found if one.company_id and one not in named]
    assert named and without and hidden and found == named + without + hidden
    names = [(one.sort_name, one.id) for one in hidden]
    assert names == sorted(names)


def test_v5_a_made_up_place_tells_nothing_of_what_a_reader_does_not_see(mixed, monkeypatch):
    monkeypatch.setattr(ranked, "FEW", 3)
    otto = mixed["Otto"]
    lines = lines_of(Contact, otto, "company", "")
    found = [db.session.get(Contact, row) for page in walked(lines)[0] for row in page]
    unseen = next(
        one.company_id for one in found if one.company and one.company.owner_id != otto.id
    )
    mark = keyset.pack("company", 0, json.dumps([["zzzz", unseen], ["", 0]]), 0)
    shown = [db.session.get(Contact, row.id) for row in part(lines, after=mark, size=50).rows]
    # As from the end of the names: first those without a company, then all that are hidden.
    assert shown and shown[0].company_id is None


@pytest.mark.parametrize("junk", ['["owner",0,"[[],[]]",3]', '["owner",0,"[[1,2],[3,4]]",3]'])
def test_v5_a_made_up_place_is_the_first_page(mixed, junk):
    import base64

    lines = lines_of(Contact, mixed["Olga"], "owner", "")
    first = [row.id for row in part(lines, size=7).rows]
    place = base64.urlsafe_b64encode(junk.encode()).decode()
    assert [row.id for row in part(lines, after=place, size=7).rows] == first
