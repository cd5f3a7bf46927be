"""V5: what lists are sorted by stands whole in its order, there and back, along an index."""

import random
from datetime import date

import pytest
from sqlalchemy import select

from crm.companies.lists import MENU as COMPANIES
from crm.companies.models import Company
from crm.contacts.models import Contact
from crm.contacts.queries.asked import MENU as CONTACTS
from crm.core.db import db, run
from crm.deals.models import Closure, Deal
from crm.deals.queries.asked import MENU as DEALS
from crm.filters.queries import Asked, Lines, part
from tests.filters import small
from tests.filters.test_agreement import world  # noqa: F401 - both databases
from tests.filters.test_plans import columns_of, nothing_whole, plans_of

DAYS = [None, None, date(2026, 3, 1), date(2026, 3, 2), date(2027, 1, 1)]
MENUS = {Contact: CONTACTS, Company: COMPANIES, Deal: DEALS}
ORDERS = [
    (Contact, "updated_at", "ix_contact_changed"),
    (Contact, "last_in_at", "ix_contact_in"),
    (Company, "city", "ix_company_city"),
    (Company, "country", "ix_company_country"),
    (Company, "created_at", "ix_company_created"),
    (Company, "updated_at", "ix_company_changed"),
    (Deal, "updated_at", "ix_deal_changed"),
    (Deal, "closed_on", "ix_closure_closed_on"),
]


@pytest.fixture(scope="module")
def varied(world):  # noqa: F811
    """The same with values that repeat and are missing; some deals closed, some reopened since."""
    run(lambda: _vary(random.Random(7)))
    return {name: db.session.merge(one) for name, one in world.users.items()}


def _vary(dice):
    moments = [one for one in small.MOMENTS if one]
    for n in range(60):
        made = dict.fromkeys(("created_at", "updated_at"), dice.choice(moments))
        city, country = dice.choice([None, "bern", "kiel", "ulm"]), dice.choice([None, "CH", "DE"])
        db.session.add(Company(name=f"C{n}", sort_name=f"c{n}", city=city, country=country, **made))
    for one in db.session.scalars(select(Contact)):
        one.updated_at, one.last_in_at = dice.choice(moments), dice.choice([None, *moments])
    for one in db.session.scalars(select(Deal)):
        one.updated_at = dice.choice(moments)
        for day, again in ((dice.choice(DAYS), None), (date(2026, 2, 2), small.MOMENTS[7])):
            if day:
                one.closures.append(
                    Closure(
                        is_won=True, closed_on=day, closed_at=small.MOMENTS[7],
                        stage_before_id=one.stage_id, reopened_at=again,
                    )
                )  # fmt: skip


def lines_of(model, user, key, turned):
    """The living ones in an order."""
    asked = Asked(MENUS[model], user, {"sort": key, "turned": turned})
    assert asked.order.field.key == key and not asked.lost
    return Lines(select(model.id).where(model.deleted_at.is_(None)), model, asked.order)


def walked(lines, size=7):
    """The numbers over all pages, and the last page's mark back."""
    found, place = [], None
    while True:
        page = part(lines, after=place, size=size)
        found.append([row.id for row in page.rows])
        place = page.next
        if not place:
            return found, page.previous


def key_of(row, key):
    return row.closure and row.closure.closed_on if key == "closed_on" else getattr(row, key)


@pytest.mark.parametrize(("model", "key", "index"), ORDERS)
def test_v5_a_list_stands_in_its_order_there_and_back(varied, model, key, index):
    rows = list(db.session.scalars(select(model).where(model.deleted_at.is_(None))))
    falls_first = key not in {"city", "country"}
    for turned in ("", "1"):
        falls = falls_first != bool(turned)
        said = [(key_of(one, key), one.id) for one in rows]
        filled = sorted((one for one in said if one[0] is not None), reverse=falls)
        empty = sorted((number for value, number in said if value is None), reverse=falls)
        expected = [number for _value, number in filled] + empty
        lines = lines_of(model, varied["Olga"], key, turned)
        pages, back = walked(lines)
        assert [number for page in pages for number in page] == expected
        for page in reversed(pages[:-1]):
            before = part(lines, before=back, size=7)
            assert [row.id for row in before.rows] == page
            back = before.previous
        assert not back


@pytest.mark.parametrize(("model", "key", "index"), ORDERS)
def test_v5_each_order_is_walked_along_its_index(varied, model, key, index):
    for turned in ("", "1"):
        lines = lines_of(model, varied["Olga"], key, turned)
        after = part(lines, size=7).next
        plans = plans_of(lambda a=after, these=lines: part(these, after=a, size=7))
        nothing_whole(plans)
        table = "closure" if key == "closed_on" else model.__tablename__
        assert plans[0].walks(table) == index, plans[0]
    where = Closure if key == "closed_on" else model
    assert key in columns_of(where, index)
