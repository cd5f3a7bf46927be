"""V7: from a list to a batch: rows chosen, all that match, what the act asks, who may."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, insert, select

from crm.accounts.models import User
from crm.activities import actions as activities
from crm.activities.models import Task
from crm.batches import actions, jobs
from crm.batches.models import Batch
from crm.companies import actions as companies
from crm.contacts import actions as contacts
from crm.contacts.models import Contact, Tag, Tagging
from crm.core import clock
from crm.core.db import db
from crm.filters.rules import dumps
from crm.notices.models import Notice


def wearing(name):
    db.session.remove()
    return db.session.scalar(
        select(func.count()).select_from(Tagging).join(Tag).where(Tag.name == name)
    )


def last_batch():
    db.session.remove()
    return db.session.scalars(select(Batch).order_by(Batch.id.desc())).first()


@pytest.fixture
def five(cast, write):
    """Five contacts of the Sales team."""
    return write(
        lambda: [
            contacts.create(
                name=f"Row {n}", team_id=cast.sales.id, owner_id=cast["Eva"].id, by=cast["Eva"]
            ).id
            for n in range(5)
        ]
    )


@pytest.fixture
def number_of(cast):
    """The numbers of the people, by first name."""
    return {name: user.id for name, user in cast.users.items()}


def bar(person, record, ids, act, query="", **more):
    """The form of an act for these rows; ids None: all that match the query."""
    asked = {"record": record, "query": query, "act": act, **more}
    asked |= {"all": "1"} if ids is None else {"id": [str(one) for one in ids]}
    return person.get("/batches/new", query_string=asked)


def go(person, page, **said):
    """Look what would change, do it, and give the page of the batch."""
    tried = page.form("/batches").submit(**said).follow()
    return tried.form(f"/batches/{last_batch().id}/start").submit().follow()


def test_v7_chosen_rows_are_tried_then_done_at_once_and_undone(browse, five):
    eva = browse.signed_in("Eva")
    assert eva.get("/contacts").root.all("input", name="id", form="chosen")
    page = bar(eva, "contact", five[:3], "contacts.tag")
    assert page.has("3 rows chosen")
    tried = page.form("/batches").submit(tag="vip all").follow()
    assert tried.has("Add the tag “vip all”")
    assert tried.has("3 to do")
    assert wearing("vip all") == 0
    done = tried.form(f"/batches/{last_batch().id}/start").submit().follow()
    assert done.has("3 done")
    assert wearing("vip all") == 3
    assert done.form(f"/history/{last_batch().change_set_id}/undo").submit().status == 303
    assert wearing("vip all") == 0


def test_v7_all_that_match_are_the_rows_of_the_list_and_no_others(
    browse, write, cast, number_of, the_clock
):
    """500 match; one is of another team, two change before the work, a worker dies on the way."""

    sales = cast.sales.id

    def add():
        made = [
            contacts.create(name=f"Match {n:03}", team_id=cast.sales.id, source="fair").id
            for n in range(500)
        ]
        contacts.create(name="Match of Partners", team_id=cast.partners.id, source="fair")
        return made

    made = write(add)
    eva = browse.signed_in("Eva")
    fair = dumps({"field": "source", "op": "is", "values": ["fair"]})
    query = eva.get("/contacts", query_string={"filter": fair}).root.one(
        "input", name="query", type="hidden"
    )["value"]
    page = bar(eva, "contact", None, "contacts.tag", query)
    assert page.has("500 rows: all that match the list")
    tried = page.form("/batches").submit(tag="fair").follow()
    assert tried.has("Looking what would change")
    number = last_batch().id
    jobs.work_on(number)
    assert last_batch().counts == {"planned": 500}
    write(lambda: contacts.tag(db.session.get(Contact, made[0]), "fair"))
    write(
        lambda: contacts.delete(
            db.session.get(Contact, made[1]), db.session.get(User, number_of["Eva"])
        )
    )
    write(lambda: contacts.create(name="Late", team_id=sales, source="fair"))
    eva.post(f"/batches/{number}/start")
    assert write(lambda: actions.claim(number, "dead"))
    assert write(lambda: actions.step(number, "dead"))
    the_clock.forward(seconds=61)
    jobs.work_on(number)
    assert last_batch().counts == {"done": 498, "skipped": 1, "refused": 1}
    assert wearing("fair") == 499
    rows = eva.get(f"/batches/{number}?state=refused")
    assert rows.has("It is gone, or you may not see it.")


def test_v7_a_list_without_its_view_is_not_the_view_it_would_open_with(browse, five):
    eva = browse.signed_in("Eva")
    page = bar(eva, "contact", None, "contacts.trash", "q=row")
    assert page.has("5 rows: all that match the list")


def test_v7_giving_many_away_tells_the_new_owner_once(browse, number_of, five):
    mona = browse.signed_in("Mona")
    finn = number_of["Finn"]
    told = lambda: db.session.scalars(  # noqa: E731
        select(Notice.title).where(Notice.user_id == finn)
    ).all()
    before = len(told())
    done = go(mona, bar(mona, "contact", five, "contacts.give"), to=str(finn))
    assert done.has("5 done")
    assert told()[before:] == ["Mona Keller gave you 5 contacts"]
    assert (
        db.session.scalar(select(func.count()).select_from(Contact).where(Contact.owner_id == finn))
        == 5
    )


def test_v7_a_field_is_picked_then_set(browse, five):
    eva = browse.signed_in("Eva")
    offers = bar(eva, "contact", five[:2], "contacts.set")
    assert offers.has("Job title")
    page = bar(eva, "contact", five[:2], "contacts.set", picked="job_title")
    done = go(eva, page, value="Head of Sales")
    assert done.has("Set “Job title” to Head of Sales")
    titles = db.session.scalars(select(Contact.job_title).where(Contact.id.in_(five))).all()
    assert sorted(filter(None, titles)) == ["Head of Sales", "Head of Sales"]
    again = bar(eva, "contact", five[:2], "contacts.set", picked="job_title")
    assert again.form("/batches").submit(value="Head of Sales").follow().has("It says so already.")


def test_v7_contacts_become_nobodys(browse, five, write, cast):
    def know():
        for number, owner in zip(five[:3], ("Eva", "Finn", None), strict=True):
            contact = db.session.get_one(Contact, number)
            contact.owner_id, contact.team_id = owner and cast[owner].id, cast.sales.id

    write(know)
    eva = browse.signed_in("Eva")
    done = go(eva, bar(eva, "contact", five[:3], "contacts.give"), to="0")
    assert done.has("Give to nobody") and done.has("1 done")
    assert done.has("Only a manager takes records from others.")
    assert done.has("Nobody has it already.")
    db.session.expire_all()
    owners = [db.session.get_one(Contact, number).owner_id for number in five[:3]]
    assert owners[0] is None and owners[1] is not None
    mona = browse.signed_in("Mona")
    assert go(mona, bar(mona, "contact", five[1:2], "contacts.give"), to="0").has("1 done")


def test_v7_the_lifecycle_moves_only_where_its_guards_let_it(browse, five):
    eva = browse.signed_in("Eva")
    page = bar(eva, "contact", five[:2], "contacts.move")
    choice = next(n for n in page.root.all("select") if n["name"] == "to")
    assert "incomplete" not in {n["value"] for n in choice.all("option")}
    forced = page.form("/batches").submit(to="incomplete")
    assert forced.status == 422
    tried = page.form("/batches").submit(to="customer").follow()
    assert tried.has("2 refused")
    done = go(eva, bar(eva, "contact", five[:2], "contacts.move"), to="disqualified", reason="Spam")
    assert done.has("2 done")


def test_v7_companies_are_given_set_and_trashed(browse, write, cast, number_of):
    ids = write(
        lambda: [
            companies.create(f"Firm {n}", team_id=cast.sales.id, by=cast["Eva"]).id for n in "ab"
        ]
    )
    mona = browse.signed_in("Mona")
    assert mona.get("/companies").root.all("input", name="id", form="chosen")
    assert go(mona, bar(mona, "company", ids, "companies.give"), to=str(number_of["Finn"])).has(
        "2 done"
    )
    page = bar(mona, "company", ids, "companies.set", picked="city")
    assert go(mona, page, value="Kiel").has("Set “City” to Kiel")
    assert go(mona, bar(mona, "company", ids, "companies.trash")).has("2 done")


def test_v7_tasks_are_ticked_off_put_off_and_given_away(browse, write, cast, number_of):
    eva, finn = cast["Eva"], number_of["Finn"]
    ids = write(
        lambda: [activities.add_task(f"Call {n}", owner_id=eva.id, by=eva).id for n in range(3)]
    )
    mona, me = browse.signed_in("Mona"), browse.signed_in("Eva")
    assert me.get("/tasks").root.all("input", name="id", form="chosen")
    assert bar(me, "task", None, "tasks.done", "when=open").has("3 rows: all that match the list")
    assert go(me, bar(me, "task", ids, "tasks.shift"), until="day", day="2026-11-30").has("3 done")
    assert go(mona, bar(mona, "task", ids[:2], "tasks.give"), to=str(finn)).has("2 done")
    assert db.session.scalars(select(Notice.title).where(Notice.user_id == finn)).all() == [
        "Mona Keller gave you 2 tasks"
    ]
    done = go(mona, bar(mona, "task", ids, "tasks.done"))
    assert done.has("3 done")


@pytest.mark.parametrize(
    ("said", "words", "days", "count"),
    [
        # Today is Tuesday, 24 November 2026: one task is for Friday, which is later than tomorrow,
        # one was late last Friday, at ten: it keeps its hour.
        ({"until": "tomorrow"}, "until tomorrow", ["2026-11-27", "2026-11-25 10:00"], 1),
        ({"until": "next_week"}, "until next week", ["2026-12-01", "2026-12-01 10:00"], 2),
        ({"until": "days", "days": "3"}, "by 3 days", ["2026-11-30", "2026-11-27 10:00"], 2),
        ({"until": "day", "day": "2026-11-27"}, "to 2026", ["2026-11-27", "2026-11-27 10:00"], 1),
        ({"until": "day", "day": "2026-11-26"}, "to 2026", ["2026-11-26", "2026-11-26 10:00"], 2),
    ],
)
def test_v7_tasks_are_put_off_by_words_and_by_days(browse, write, cast, said, words, days, count):
    def tasks():
        eva = cast["Eva"]
        friday = activities.add_task("A", owner_id=eva.id, due_on=date(2026, 11, 27), by=eva)
        late = datetime.fromisoformat("2026-11-20T10:00:00+01:00")
        return [friday.id, activities.add_task("B", owner_id=eva.id, due_at=late, by=eva).id]

    ids = write(tasks)
    me = browse.signed_in("Eva")
    done = go(me, bar(me, "task", ids, "tasks.shift"), **said)
    assert done.has(f"Put off {words}") and done.has(f"{count} done")
    assert done.has("already.") == (count == 1)
    berlin = ZoneInfo("Europe/Berlin")
    due = [(one.due_on, one.due_at) for one in map(lambda n: db.session.get_one(Task, n), ids)]
    assert [str(on) if on else f"{at.astimezone(berlin):%Y-%m-%d %H:%M}" for on, at in due] == days
    snoozed = [db.session.get_one(Task, n).snoozes for n in ids]
    assert snoozed == [count - 1, 1]
    bad = bar(me, "task", ids, "tasks.shift").form("/batches").submit(until="days", days="0")
    assert bad.status == 422 and bad.has("Say by how many days")


def test_v7_who_may_only_read_gets_no_boxes_and_no_acts(browse, five):
    rita = browse.signed_in("Rita")
    assert not rita.get("/contacts").root.all("input", name="id")
    asked = {"record": "contact", "id": str(five[0]), "act": "contacts.trash"}
    assert rita.get("/batches/new", query_string=asked).status in {403, 404}
    assert rita.post("/batches", data=asked).status == 403


def test_v7_rows_of_other_teams_are_refused_whatever_the_form_sends(browse, write, cast):
    foreign = write(lambda: contacts.create(name="Canary", team_id=cast.partners.id).id)
    eva = browse.signed_in("Eva")
    tried = bar(eva, "contact", [foreign], "contacts.trash").form("/batches").submit().follow()
    assert tried.has("It is gone, or you may not see it.")
    assert not tried.has("Canary")


def test_v7_what_a_form_cannot_mean_is_answered_with_words(browse, five):
    eva = browse.signed_in("Eva")
    assert bar(eva, "nothing", five, "contacts.tag").status == 404
    assert bar(eva, "contact", five, "deals.trash").status == 404
    assert bar(eva, "contact", [], "contacts.tag").has("Nothing is chosen")
    page = bar(eva, "contact", five, "contacts.tag")
    assert page.form("/batches").submit(tag=" ").status == 422
    assert bar(eva, "contact", five, "").has("Move to the trash")


def test_v5_a_list_counts_to_a_thousand_and_tells_the_exact_number_when_asked(cast, write, browse):
    def add():
        common = {"first_name": "", "last_name": "Heron", "source": "", "version": 1,
                  "lifecycle": "customer", "lifecycle_at": clock.now(), "team_id": cast.sales.id,
                  "created_at": clock.now(), "updated_at": clock.now()}  # fmt: skip
        rows = [common | {"name": f"Heron {n}", "sort_name": f"heron {n}"} for n in range(1206)]
        rows[0] |= {"team_id": cast["Otto"].team_ids[0]}  # Eva does not see it
        db.session.execute(insert(Contact), rows)

    write(add)
    eva = browse.signed_in("Eva")
    for address in ("/contacts?lifecycle=customer", "/contacts?lifecycle=customer&group=owner"):
        page = eva.get(address)
        assert page.has("1,000+") and not page.has("1,205")
        link = page.by_id("list-total")
        assert link.text == "Count all"
        whole = eva.get(link["href"])
        assert whole.is_page and whole.has("1,205 rows in all")
        part = eva.htmx("get", link["hx-get"], "a#list-total")
        assert not part.is_page and part.root.children[0]["id"] == "list-total"
        assert part.has("1,205 rows in all")
    assert not eva.get("/contacts?lifecycle=captured").root.all(id="list-total")
    assert eva.get("/batches/new?record=contact&query=lifecycle%3Dcustomer&all=1").has("1,205 rows")
    assert browse.signed_in("Rita").get(link["href"]).status == 200
    assert eva.get("/batches/count?record=nonsense").status == 404
