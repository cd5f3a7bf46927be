"""R2: a form that arrives twice is taken once, and its sender is led to the same place."""

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import func, select

from crm.activities.models import Entry
from crm.contacts.models import Contact
from crm.core.db import db, run
from crm.core.once import Taken, forget


def count(model, *where):
    return db.session.scalar(select(func.count()).select_from(model).where(*where))


def test_r2_a_contact_sent_twice_is_one_contact_and_one_address(browse):
    eva = browse.signed_in("Eva")
    form = eva.get("/contacts/new").form("/contacts", name="Zoe Zander")
    first, second = form.submit(), form.submit()
    assert (first.status, second.status) == (303, 303)
    assert first.location == second.location
    assert count(Contact, Contact.name == "Zoe Zander") == 1


def test_r2_a_form_opened_anew_makes_another_one(browse):
    eva = browse.signed_in("Eva")
    for _ in range(2):
        form = eva.get("/contacts/new").form("/contacts", name="Zoe Zander")
        form.submit(is_other="y")  # the second one is asked whether she is the first
    assert count(Contact, Contact.name == "Zoe Zander") == 2


def test_r2_eight_at_once_are_one(app, browse):
    eva = browse.signed_in("Eva")
    form = eva.get("/contacts/new").form("/contacts", name="Zoe Zander")
    cookies = {c.key: c.value for c in eva.client._cookies.values()}
    header = "; ".join(f"{name}={value}" for name, value in cookies.items())

    def post(_):
        client = app.test_client(use_cookies=False)
        return client.post("/contacts", data=form.values, headers={"Cookie": header}).status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(post, range(8))) == {303}
    assert count(Contact, Contact.name == "Zoe Zander") == 1


def test_r2_a_note_that_stays_on_the_page_takes_the_next_text(browse):
    eva = browse.signed_in("Eva")
    eva.get("/contacts/new").form("/contacts", name="Zoe Zander").submit()
    contact = db.session.scalar(select(Contact.id).where(Contact.name == "Zoe Zander"))
    form = eva.get(f"/contacts/{contact}?add=note").form(f"/contacts/{contact}/notes")
    for body in ("First", "First", "Second"):
        assert form.submit(body=body).status == 303
    assert count(Entry, Entry.kind == "note", Entry.contact_id == contact) == 2


def test_keys_are_dropped_after_two_days(browse, the_clock):
    eva = browse.signed_in("Eva")
    eva.get("/contacts/new").form("/contacts", name="Zoe Zander").submit()
    assert count(Taken) == 1
    the_clock.forward(days=2, minutes=1)
    run(forget)
    assert count(Taken) == 0
