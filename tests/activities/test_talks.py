"""L3 and L11: meetings and appointments with their next step; events of other tools."""

import pytest
from sqlalchemy import func, select

from crm.accounts.models import User
from crm.activities import actions
from crm.activities.models import Entry, Task
from crm.companies import actions as companies
from crm.contacts import actions as contacts
from crm.contacts.models import Contact
from crm.core.db import db
from crm.core.refusal import Refused
from crm.deals import actions as deals
from crm.deals.models import Stage
from crm.history.models import ChangeSet


def newest():
    return db.session.scalars(select(Entry).order_by(Entry.id.desc())).first()


def test_l3_a_meeting_and_its_next_step_are_one_form(browse, ben_id):
    eva = browse.signed_in("Eva")
    data = {
        "outcome": "held", "note": "Showed it.", "minutes": "45",
        "at": "2026-11-24T10:00", "next": "tomorrow",
    }  # fmt: skip
    assert eva.post(f"/contacts/{ben_id}/meetings", data=data).status == 303
    entry = db.session.scalars(select(Entry).where(Entry.kind == "meeting")).one()
    assert (entry.outcome, entry.minutes) == ("held", 45)
    assert entry.at.isoformat() == "2026-11-24T09:00:00+00:00"
    task = db.session.scalars(select(Task).where(Task.source == "follow_up")).one()
    assert task.due_on.isoformat() == "2026-11-25"


def test_l3_a_meeting_to_come_is_an_appointment(browse, ben_id):
    eva = browse.signed_in("Eva")
    data = {"outcome": "held", "note": "Bring the offer.", "at": "2026-11-26T10:00", "next": ""}
    assert eva.post(f"/contacts/{ben_id}/meetings", data=data).status == 303
    task = db.session.scalars(select(Task).where(Task.kind == "meeting")).one()
    assert task.due_at.isoformat() == "2026-11-26T09:00:00+00:00"
    assert eva.get(f"/contacts/{ben_id}").has("Meeting with Ben Achterberg")
    assert not db.session.scalars(select(Entry).where(Entry.kind == "meeting")).first()


def test_l3_who_did_not_come_has_not_been_met(browse, ben_id):
    eva = browse.signed_in("Eva")
    eva.post(f"/contacts/{ben_id}/meetings", data={"outcome": "no_show", "next": ""})
    assert newest().kind == "no_show"
    assert eva.get(f"/contacts/{ben_id}?show=talk").has("they did not come")


def test_l11_an_event_typed_by_a_person_is_shown_with_sum_and_link(browse, ben_id):
    eva = browse.signed_in("Eva")
    form = eva.get(f"/contacts/{ben_id}?add=event").form(
        f"/contacts/{ben_id}/events",
        type="payment", title="Invoice 118", amount="1.200,50", currency="eur",
        url="https://billing.example/118", external_id="118",
    )  # fmt: skip
    assert form.submit().status == 303
    entry = newest()
    assert entry.details == {
        "type": "payment", "source": "hand", "external_id": "118",
        "url": "https://billing.example/118", "amount_cents": 120_050, "currency": "EUR",
    }  # fmt: skip
    page = eva.get(f"/contacts/{ben_id}?show=events")
    assert page.has("Invoice 118")
    assert page.has("1,200.50")
    assert page.has("Payment")
    link = next(a for a in page.root.all("a") if a.get("href") == "https://billing.example/118")
    assert "noopener" in link["rel"]


def test_l11_an_event_of_a_tool_is_taken_once(write, ben_id):
    def take(title):
        return actions.take_external_event(
            kind="purchase", title=title, source="shop", external_id="A-7",
            amount_cents=9_900, currency="EUR", contact_id=ben_id,
        ).id  # fmt: skip

    first = write(lambda: take("Saddle"))
    assert write(lambda: take("Saddle again")) == first
    events = select(func.count()).select_from(Entry).where(Entry.kind == "external")
    assert db.session.scalar(events) == 1


def test_l11_the_number_of_an_event_is_refused_on_another_record(browse, ben_id, write, ids):
    eva = browse.signed_in("Eva")
    other = write(lambda: contacts.create(name="Cleo Falk", owner_id=ids["Eva"]).id)
    count = select(func.count()).select_from(Entry).where(Entry.kind == "external")

    def add(contact_id):
        data = {"type": "payment", "title": "Invoice 77", "external_id": "inv-77"}
        return eva.post(f"/contacts/{contact_id}/events", data=data)

    assert "Event saved." in add(ben_id).follow().html
    assert "stands here already: nothing was added" in add(ben_id).follow().html
    refused = add(other)
    assert refused.status == 422
    assert refused.has("Ben Achterberg has the event with this number: “Invoice 77”.")
    hidden = browse.signed_in("Otto")
    assert db.session.scalar(count) == 1
    otto = write(lambda: contacts.create(name="Ola Ost", owner_id=ids["Otto"]).id)
    data = {"type": "payment", "title": "Invoice 77", "external_id": "inv-77"}
    said = hidden.post(f"/contacts/{otto}/events", data=data)
    assert said.has("Another record has the event with this number.") and not said.has("Achterberg")
    event = db.session.scalars(select(Entry.id).where(Entry.kind == "external")).one()
    eva.post(f"/entries/{event}/deletion")
    assert "Event saved." in add(other).follow().html
    assert db.session.scalar(count.where(Entry.contact_id == other)) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "javascript:alert(1)"},
        {"url": "data:text/html,x"},
        {"url": "https://"},
        {"kind": "gift"},
        {"title": " "},
        {"amount_cents": 5, "currency": ""},
        {"amount_cents": 5, "currency": "ZZZ"},
    ],
)
def test_l11_what_cannot_be_right_is_refused(write, ben_id, wrong):
    event = {"kind": "other", "title": "Ticket 9", "contact_id": ben_id} | wrong
    with pytest.raises(Refused):
        write(lambda: actions.take_external_event(**event))


def test_l11_a_company_takes_events_too(browse, cast, write, ids):
    from_form = browse.signed_in("Eva")
    page = from_form.post("/companies", data={"name": "Velo GmbH"})
    assert page.status == 303
    url = page.headers["Location"].split("#")[0]
    assert from_form.post(f"{url}/events", data={"type": "ticket", "title": "T-1"}).status == 303
    assert from_form.get(url).has("T-1")


def test_l3_a_logged_call_is_put_right(browse, ben_id):
    eva = browse.signed_in("Eva")
    eva.post(f"/contacts/{ben_id}/calls", {"outcome": "reached", "minutes": "12", "note": "Hi"})
    call = db.session.scalars(select(Entry).where(Entry.kind == "call")).one()
    number, at = call.id, call.at
    form = eva.get(f"/entries/{number}/edit").form(f"/entries/{number}")
    shown = [form.values[name] for name in ("outcome", "direction", "minutes", "at")]
    assert shown == ["reached", "out", "12", "2026-11-24T13:00"]
    saved = form.submit(outcome="voicemail", direction="in", minutes="2").follow()
    call = db.session.get_one(Entry, number)
    assert (call.outcome, call.direction, call.minutes, call.at) == ("voicemail", "in", 2, at)
    assert "voicemail" in saved.text.lower()
    ben = db.session.get_one(Contact, ben_id)
    assert (ben.last_in_at, ben.last_out_at) == (at, None)
    later = {"outcome": "voicemail", "at": "2026-11-25T09:00", "body": "Hi", "seen": "Hi"}
    refused = eva.post(f"/entries/{number}", later)
    assert refused.status == 422 and refused.has("This time is still to come.")
    sets = db.session.scalars(select(ChangeSet.id).order_by(ChangeSet.id.desc())).all()
    eva.post(f"/history/{sets[0]}/undo")
    db.session.expire_all()
    assert db.session.get_one(Entry, number).outcome == "reached"


def test_l3_a_call_logged_by_mistake_is_taken_away_with_what_it_did(browse, ben_id):
    eva = browse.signed_in("Eva")
    eva.post(f"/contacts/{ben_id}/calls", {"outcome": "reached", "next": "tomorrow"})
    call = db.session.scalars(select(Entry).where(Entry.kind == "call")).one().id
    page = eva.get(f"/entries/{call}")
    button = next(n for n in page.root.all("form") if n["action"].endswith("/undo"))
    assert eva.post(button["action"]).status == 303
    db.session.expire_all()
    assert db.session.get_one(Entry, call).removed_at is not None
    task = db.session.scalars(select(Task).where(Task.source == "follow_up")).one()
    assert task.closed_as == "cancelled"


def test_l3_a_call_and_a_meeting_are_logged_on_a_company_and_its_deal_without_a_person(
    browse, write, ids
):
    def add():
        eva = db.session.get_one(User, ids["Eva"])
        cedar = companies.create(name="Cedar Clinics", owner_id=eva.id, by=eva)
        db.session.flush()
        stage = deals.create_default_pipeline().id
        db.session.flush()
        first = db.session.scalars(select(Stage).where(Stage.pipeline_id == stage)).first()
        deal = deals.create("Annual plan", stage=first, by=eva, company_id=cedar.id)
        db.session.flush()
        return cedar.id, deal.id

    cedar, deal = write(add)
    eva = browse.signed_in("Eva")
    for place, name in (
        (f"/companies/{cedar}", "Cedar Clinics"),
        (f"/deals/{deal}", "Annual plan"),
    ):
        assert eva.get(f"{place}/mails/new").status == 404
        form = eva.get(f"{place}/calls/new").form(f"{place}/calls", outcome="reached")
        assert form.submit(next="tomorrow").follow().has("Call, reached")
        assert newest().contact_id is None
        assert eva.get(place).has(f"Call {name}")
        for at in ("", "2026-11-26T10:00"):
            eva.post(f"{place}/meetings", data={"outcome": "held", "at": at, "next": ""})
        page = eva.get(f"{place}?show=talk")
        assert page.has("Meeting held") and page.has(f"Meeting with {name}")
        shown = eva.get(f"/entries/{newest().id}")
        button = next(n for n in shown.root.all("form") if n["action"].endswith("/undo"))
        assert eva.post(button["action"]).status == 303
        assert not eva.get(f"{place}?show=talk").has("Meeting held")
