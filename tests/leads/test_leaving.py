"""O3: who leaves hands on what they have, as one act that can be undone; then the account ends."""

import pytest
from sqlalchemy import func, select, update

from crm.accounts import actions as accounts
from crm.accounts.models import LoginSession, User
from crm.activities import actions as activities
from crm.activities.models import Task
from crm.batches import actions as batches
from crm.batches import jobs
from crm.batches.models import Batch, BatchItem
from crm.companies import actions as companies
from crm.companies.models import Company
from crm.contacts import actions as contacts
from crm.contacts.models import Contact
from crm.core import clock
from crm.core.db import db
from crm.core.refusal import Refused
from crm.deals.models import Deal
from crm.demo import deals as demo_deals
from crm.fields import actions as fields
from crm.fields import queries
from crm.filters import actions as filters
from crm.history.models import ChangeSet
from crm.leads import actions as leads
from crm.leads import jobs as jobs_of_leads
from crm.leads import leaving, letters
from crm.leads.models import AnswerClock, PoolMember
from crm.mail.models import Outbox
from crm.notices.models import Notice
from tests.leads.conftest import ADA

EVA = "Eva Lindqvist"


@pytest.fixture
def desk(app, cast, write):
    """Four contacts, a company and a task of Eva's, and a place in a pool if there is one."""

    def fill():
        eva = cast["Eva"]
        people = [
            contacts.create(name=f"Person {n}", owner_id=eva.id, team_id=cast.sales.id, by=eva)
            for n in range(4)
        ]
        companies.create("Desk GmbH", owner_id=eva.id, team_id=cast.sales.id)
        activities.add_task("Call them", owner_id=eva.id, contact_id=people[0].id, by=eva)
        db.session.flush()

    write(fill)
    return {name: cast[name].id for name in ("Eva", "Finn", "Sam", "Olga", "Adam", "Mona")}


def user(number):
    return db.session.get(User, number)


def leave(write, desk, choices, by="Olga"):
    number = write(lambda: leaving.plan(user(desk["Eva"]), choices, user(desk[by])).id)
    write(lambda: batches.start(db.session.get(Batch, number), user(desk[by])))
    jobs.work_on(number)
    db.session.expire_all()
    return db.session.get(Batch, number)


def owned(model, number):
    return db.session.scalar(select(func.count()).where(model.owner_id == number))


def test_o3_contacts_are_split_evenly_and_the_rest_goes_to_one(desk, write):
    choices = {
        "contact": "evenly", "company": str(desk["Sam"]), "task": str(desk["Finn"]),
        "people": [desk["Finn"], desk["Sam"]],
    }  # fmt: skip
    batch = leave(write, desk, choices)
    assert (batch.state, batch.error) == ("done", "")
    assert owned(Contact, desk["Finn"]) == 2 and owned(Contact, desk["Sam"]) == 2
    assert owned(Company, desk["Sam"]) == 1
    assert db.session.scalars(select(Task.owner_id).where(Task.title == "Call them")).all() == [
        desk["Finn"]
    ]


@pytest.fixture
def accounts_of_eva(desk, cast, write):
    """Two people and a deal at Hafen, one person with a deal and a task elsewhere, two alone."""

    def fill():
        eva, sales = cast["Eva"], cast.sales.id
        demo_deals.add(cast)
        db.session.execute(update(Deal).values(owner_id=cast["Mona"].id))
        hafen = companies.create("Nordhafen AG", owner_id=eva.id, team_id=sales)
        db.session.flush()
        known = {"owner_id": eva.id, "team_id": sales, "by": eva}
        mira = contacts.create(name="Mira Nord", company_id=hafen.id, **known)
        holger = contacts.create(name="Holger Nord", company_id=hafen.id, **known)
        oskar = contacts.create(name="Oskar Allein", **known)
        db.session.flush()
        mine = list(db.session.scalars(select(Deal).where(Deal.stage.has(kind="open")).limit(2)))
        for deal, contact in zip(mine, (holger, oskar), strict=True):
            deal.owner_id, deal.contact_id, deal.company_id = eva.id, contact.id, None
        activities.add_task("Ask Oskar", owner_id=eva.id, contact_id=oskar.id, by=eva)
        db.session.flush()
        return {"mira": mira.id, "holger": holger.id, "oskar": oskar.id, "hafen": hafen.id,
                "deals": [one.id for one in mine]}  # fmt: skip

    return write(fill)


def test_o3_an_account_stays_with_one_person(desk, accounts_of_eva, write, browse):
    kinds = dict.fromkeys(("contact", "company", "deal", "task"), "evenly")
    batch = leave(write, desk, {**kinds, "people": [desk["Finn"], desk["Sam"]]})
    known = accounts_of_eva

    def owner(model, number):
        return db.session.get_one(model, number).owner_id

    nord = {owner(Contact, known["mira"]), owner(Contact, known["holger"]),
            owner(Company, known["hafen"]), owner(Deal, known["deals"][0])}  # fmt: skip
    task = db.session.scalars(select(Task.owner_id).where(Task.title == "Ask Oskar")).one()
    alone = {owner(Contact, known["oskar"]), owner(Deal, known["deals"][1]), task}
    # The largest account, Nord with 4 rows, goes to the first; Oskar with 3 to who has nothing.
    assert (nord, alone) == ({desk["Finn"]}, {desk["Sam"]})
    split = [
        db.session.scalar(select(func.count()).where(BatchItem.batch_id == batch.id, to == one))
        for one in (desk["Finn"], desk["Sam"])
        for to in [BatchItem.payload["to"].as_integer()]
    ]
    assert abs(split[0] - split[1]) <= 1, "and each has as much as the other"
    deal = db.session.get_one(Deal, known["deals"][0])
    words = f"Open deal, {deal.stage.name}"
    number = batch.id
    sheet = browse.signed_in("Finn").get(f"/hand-overs/{number}")
    assert sheet.has(words), "the sheet says what a thing is, and how a deal stands"


def test_o3_the_account_ends_with_the_last_thing(desk, write):
    write(lambda: accounts.start_session(user(desk["Eva"])))
    leave(write, desk, {"contact": str(desk["Finn"])})
    eva = user(desk["Eva"])
    assert not eva.is_active
    open_ones = select(func.count()).where(
        LoginSession.user_id == eva.id, LoginSession.revoked_at.is_(None)
    )
    assert db.session.scalar(open_ones) == 0


def test_o3_each_receiver_gets_one_mail_with_a_sheet(desk, write, browse):
    batch = leave(write, desk, {"contact": "evenly", "people": [desk["Finn"], desk["Sam"]]})
    sent = db.session.scalars(select(Outbox.user_id).where(Outbox.kind == "leaving.sheet")).all()
    assert sorted(sent) == sorted([desk["Finn"], desk["Sam"]])
    number = batch.id
    finn = browse.signed_in("Finn").get(f"/hand-overs/{number}")
    assert finn.has("Person 0") and finn.has("Person 2") and not finn.has("Person 1")
    assert finn.has("Call them"), "the next task stands beside the contact"
    assert browse.signed_in("Otto").get(f"/hand-overs/{number}").status == 404
    assert browse.signed_in("Olga").get(f"/hand-overs/{number}").has("Person 1")


def test_o3_one_undo_gives_everything_back(desk, write, browse):
    batch = leave(write, desk, {"contact": str(desk["Finn"]), "company": str(desk["Finn"])})
    number = batch.change_set_id
    assert owned(Contact, desk["Eva"]) == 0
    olga = browse.signed_in("Olga")
    assert olga.post(f"/history/{number}/undo").follow().has("stays switched off.")
    own = db.session.scalars(select(Batch.id).where(Batch.change_set_id == number)).one()
    assert (
        olga.get(f"/batches/{own}")
        .by_id("undone")
        .all("a")[1]["href"]
        .startswith("/settings/users/")
    )
    db.session.expire_all()
    assert owned(Contact, desk["Eva"]) == 4 and owned(Company, desk["Eva"]) == 1


def bell_of(number):
    found = select(Notice.title).where(Notice.user_id == number).order_by(Notice.id)
    return db.session.scalars(found).all()


def test_o3_an_undo_takes_the_sheets_of_receivers_back(desk, write, browse):
    batch = leave(write, desk, {"contact": "evenly", "people": [desk["Finn"], desk["Sam"]]})
    number, set_id = batch.id, batch.change_set_id
    jobs_of_leads.sweep_hand_overs()
    told = bell_of(desk["Finn"])
    kept = db.session.scalars(select(Contact).where(Contact.owner_id == desk["Finn"])).first().id
    sam = desk["Sam"]
    write(lambda: setattr(db.session.get(Contact, kept), "owner_id", sam))
    olga = browse.signed_in("Olga")
    olga.post(f"/history/{set_id}/undo")
    finn = browse.signed_in("Finn").get(f"/hand-overs/{number}")
    assert finn.by_id("undone").text.startswith("This hand-over was undone. It went back to Eva")
    assert finn.has("Nothing of it stayed") and not finn.has("Person 2")
    # A sheet that had not left yet does not leave any more.
    row = db.session.scalars(select(Outbox).where(Outbox.kind == "leaving.sheet")).first()
    assert letters.is_taken_back(row) == "the hand-over was undone"
    for _ in range(2):
        jobs_of_leads.sweep_hand_overs()
    went = f"What you got of {EVA} went back: it was undone"
    assert bell_of(desk["Finn"]) == [*told, went]
    # Done again, it counts again.
    undone = db.session.scalars(select(ChangeSet.id).where(ChangeSet.undo_of_id == set_id)).one()
    olga.post(f"/history/{undone}/undo")
    jobs_of_leads.sweep_hand_overs()
    assert bell_of(desk["Finn"])[-1] == f"What you got of {EVA} is yours again"
    assert not browse.signed_in("Finn").get(f"/hand-overs/{number}").has("was undone")


def test_o3_a_promise_keeps_its_time(desk, write, the_clock):
    number = write(lambda: leads.capture(ADA).contact.id)
    contact = db.session.get(Contact, number)
    if contact.owner_id != desk["Eva"]:
        write(
            lambda: leads.hand_over(
                db.session.get(Contact, number), user(desk["Eva"]), user(desk["Mona"])
            )
        )
    before = set(
        db.session.scalars(
            select(AnswerClock.due_at).where(
                AnswerClock.contact_id == number, AnswerClock.ended_at.is_(None)
            )
        )
    )
    leave(write, desk, {"contact": str(desk["Finn"])})
    after = db.session.execute(
        select(AnswerClock.due_at, AnswerClock.owner_id).where(
            AnswerClock.contact_id == number, AnswerClock.ended_at.is_(None)
        )
    ).all()
    assert {due for due, _ in after} == before
    assert {owner for _, owner in after} <= {desk["Finn"]}
    assert clock.now()


def test_o3_who_may_not_is_refused_before_anything_is_planned(desk, write):
    for by, choices in (
        ("Eva", {"contact": str(desk["Finn"])}),
        ("Mona", {"contact": str(desk["Finn"])}),
        ("Olga", {}),
        ("Olga", {"contact": "evenly"}),
    ):
        with pytest.raises(Refused):
            write(
                lambda by=by, choices=choices: leaving.plan(
                    user(desk["Eva"]), choices, user(desk[by])
                )
            )
    assert db.session.scalar(select(func.count()).select_from(Batch)) == 0


def test_o3_the_page_lists_what_they_have_and_plans_it(desk, browse):
    olga = browse.signed_in("Olga")
    path = f"/settings/users/{desk['Eva']}/leaving"
    page = olga.get(path)
    assert page.has("Contacts") and page.has("Open tasks")
    done = page.form(path, **{"to-contact": str(desk["Finn"]), "to-task": "", "to-company": ""})
    answer = done.submit()
    assert answer.status == 303 and "/batches/" in answer.location
    assert answer.follow().has("Hand on what Eva")
    assert browse.signed_in("Mona").get(path).status == 403
    assert db.session.scalar(select(func.count()).select_from(PoolMember)) is not None


def test_o6_the_history_names_who_handed_on_and_no_import(desk, write):
    batch = leave(write, desk, {"contact": str(desk["Finn"])})
    made = db.session.get_one(ChangeSet, batch.change_set_id)
    assert (made.actor, made.user_id) == ("user", desk["Olga"])


def test_o3_the_mail_of_the_sheet_is_a_notice_whose_records_open_after_signing_in(desk, write):
    leave(write, desk, {"contact": str(desk["Finn"])})
    row = db.session.scalars(select(Outbox).where(Outbox.kind == "leaving.sheet")).one()
    letter = letters.compose_leaving(row)
    assert letter.headers["X-Tend-Kind"] == "notice"
    found = [one["link"] for one in letter.context["lines"] if one["kind"] == "Contact"]
    assert len(found) == 4 and all("/go/" in link for link in found)


@pytest.fixture
def named(desk, cast, write):
    """Eva in an own field of Finn's contact, as owner in the trash, and in a condition."""

    def fill():
        field = fields.create("contact", "Account manager", "user", by=None)
        finn, eva = user(desk["Finn"]), user(desk["Eva"])
        kept = contacts.create(name="Hanne Dahl", owner_id=finn.id, team_id=cast.sales.id, by=finn)
        gone = contacts.create(name="Carla Winter", owner_id=eva.id, team_id=cast.sales.id, by=eva)
        db.session.flush()
        fields.set_values(kept, {field.key: eva.id}, finn)
        contacts.delete(gone, eva)
        filters.create_segment("Of Eva", by=user(desk["Olga"]), filter_=f"owner.is:{eva.id}")
        return field.key, kept.id, gone.id

    return write(fill)


def test_o3_own_fields_that_name_the_leaver_and_their_trash_are_handed_on(
    desk, named, write, browse
):
    key, kept, gone = named
    page = browse.signed_in("Olga").get(f"/settings/users/{desk['Eva']}/leaving")
    assert page.has("Own fields that name them") and page.has("Contacts in the trash")
    batch = leave(write, desk, {"field": str(desk["Sam"]), "gone_contact": str(desk["Finn"])})
    number = batch.id
    assert batch.counts.get("done") == 2
    assert queries.values_of(db.session.get_one(Contact, kept))[key] == desk["Sam"]
    trashed = db.session.get_one(Contact, gone)
    assert trashed.owner_id == desk["Finn"] and trashed.deleted_at is not None
    assert browse.signed_in("Sam").get(f"/hand-overs/{number}").has("Account manager: Hanne Dahl")


def test_o3_the_wizard_names_what_asks_for_the_leaver(desk, named, browse):
    page = browse.signed_in("Olga").get(f"/settings/users/{desk['Eva']}/leaving")
    assert "Of Eva" in page.by_id("uses").text
    assert page.by_id("uses").all("a")[0]["href"].startswith("/segments/")
