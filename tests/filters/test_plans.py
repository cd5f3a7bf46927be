"""V2, V4, V5: lists, related conditions and search are found by their indexes, says the planner.

No time is taken: on a loaded machine it says nothing. PostgreSQL is told to read whole tables or
to sort only where nothing else will do, since on few rows that is right.
"""

import re
from dataclasses import dataclass

import pytest
from sqlalchemy import event

from crm.activities.fields import MENU as TASKS
from crm.activities.lists import conditions as of_tasks
from crm.activities.models import Task
from crm.companies import lists as companies
from crm.contacts import queries as contacts
from crm.contacts.models import Contact
from crm.contacts.queries import Filters
from crm.contacts.queries.rows import SORTS
from crm.core.db import db
from crm.deals.models import Deal
from crm.deals.queries import pipelines
from crm.deals.queries.asked import MENU as DEALS
from crm.deals.queries.asked import wish_of
from crm.deals.queries.board import wanted_deals
from crm.filters.queries import Asked, Lines, count, part
from crm.search import narrowing
from crm.search import queries as search
from tests.filters.test_agreement import world  # noqa: F401 - both databases

LARGE = {
    "contact", "contact_email", "contact_phone", "company", "company_domain", "deal", "task",
    "entry", "tagging", "field_value", "search_word", "search_typo", "closure", "stage_visit",
    "mark", "entry_fts", "task_fts",
}  # fmt: skip
WHOLE = re.compile(r"^SCAN (\w+?)(?:_\d+)?$|Seq Scan on (\w+)")
RELATED = {
    "a deal that is open": "deals.some(state.is:open)",
    "a deal worth more": "deals.some(amount.gt:10)",
    "no open task": "tasks.none(is_open.is:yes)",
    "a task that is late": "tasks.some(all(is_open.is:yes,due.lt:2026-11-01))",
    "a task that was due, open or not": "tasks.some(due.lt:2026-11-01)",
    "a meeting": "entries.some(kind.is:meeting)",
    "no call": "entries.none(kind.is:call)",
    "a company by name": "company.some(name.is:hafen)",
    "an address": "email.is:ada0.0@hafen.example",
    "a tag": "tags.has:1",
    "two of them": "all(deals.some(amount.gt:10),not(tasks.some(is_open.is:yes)))",
}


@dataclass
class Plan:
    """What the planner says of one statement: the number of the step above each, and its words."""

    statement: str
    steps: list[tuple[int, str]]

    @property
    def whole(self):
        """The large tables that are read from end to end."""
        found = (WHOLE.search(words) for _above, words in self.steps)
        names = {match[1] or match[2] for match in found if match}
        return names & LARGE

    def walks(self, table):
        """The index along which a table is read in order, "" where its rows are sorted."""
        for above, words in self.steps:
            if found := re.search(
                rf"(?:SCAN|SEARCH) {table} USING (?:COVERING )?INDEX (\w+)", words
            ):
                beside = [said for one, said in self.steps if one == above]
                return "" if any("FOR ORDER BY" in said for said in beside) else found[1]
            if found := re.search(rf"Scan (?:Backward )?using (\w+) on {table}\b", words):
                keys = [said for _above, said in self.steps if "Sort Key" in said]
                return "" if any(f"{table}." in said for said in keys) else found[1]
        return ""


def plans_of(work):
    """What the planner says of each statement that `work` runs."""
    said = []

    def note(_connection, _cursor, statement, parameters, *_rest):
        said.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        work()
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    found = [Plan(*one) for one in map(_explained, said) if one]
    db.session.rollback()
    return found


def _explained(said):
    statement, parameters = said
    if not statement.lstrip().upper().startswith(("SELECT", "WITH")):
        return None
    connection = db.session.connection()
    if db.engine.dialect.name == "sqlite":
        rows = connection.exec_driver_sql("EXPLAIN QUERY PLAN " + statement, parameters)
        return statement, [(row[1], row[3]) for row in rows]
    for name in ("seqscan", "sort", "bitmapscan"):
        connection.exec_driver_sql(f"SET LOCAL enable_{name} = off")
    rows = connection.exec_driver_sql("EXPLAIN " + statement, parameters)
    return statement, [(0, row[0]) for row in rows]


def columns_of(model, name):
    """The columns of an index by its name."""
    (found,) = [one for one in model.__table__.indexes if one.name == name]
    return {column.name for column in found.columns}


def nothing_whole(plans):
    """That no statement reads a large table from end to end."""
    assert plans
    for plan in plans:
        assert not plan.whole, (plan.statement, plan.steps)


@pytest.mark.parametrize("sort", sorted(SORTS))
def test_v5_every_order_of_the_list_of_contacts_is_an_index(world, sort):  # noqa: F811
    user = world.users["Olga"]
    key = SORTS[sort][0].key
    for is_turned in (False, True):
        filters = Filters(sort=sort, is_turned=is_turned)
        after = contacts.listed(user, filters).next
        plans = plans_of(lambda f=filters, a=after: contacts.listed(user, f, after=a))
        nothing_whole(plans)
        index = plans[0].walks("contact")
        assert index and key in columns_of(Contact, index), plans[0]
    nothing_whole(plans_of(lambda: contacts.count(user, Filters(sort=sort))))


@pytest.mark.parametrize("text", RELATED.values(), ids=RELATED.keys())
def test_v2_related_conditions_are_found_by_indexes(world, text):  # noqa: F811
    for name in ("Eva", "Olga"):
        user = world.users[name]

        def work(user=user):
            asked = contacts.asked_for(user, {"filter": text})
            assert asked.whole and not asked.broken
            contacts.chosen(asked, None, None, None)
            contacts.chosen_count(asked)

        nothing_whole(plans_of(work))


def test_v5_companies_deals_and_tasks_are_read_by_indexes(world):  # noqa: F811
    user = world.users["Eva"]

    def of_companies():
        asked = companies.asked_for(user, {"sort": "name"})
        companies.listed(asked, None)
        companies.counted(asked, None)

    def of_deals():
        asked = Asked(DEALS, user, {"sort": "amount"})
        rows = wanted_deals(user, wish_of(asked, pipelines()[0].id), Deal.id)
        part(Lines(rows, Deal, asked.order))

    def mine():
        asked = Asked(TASKS, user, {})
        tests = of_tasks(asked)
        part(Lines(db.select(Task.id).where(*tests), Task, asked.order))
        count(tests, Task)

    for work in (of_companies, of_deals, mine):
        nothing_whole(plans_of(work))


@pytest.mark.parametrize("text", ["ada hafen", "hafne", "ada0.0@hafen.example", "0301234567"])
def test_v4_search_finds_by_indexes(world, text):  # noqa: F811
    for name in ("Eva", "Olga"):
        user = world.users[name]
        nothing_whole(plans_of(lambda user=user: search.found(user, text)))
        nothing_whole(plans_of(lambda user=user: narrowing.ids(user, "contact", text)))


@pytest.mark.parametrize("text", ["ada hafen", "hafen.example", "0301234567"])
@pytest.mark.parametrize("often", [0, 10**6])
def test_v5_words_that_many_have_are_asked_by_indexes(world, text, often, monkeypatch):  # noqa: F811
    monkeypatch.setattr(narrowing, "FEW", 0)
    monkeypatch.setattr(narrowing, "OFTEN", often)
    user = world.users["Eva"]

    def work():
        asked = contacts.asked_for(user, {"q": text})
        words = narrowing.narrowing(asked)
        contacts.chosen(asked, words, None, None)
        contacts.chosen_count(asked, words)

    nothing_whole(plans_of(work))
