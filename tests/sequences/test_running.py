"""From an enrolment to the mails in the prospect's box."""

from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from crm.activities import actions as activities
from crm.activities.models import Entry
from crm.contacts import actions as contacts
from crm.core import clock
from crm.core.db import db, run
from crm.core.refusal import Refused
from crm.filters import actions as filters
from crm.filters.models import Segment
from crm.mail import delivery
from crm.mail.actions import reaping, suppress
from crm.mail.models import Outbox
from crm.sequences import actions
from crm.sequences.actions.enrolling import _may_enter
from crm.sequences.guard import UNREADABLE
from tests.sequences.conftest import LINKS, prospect


def tick():
    run(reaping.reap)
    run(actions.queue_due_steps)
    delivery.drain("bulk")


def test_five_mails_leave_on_five_days_and_then_it_is_finished(enrolment, smtp, the_clock):
    days = ["24T14:20", "26T09:30", "30T09:30"]
    for at in [f"2026-11-{d}" for d in days] + ["2026-12-03T09:30", "2026-12-08T09:30"]:
        moment = datetime.fromisoformat(at + "+01:00")
        the_clock.set((moment.replace(second=0)).isoformat())
        before = len(smtp.mails)
        the_clock.forward(seconds=-5)
        tick()
        assert len(smtp.mails) == before
        the_clock.forward(seconds=15)
        tick()
        tick()
        assert len(smtp.mails) == before + 1
    assert [mail["Subject"] for mail in smtp.mails] == [
        "The first number worth knowing",
        "One sentence that shortens the wait",
        "A first reply you can copy",
        "When nobody writes back",
        "Fifteen minutes on a Friday",
    ]
    assert enrolment().state == "finished"
    assert {step.state for step in enrolment().steps} == {"sent"}


def test_a_nurture_mail_carries_its_way_out_and_comes_from_a_person(enrolled, smtp, the_clock):
    the_clock.set("2026-11-24T14:20:05")
    tick()
    mail = smtp.mails[0]
    assert mail["From"] == "Eva Lindqvist <eva@haselbach.example>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["List-Unsubscribe"].startswith("<http://localhost/m/")
    assert "<mailto:" in mail["List-Unsubscribe"]
    assert mail["List-Id"] == "<readiness-nurture.haselbach.example>"
    assert mail["X-Tend-Kind"] == "nurture"
    text = mail.get_body(("plain",)).get_content()
    assert text.startswith("Hello Ben,")
    assert LINKS["result_link"] in text
    assert "/preferences" in text and "Uferweg 4" in text
    assert max(len(line) for line in text.splitlines() if "http" not in line) <= 76
    html = mail.get_body(("html",)).get_content()
    assert "<p style=" in html and "prefers-color-scheme: dark" in html


def test_downtime_does_not_end_in_a_flood(enrolled, smtp, the_clock):
    the_clock.set("2026-12-15T10:00:00")
    for _ in range(6 * 24):
        tick()
        the_clock.forward(hours=1)
    rows = db.session.scalars(select(Outbox).where(Outbox.handed_at.is_not(None)))
    times = sorted(row.handed_at for row in rows)
    assert len(smtp.mails) >= 3
    assert all((b - a).total_seconds() >= 20 * 3600 for a, b in pairwise(times))
    local = [at.astimezone(ZoneInfo("Europe/Berlin")) for at in times]
    assert all(at.weekday() < 5 and 9 <= at.hour < 17 for at in local)


def test_a_reply_a_moment_before_the_handoff_wins(enrolled, enrolment, smtp, the_clock, ben):
    the_clock.set("2026-11-24T14:20:05")
    run(actions.queue_due_steps)
    claim = run(lambda: delivery.delivery.claim("bulk", "drain"))
    written = delivery.Drain(None)._write(claim)
    run(
        lambda: actions.stop_for_contact(
            ben.id, reason="replied", cause="<answer@velovoss.example>"
        )
    )
    assert run(lambda: delivery.delivery.hand_over(claim, written)) is None
    assert enrolment().stop_reason == "replied"
    assert enrolment().cause == "<answer@velovoss.example>"
    assert [step.state for step in enrolment().steps] == ["cancelled"] * 5
    the_clock.set("2026-12-10T09:30:00")
    tick()
    assert smtp.mails == []


def hear(ben):
    activities.record("mail_in", contact_id=ben.id, actor="prospect", direction="in", title="Re:")


def withdraw(ben):
    contacts.record_consent(
        ben, purpose="marketing", is_granted=False, text="", text_version=1, locale="en", source="x"
    )


def turn_hot(ben):
    ben.quiz_level = "hot"


def speak(ben):
    ben.lifecycle, ben.lifecycle_at = "contacted", clock.now()


def delete(ben):
    ben.deleted_at = clock.now()


def bounce(ben):
    ben.emails[0].state = "bounced"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (hear, "replied"), (withdraw, "consent_withdrawn"), (turn_hot, "hot_result"),
        (speak, "contacted"), (delete, "deleted"), (bounce, "bounced"),
    ],
)  # fmt: skip
def test_what_happened_meanwhile_is_asked_in_the_handoff(
    enrolled, enrolment, smtp, the_clock, ben, change, reason
):
    the_clock.set("2026-11-24T14:20:05")
    run(actions.queue_due_steps)
    run(lambda: change(db.session.merge(ben)))
    delivery.drain("bulk")
    assert smtp.mails == []
    assert (enrolment().state, enrolment().stop_reason) == ("stopped", reason)
    entry = db.session.scalars(select(Entry).where(Entry.kind == "nurture_stop")).one()
    assert entry.details["reason"] == reason


def test_a_suppressed_address_stops_the_sequence(enrolled, enrolment, smtp, the_clock):
    run(lambda: suppress("BEN@velovoss.example", scope="marketing", reason="asked"))
    the_clock.set("2026-11-24T14:20:05")
    tick()
    assert smtp.mails == []
    assert enrolment().stop_reason == "unsubscribed"


def test_a_reply_after_the_first_mail_leaves_one_sent_and_four_cancelled(
    enrolled, enrolment, smtp, the_clock, ben
):
    the_clock.set("2026-11-24T14:20:05")
    tick()
    the_clock.set("2026-11-25T11:02:00")
    run(lambda: actions.stop_for_contact(ben.id, reason="replied", cause="<x@y>"))
    assert [step.state for step in enrolment().steps] == ["sent"] + ["cancelled"] * 4


def test_an_uncertain_mail_is_never_repeated_and_the_next_waits_a_day(
    enrolled, enrolment, smtp, the_clock
):
    smtp.manners["dot"] = ["drop_after"]
    the_clock.set("2026-11-24T14:20:05")
    tick()
    assert enrolment().steps[0].state == "uncertain"
    for day in range(25, 27):
        the_clock.set(f"2026-11-{day}T09:30:05")
        tick()
    subjects = [mail["Subject"] for mail in smtp.mails]
    assert subjects == ["The first number worth knowing", "One sentence that shortens the wait"]


def test_an_unknown_mailbox_stops_the_sequence_and_flags_the_address(
    enrolled, enrolment, smtp, the_clock
):
    smtp.manners["rcpt"] = ["550 5.1.1 no such user"]
    the_clock.set("2026-11-24T14:20:05")
    tick()
    assert enrolment().stop_reason == "bounced"
    assert enrolment().contact.emails[0].state == "bounced"


def test_without_consent_nobody_is_enrolled(nurture, cast):
    with pytest.raises(Refused, match="No marketing consent"):
        run(
            lambda: actions.enrol(
                prospect("Dora Klein", "dora@x.example", cast, consents=False), nurture,
                source="quiz", context=LINKS,
            )
        )  # fmt: skip


def test_nobody_is_in_a_sequence_twice(enrolled, nurture, ben):
    with pytest.raises(Refused, match="in this sequence already"):
        run(lambda: actions.enrol(ben, nurture, source="user", context=LINKS))


def test_a_pause_moves_the_rest_by_its_length(enrolled, enrolment, cast, the_clock):
    the_clock.set("2026-11-25T09:00:00")
    run(lambda: actions.pause(enrolment_fresh(enrolled), cast["Eva"]))
    the_clock.set("2026-12-02T09:00:00")
    run(lambda: actions.resume(enrolment_fresh(enrolled), cast["Eva"]))
    due = [step.due_at for step in enrolment().steps]
    assert due[1] == datetime(2026, 12, 3, 8, 30, tzinfo=UTC)


def enrolment_fresh(id):
    from crm.sequences.models import Enrolment

    return db.session.get(Enrolment, id)


def test_out_of_office_moves_the_next_mail_behind_the_return(
    enrolled, enrolment, ben, the_clock, smtp
):
    the_clock.set("2026-11-24T14:20:05")
    tick()
    the_clock.set("2026-11-25T12:00:00")
    until = datetime(2026, 12, 7, 8, 0, tzinfo=UTC)
    assert run(lambda: actions.postpone_for_contact(ben.id, until=until)) == 1
    pending = [step.due_at for step in enrolment().steps if step.state == "pending"]
    assert pending[0] == datetime(2026, 12, 7, 8, 30, tzinfo=UTC)
    assert pending == sorted(pending) and len(set(pending)) == 4


def test_publishing_keeps_the_enrolled_on_their_version(enrolled, enrolment, nurture, cast):
    run(lambda: actions.publish(db.session.merge(nurture), cast["Max"]))
    assert enrolment().sequence_version.n == 1


def test_publishing_may_move_the_enrolled(enrolled, enrolment, nurture, cast, the_clock):
    def shorten():
        fresh = db.session.merge(nurture)
        actions.delete_step(fresh, cast["Max"], key="step_4")
        actions.publish(fresh, cast["Max"], enrolled="move")

    run(shorten)
    assert enrolment().sequence_version.n == 2
    assert [s.step_key for s in enrolment().steps] == ["step_1", "step_2", "step_3", "step_5"]


def test_c6_mails_wait_while_an_exclusion_cannot_be_read(
    enrolled, enrolment, cast, smtp, the_clock, browse
):
    mona, sequence = cast["Mona"], enrolment().sequence_id

    def keep_out(words):
        made = db.session.scalars(select(Segment)).first()
        made = made or filters.create_segment(
            "No mails", by=db.session.merge(mona), filter_="lifecycle.is:customer"
        )
        made.has_no_sequences, made.filter = True, words

    run(lambda: keep_out("tags.has:99"))
    the_clock.set("2026-11-24T14:20:05")
    tick()
    assert smtp.mails == [] and enrolment().state == "active"
    row = db.session.scalars(select(Outbox)).one()
    assert (row.state, row.reason) == ("queued", UNREADABLE)
    page = browse.signed_in("Mona").get(f"/sequences/{sequence}")
    assert page.has("No mail leaves: segment “No mails”")
    ben = enrolment().contact
    with pytest.raises(Refused, match="not known any more"):
        _may_enter(ben, enrolment().sequence, False, None)
    run(lambda: keep_out("lifecycle.is:customer"))
    the_clock.set("2026-11-24T14:36:00")
    tick()
    assert len(smtp.mails) == 1
