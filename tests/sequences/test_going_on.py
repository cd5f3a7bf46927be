"""Acts that end sequences as their consequence, and what their undo gives back."""

from functools import partial

import pytest
from sqlalchemy import select

from crm.activities import actions as activities
from crm.contacts import actions as contacts
from crm.contacts.models import Contact
from crm.core.db import db, run
from crm.core.refusal import Refused
from crm.deals import actions as deals
from crm.history import actions as history
from crm.history import writing
from crm.history.models import ChangeSet, ChangeValue
from crm.leads import actions as leads
from crm.sequences import actions
from crm.sequences.models import Enrolment
from tests.history.conftest import last


@pytest.fixture
def act(app, enrolled, cast):
    """Do something as Mona; the number of its change set."""
    who = cast["Mona"].id

    def do(work):
        def acts():
            from_now = db.session.get_one(Enrolment, enrolled)
            work(from_now, db.session.get_one(type(cast["Mona"]), who))

        with writing.acting("user", "test", user_id=who):
            run(acts)
        return last().id

    return do


def said(enrolment):
    found = enrolment()
    return found.state, found.stop_reason, [(one.state, one.due_at) for one in found.steps]


def undo(number):
    return lambda _enrolment, who: history.undo(db.session.get_one(ChangeSet, number), who)


def out(enrolment, who):
    leads.disqualify(enrolment.contact, by=who, reason="A student")


def talk(enrolment, who):
    activities.log_call(contact_id=enrolment.contact_id, by=who, outcome="reached")
    db.session.flush()
    leads.settle(enrolment.contact_id)


ENDS = [
    ("taken out of the work", out, "manual"),
    ("a call", talk, "contacted"),
    ("by hand", lambda one, who: actions.stop(one, reason="manual", by=who), "manual"),
]


@pytest.mark.parametrize(("what", "work", "why"), ENDS, ids=[one[0] for one in ENDS])
def test_an_undo_lets_mails_leave_again_that_the_act_ended(enrolment, act, what, work, why):
    before = said(enrolment)
    number = act(work)
    assert said(enrolment)[:2] == ("stopped", why)
    act(undo(number))
    assert said(enrolment) == before


def test_an_undone_pause_goes_on_and_an_undone_resume_holds_again(enrolment, act, the_clock):
    pause = act(actions.pause)
    act(undo(pause))
    assert (enrolment().state, enrolment().paused_at) == ("active", None)
    act(actions.pause)
    resume = act(actions.resume)
    act(undo(resume))
    assert enrolment().state == "paused" and enrolment().paused_at


def test_what_they_answered_keeps_the_mails_ended_after_an_undo(enrolment, act, the_clock):
    number = act(out)
    the_clock.forward(minutes=3)
    number_of_them, at = enrolment().contact_id, enrolment().started_at
    run(lambda: leads.take_reply(contact_id=number_of_them, at=at))
    act(undo(number))
    assert said(enrolment)[:2] == ("stopped", "manual")
    assert enrolment().contact.lifecycle != "disqualified"


def test_a_deal_that_was_followed_is_told_apart_and_undone_after_it(enrolment, act):
    def deal(one, who):
        stage = deals.create_default_pipeline().stages[0]
        deals.create("200 chairs", stage=stage, contact=one.contact, by=who)

    made = act(deal)
    followed = act(lambda one, _who: leads.settle(one.contact_id))
    assert said(enrolment)[:2] == ("stopped", "deal_created")
    act(undo(made))
    assert said(enrolment)[:2] == ("stopped", "deal_created")
    act(undo(followed))
    assert said(enrolment)[:2] == ("active", None)


def test_who_comes_back_from_the_trash_gets_the_mails_that_fell_due_meanwhile(
    enrolment, act, the_clock
):
    number = enrolment().contact_id
    act(lambda one, who: contacts.delete(one.contact, who))
    the_clock.set("2026-11-26T10:00:00")
    end(enrolment().id)
    act(lambda one, who: contacts.restore(one.contact, who))
    run(lambda: leads.settle(number))
    state, why, mails = said(enrolment)
    assert (state, why, {one for one, _due in mails}) == ("active", None, {"pending"})
    assert min(due.isoformat()[:10] for _state, due in mails) == "2026-11-26"


def end(number):
    """As the look before a mail does, whose contact is in the trash."""
    found = partial(db.session.get_one, Enrolment, number)
    run(lambda: actions.stop(found(), reason="deleted", cause="outbox:1"))


def test_who_withdrew_while_in_the_trash_gets_no_more_mails(enrolment, act, the_clock):
    number = enrolment().contact_id
    act(lambda one, who: contacts.delete(one.contact, who))
    end(enrolment().id)
    the_clock.forward(minutes=1)

    def refuse():
        contacts.record_consent(
            db.session.get_one(Contact, number), purpose="marketing", is_granted=False,
            text="No", text_version=1, locale="en", source="link",
        )  # fmt: skip

    run(refuse)
    act(lambda one, who: contacts.restore(one.contact, who))
    assert run(leads.settle_lost) == 1
    assert said(enrolment)[:2] == ("stopped", "consent_withdrawn")
    assert run(leads.settle_lost) == 0


def test_one_value_restored_lets_the_mails_go_on_and_the_reason_alone_stays(enrolment, act):
    act(lambda one, who: contacts.set_owner(one.contact, who, who))
    number = act(lambda one, who: actions.stop(one, reason="manual", by=who))
    found = select(ChangeValue).where(ChangeValue.change_set_id == number)
    value = db.session.scalars(found.where(ChangeValue.table == "enrolment")).one().id

    def restore(name):
        return lambda _one, who: history.restore_value(
            db.session.get_one(ChangeValue, value), name, who
        )

    with pytest.raises(Refused, match="goes with the state"):
        act(restore("stop_reason"))
    assert said(enrolment)[:2] == ("stopped", "manual")
    act(restore("state"))
    assert said(enrolment)[:2] == ("active", None)
    assert {state for state, _due in said(enrolment)[2]} == {"pending"}


def test_who_has_no_address_stays_in_until_a_mail_falls_due_and_a_bounce_holds(
    enrolment, act, the_clock
):
    def stop(one, who):
        actions.stop(one, reason="manual", by=who)

    def bounce(one, _who):
        one.contact.emails[0].state = "bounced"

    bounced = act(bounce)
    number = act(stop)
    words = "Nothing was undone. They have no address that works, so no mails leave."
    with pytest.raises(Refused, match=f"^{words}$"):
        act(undo(number))
    assert said(enrolment)[:2] == ("stopped", "manual")
    act(undo(bounced))
    gone = act(lambda one, who: contacts.change(one.contact, {"emails": []}, by=who))
    act(undo(number))
    assert said(enrolment)[:2] == ("active", None)
    act(undo(gone))
    assert [one.address for one in enrolment().contact.emails] == ["ben@velovoss.example"]
    act(lambda one, who: contacts.change(one.contact, {"emails": []}, by=who))
    the_clock.set("2026-11-26T10:00:00")
    assert run(actions.queue_due_steps) == 0
    assert said(enrolment)[:2] == ("stopped", "bounced")
