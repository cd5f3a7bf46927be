"""C1: several addresses and numbers, one first choice each, and how each of them stands."""

import pytest

from crm.contacts import actions, queries
from crm.contacts.models import Contact
from crm.core.db import db
from crm.core.refusal import Refused


@pytest.fixture
def ada(cast, write):
    eva = cast["Eva"]
    return write(
        lambda: actions.create(
            name="Ada Berg",
            emails=["ada@berg.example", "Ada.Private@Gmail.com"],
            phones=["+49 40 5550318", "040 5550319"],
            owner_id=eva.id, team_id=cast.sales.id, by=eva,
        ).id
    )  # fmt: skip


def get(number):
    return db.session.get(Contact, number)


def mark(write, ada, kind, place, state, reason="said so"):
    def act():
        contact = get(ada)
        actions.mark_way(contact, getattr(contact, kind)[place], state, reason)

    write(act)


def test_c1_there_is_one_first_choice_of_each_kind(ada):
    contact = get(ada)
    assert [row.is_primary for row in contact.emails] == [True, False]
    assert [row.is_primary for row in contact.phones] == [True, False]
    assert [row.e164 for row in contact.phones] == ["+49405550318", "+49405550319"]
    assert [row.raw for row in contact.phones] == ["+49 40 5550318", "040 5550319"]


def test_c1_an_address_is_unique_whether_first_choice_or_not(ada, cast, write):
    with pytest.raises(Refused, match="already belongs"):
        write(lambda: actions.enter(by=cast["Eva"], name="B", emails=["ADA.private@gmail.com"]))


def test_c1_plus_addresses_are_sent_to_as_typed_and_matched_folded(cast, write):
    def add():
        return actions.create(name="Plus", emails=["ann.lee+crm@gmail.com"]).id

    ours = write(add)
    assert get(ours).emails[0].address == "ann.lee+crm@gmail.com"
    assert queries.by_email("annlee@gmail.com")[0].id == ours
    assert queries.by_email("annlee@gmail.com")[1] == "mailbox"
    other = write(lambda: actions.create(name="Other", emails=["ann.lee+two@gmail.com"]).id)
    assert other != ours


def test_c1_a_number_that_is_not_to_be_called_is_offered_nowhere(ada, write, browse):
    mark(write, ada, "phones", 0, "do_not_call", "asked for it")
    assert get(ada).phone == "+49405550319"
    mark(write, ada, "phones", 1, "do_not_call")
    assert get(ada).phone is None
    eva = browse.signed_in("Eva")
    page = eva.get(f"/contacts/{ada}")
    assert page.has("Do not call")
    assert page.has("asked for it")
    assert not [a for a in page.root.all("a") if (a["href"] or "").startswith("tel:")]
    assert not eva.get("/search?q=call+ada").has("Call Ada")


def test_c1_what_bounced_or_opted_out_is_not_written_to(ada, write):
    mark(write, ada, "emails", 0, "bounced")
    assert get(ada).mailbox == "ada.private@gmail.com"
    mark(write, ada, "emails", 1, "opted_out")
    assert get(ada).mailbox is None
    assert get(ada).email == "ada@berg.example"


def test_c1_the_state_is_changed_on_its_page_with_a_reason_that_the_history_keeps(ada, browse):
    number = get(ada).emails[0].id
    eva = browse.signed_in("Eva")
    url = f"/contacts/{ada}/emails/{number}/state"
    refused = eva.get(url).form(state="opted_out", reason="").submit()
    assert refused.status == 422
    assert refused.has("Say why")
    page = eva.get(url).form(state="opted_out", reason="Wrote: no more mails").submit().follow()
    assert page.has("Opted out")
    assert page.has("Wrote: no more mails")
    history = eva.get(f"/contacts/{ada}/history")
    assert history.has("State of an address or number")
    one = next(a["href"] for a in history.root.all("a") if "/history/" in (a["href"] or ""))
    assert eva.get(one).has("Wrote: no more mails")


def test_c1_a_state_is_nobody_elses_to_see_or_set(ada, browse):
    number = get(ada).emails[0].id
    assert browse.signed_in("Otto").get(f"/contacts/{ada}/emails/{number}/state").status == 404
    eva = browse.signed_in("Eva")
    assert eva.get(f"/contacts/{ada}/emails/999/state").status == 404
    assert eva.get(f"/contacts/{ada}/phones/{number + 500}/state").status == 404


def test_c1_a_state_of_the_other_kind_is_refused(ada, write):
    with pytest.raises(Refused, match="Choose"):
        mark(write, ada, "phones", 0, "bounced")


def test_c1_a_record_with_more_than_one_types_is_saved_in_its_own_form(browse, cast, write):
    """Merges bring together more addresses than anybody types; tags come one by one."""
    by = cast["Eva"]

    def add():
        made = actions.create(name="Many", owner_id=by.id, team_id=by.team_ids[0], by=by)
        for n in range(60):
            actions.add_email(made, f"many.{n}@berg.example")
            actions.tag(made, f"a rather long tag number {n}")
        return made.id

    number = write(add)
    eva = browse.signed_in("Eva")
    url = f"/contacts/{number}/edit"
    page = eva.get(url)
    assert page.status == 200
    saved = page.form(url, job_title="Buyer").submit()
    assert saved.status == 303, saved.text[:600]
    contact = get(number)
    assert (contact.job_title, len(contact.emails), len(contact.tags)) == ("Buyer", 60, 60)
    more = {f"emails-{n}-text": f"more.{n}@berg.example" for n in range(61)}
    refused = eva.post(url, data=eva.get(url).form(url).values | more)
    assert refused.status == 422 and refused.has("At most 60 of them.")
