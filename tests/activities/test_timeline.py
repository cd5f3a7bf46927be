"""L1, L2: what a record's timeline shows, to whom, in which order, and where links lead."""

import pytest
from sqlalchemy import select

from crm.accounts.models import User
from crm.activities import actions
from crm.activities.models import Entry
from crm.companies import actions as companies
from crm.companies.models import Company
from crm.contacts import actions as contacts
from crm.contacts.models import Contact
from crm.core.db import db
from crm.deals import actions as deals
from crm.deals.models import Deal, Stage
from crm.duplicates.actions import merging


def note(ids, who, body, **more):
    return actions.record("note", user_id=ids[who], body=body, **more)


@pytest.fixture
def many(write, ids, ben_id):
    """Thirty notes of Eva, one of Mona, a call; n0 is the oldest."""

    def fill():
        for number in range(30):
            note(ids, "Eva", f"n{number}.", contact_id=ben_id)
        note(ids, "Mona", "From Mona.", contact_id=ben_id)
        actions.record("call", contact_id=ben_id, outcome="reached", user_id=ids["Eva"])

    write(fill)


def texts(page):
    return [node.text.strip() for node in page.by_id("timeline").all("div", class_="text prose")]


def number_of(body):
    return db.session.scalar(select(Entry.id).where(Entry.body == body))


def test_l1_a_timeline_is_filtered_by_type_and_by_person(browse, ben_id, ids, many):
    eva = browse.signed_in("Eva")
    assert texts(eva.get(f"/contacts/{ben_id}?by={ids['Mona']}")) == ["From Mona."]
    calls = eva.get(f"/contacts/{ben_id}?show=talk")
    assert calls.has("Call, reached")
    assert not calls.has("From Mona.")
    both = eva.get(f"/contacts/{ben_id}?show=notes&by={ids['Eva']}")
    assert texts(both)[0] == "n29."
    older = next(a for a in both.root.all("a") if a.get("rel") == "next")["href"]
    assert f"by={ids['Eva']}" in older
    assert "show=notes" in older
    assert texts(eva.get(older.split("#")[0])) == ["n4.", "n3.", "n2.", "n1.", "n0."]


def test_l1_each_person_chooses_which_end_stands_on_top(browse, ben_id, many):
    eva = browse.signed_in("Eva")
    page = eva.get(f"/contacts/{ben_id}")
    assert texts(page)[0] == "From Mona."
    after = page.form(f"/contacts/{ben_id}/timeline-order").submit().follow()
    assert texts(after)[:2] == ["n0.", "n1."]
    older = next(a for a in after.root.all("a") if a.get("rel") == "next")["href"]
    rest = texts(eva.get(older.split("#")[0]))
    assert rest[-1] == "From Mona."
    assert not set(rest) & set(texts(after))
    assert texts(browse.signed_in("Mona").get(f"/contacts/{ben_id}"))[0] == "From Mona."


def test_l1_an_entry_is_pinned_on_top_and_unpinned(browse, ben_id, many):
    eva = browse.signed_in("Eva")
    first = number_of("n0.")
    page = eva.htmx("post", f"/entries/{first}/pin", "section#timeline")
    assert page.by_id(f"pinned-{first}")
    assert texts(page)[0] == "n0."
    assert texts(eva.get(f"/contacts/{ben_id}"))[0] == "n0."
    assert eva.post(f"/entries/{first}/unpinning").status == 303
    assert texts(eva.get(f"/contacts/{ben_id}"))[0] == "From Mona."


def test_l1_a_permanent_link_shows_an_entry_of_an_older_page(browse, ben_id, many):
    eva = browse.signed_in("Eva")
    old = number_of("n3.")
    assert "n3." not in texts(eva.get(f"/contacts/{ben_id}"))
    page = eva.get(f"/contacts/{ben_id}?entry={old}")
    assert page.by_id(f"event-{old}")
    assert texts(page) == ["n3.", "n2.", "n1.", "n0."]
    assert eva.get(f"/contacts/{ben_id}?entry=999999").has("From Mona.")
    for junk in ("entry", "by"):
        assert eva.get(f"/contacts/{ben_id}?{junk}={'9' * 40}").has("From Mona.")


def test_l1_nobody_else_pins_or_reads_an_entry_of_another_team(browse, many):
    number = number_of("n3.")
    otto, rita = browse.signed_in("Otto"), browse.signed_in("Rita")
    assert otto.get(f"/entries/{number}").status == 404
    assert otto.post(f"/entries/{number}/pin").status == 404
    assert rita.post(f"/entries/{number}/pin").status == 403
    assert rita.get(f"/entries/{number}").status == 200


@pytest.fixture
def hafen(cast, write, ids):
    """Hafen with Mira of Sales, and Karl who belongs to Otto's team."""

    def add():
        eva, otto = db.session.get(User, ids["Eva"]), db.session.get(User, ids["Otto"])
        house = companies.create(name="Hafen GmbH", owner_id=eva.id, team_id=cast.sales.id, by=eva)
        db.session.flush()
        people = [
            contacts.create(name="Mira", company_id=house.id, owner_id=eva.id,
                            team_id=cast.sales.id, by=eva),
            contacts.create(name="Karl", company_id=house.id, owner_id=otto.id,
                            team_id=otto.teams[0].id, by=otto),
        ]  # fmt: skip
        db.session.flush()
        note(ids, "Eva", "Mira said yes.", contact_id=people[0].id, company_id=house.id)
        note(ids, "Otto", "Karl said no.", contact_id=people[1].id)
        note(ids, "Otto", "Karl again.", contact_id=people[1].id, company_id=house.id)
        return house.id, people[0].id

    return write(add)


def test_l2_a_company_shows_what_its_people_said_once_and_only_what_one_may_see(browse, hafen):
    house, _mira = hafen
    seen = texts(browse.signed_in("Eva").get(f"/companies/{house}"))
    assert seen == ["Mira said yes."]
    assert sorted(texts(browse.signed_in("Olga").get(f"/companies/{house}"))) == [
        "Karl again.", "Karl said no.", "Mira said yes.",
    ]  # fmt: skip


def test_l2_the_entries_of_a_company_name_and_link_whom_they_are_about(browse, hafen, write, ids):
    house, mira = hafen
    write(lambda: note(ids, "Eva", "Of the house.", company_id=house))
    page = browse.signed_in("Eva").get(f"/companies/{house}")
    heads = [node.text.split() for node in page.by_id("timeline").all("h3")]
    assert ["Note", "by", "Eva", "Mira"] in heads
    assert ["Note", "by", "Eva"] in heads
    names = page.by_id("timeline").all("a", class_="about")
    assert {(one["href"], one.text) for one in names} == {(f"/contacts/{mira}", "Mira")}
    own = browse.signed_in("Eva").get(f"/contacts/{mira}")
    assert not own.by_id("timeline").all("a", class_="about")


def test_l2_a_deal_names_its_contact_to_those_who_see_the_contact(browse, secret, ben_id):
    def linked(who):
        timeline = browse.signed_in(who).get(f"/deals/{secret}").by_id("timeline")
        return {one["href"] for one in timeline.all("a", class_="about")}

    assert linked("Olga") == {f"/contacts/{ben_id}"}
    assert linked("Otto") == set()


def test_l2_who_leaves_the_company_leaves_there_what_was_said_until_then(browse, hafen, write, ids):
    house, mira = hafen
    write(lambda: note(ids, "Eva", "Only hers.", contact_id=mira))
    eva = browse.signed_in("Eva")
    assert "Only hers." in texts(eva.get(f"/companies/{house}"))

    def move():
        eva = db.session.get(User, ids["Eva"])
        new = companies.create(name="Fjordtek", owner_id=eva.id, by=eva)
        db.session.flush()
        db.session.get(Contact, mira).company_id = new.id
        return new.id

    new = write(move)
    write(lambda: note(ids, "Eva", "At the new one.", contact_id=mira))
    assert texts(eva.get(f"/companies/{new}")) == ["At the new one."]
    old = eva.get(f"/companies/{house}")
    assert texts(old) == ["Only hers.", "Mira said yes."]
    assert old.by_id("timeline").all("a", class_="about")[0]["href"] == f"/contacts/{mira}"
    assert len(texts(eva.get(f"/contacts/{mira}"))) == 3
    write(lambda: setattr(db.session.get(Contact, mira), "company_id", house))
    assert texts(eva.get(f"/companies/{house}")) == ["Only hers.", "Mira said yes."]


def test_l2_what_somebody_left_behind_goes_along_where_the_company_is_merged(
    browse, hafen, write, ids
):
    house, mira = hafen
    write(lambda: note(ids, "Eva", "Only hers.", contact_id=mira))

    def merge():
        eva = db.session.get(User, ids["Eva"])
        db.session.get(Contact, mira).company_id = None
        other = companies.create(name="Hafen AG", owner_id=eva.id, by=eva)
        db.session.flush()
        merging.merge(other, db.session.get(Company, house), eva)
        return other.id

    other = write(merge)
    assert "Only hers." in texts(browse.signed_in("Eva").get(f"/companies/{other}"))


def test_l2_a_slip_of_the_act_that_adds_somebody_is_no_leaving(browse, hafen, write, cast):
    house, _mira = hafen

    def enter():
        by = db.session.get(User, cast["Eva"].id)
        contacts.enter(name="Uwe", company_id=house, company="Fjordtek", by=by,
                       owner_id=by.id, team_id=cast.sales.id)  # fmt: skip

    write(enter)
    assert not browse.signed_in("Eva").get(f"/companies/{house}?show=changes").has("Uwe")


@pytest.fixture
def secret(the_clock, write, ids, ben_id):
    """Otto's deal with Eva's contact Ben, begun a day after Ben's first note."""
    write(lambda: note(ids, "Eva", "Before the deal.", contact_id=ben_id))
    the_clock.forward(days=1)

    def add():
        deals.create_default_pipeline()
        db.session.flush()
        stage = db.session.scalars(select(Stage).order_by(Stage.id)).first()
        deals.create("Secret", stage=stage, by=db.session.get(User, ids["Otto"]),
                     contact=db.session.get(Contact, ben_id), amount_cents=100)  # fmt: skip
        db.session.flush()
        deal = db.session.scalars(select(Deal)).one()
        deal.team_id = db.session.get(User, ids["Otto"]).teams[0].id
        note(ids, "Otto", "Canary price.", contact_id=ben_id, deal_id=deal.id)
        note(ids, "Eva", "After it began.", contact_id=ben_id)
        return deal.id

    return write(add)


def test_l2_a_contact_hides_what_was_said_about_a_deal_of_another_team(browse, secret, ben_id):
    eva, olga = browse.signed_in("Eva"), browse.signed_in("Olga")
    assert not eva.get(f"/contacts/{ben_id}").has("Canary price.")
    assert olga.get(f"/contacts/{ben_id}").has("Canary price.")


def test_l2_a_deal_shows_its_contact_from_its_own_start(browse, secret):
    seen = texts(browse.signed_in("Olga").get(f"/deals/{secret}"))
    assert "After it began." in seen
    assert "Canary price." in seen
    assert "Before the deal." not in seen
    # Otto sees his deal, and nothing of the contact that is another team's.
    assert texts(browse.signed_in("Otto").get(f"/deals/{secret}")) == ["Canary price."]


def test_l1_changed_facts_stand_in_the_timeline(browse, ben_id):
    eva = browse.signed_in("Eva")
    form = eva.get(f"/contacts/{ben_id}/edit").form(
        f"/contacts/{ben_id}/edit", job_title="Head of IT"
    )
    assert form.submit().status == 303
    page = eva.get(f"/contacts/{ben_id}?show=changes")
    assert page.has("Changed: job title")
    assert page.has("nothing → Head of IT, by Eva")
    assert (
        eva.get(f"/contacts/{ben_id}/edit").form(f"/contacts/{ben_id}/edit").submit().status == 303
    )
    changes = db.session.scalars(select(Entry).where(Entry.kind == "change")).all()
    assert [one.details for one in changes] == [{"job_title": ["", "Head of IT"]}]


def test_l1_a_change_says_whether_somebody_or_a_rule_made_it(browse, ben_id, ids, write):
    def change():
        told = {"job_title": ["", "Head"]}
        actions.record("change", contact_id=ben_id, actor="rule", details=told)
        actions.record("lifecycle", contact_id=ben_id, actor="rule", title="Contacted to Customer")
        actions.record("lifecycle", contact_id=ben_id, user_id=ids["Mona"], title="Back again")

    write(change)
    page = browse.signed_in("Eva").get(f"/contacts/{ben_id}?show=changes")
    said = [node.text.strip() for node in page.by_id("timeline").all("p", class_="meta")]
    assert said[0].startswith("By Mona")
    assert said[1:3] == ["By a rule", "nothing → Head, by a rule"]


def test_l2_what_is_said_on_a_deal_stands_on_the_company_of_the_deal(browse, hafen, write, ids):
    house, mira = hafen
    stage = write(deals.create_default_pipeline).stages[0].id

    def add():
        eva = db.session.get_one(User, ids["Eva"])
        cedar = companies.create(name="Cedar", owner_id=eva.id, by=eva)
        db.session.flush()
        for name, contact in (("Alone", None), ("Mixed", db.session.get_one(Contact, mira))):
            deal = deals.create(
                name, stage=db.session.get_one(Stage, stage), by=eva, contact=contact
            )
            deal.company_id = cedar.id
        return cedar.id

    cedar = write(add)
    eva = browse.signed_in("Eva")
    for deal in db.session.scalars(select(Deal.id).order_by(Deal.id)).all():
        eva.post(f"/deals/{deal}/notes", data={"body": f"Said on {deal}."})
    alone, mixed = "Said on 1.", "Said on 2."
    assert texts(eva.get(f"/companies/{cedar}")) == [mixed, alone]
    assert mixed not in texts(eva.get(f"/companies/{house}"))
    assert mixed in texts(eva.get(f"/contacts/{mira}"))
    # Also where its contact belonged there for a while.
    for there in (cedar, house):
        write(lambda at=there: setattr(db.session.get(Contact, mira), "company_id", at))
    assert texts(eva.get(f"/companies/{cedar}")) == [mixed, alone]
    assert texts(eva.get(f"/companies/{house}")) == ["Mira said yes."]
