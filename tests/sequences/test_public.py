"""The pages behind the links of a mail (RFC 8058, P4)."""

import re

import pytest
from sqlalchemy import func, select

from crm.activities.models import Entry
from crm.contacts.models import Consent, Contact
from crm.contacts.queries import has_consent
from crm.core import clock, signing
from crm.core.db import db, run
from crm.mail import delivery
from crm.mail.models import DeliveryEvent, Suppression
from crm.mail.queries import is_suppressed
from crm.sequences import actions


@pytest.fixture
def way_out(enrolled, smtp, the_clock):
    """The path in the first mail that Ben got."""
    the_clock.set("2026-11-24T14:20:05")
    run(actions.queue_due_steps)
    delivery.drain("bulk")
    header = smtp.mails[0]["List-Unsubscribe"]
    return re.search(r"<http://localhost(/m/[^>]+)>", header)[1]


def test_opening_the_link_changes_nothing(browse, way_out, enrolment):
    page = browse.get(way_out)
    assert page.status == 200
    assert page.has("Stop these mails?") and page.has("b…n@velovoss.example")
    assert page.has("1 of 5 have been sent")
    assert enrolment().state == "active"


def test_the_button_stops_every_sequence(browse, way_out, enrolment, ben_id):
    page = browse.get(way_out).form(way_out).submit().follow()
    assert page.has("Stopped. No more of these mails.")
    assert enrolment().stop_reason == "unsubscribed"
    assert not has_consent(ben_id, "marketing")
    assert is_suppressed("ben@velovoss.example", "marketing")
    assert not is_suppressed("ben@velovoss.example", "all")


def test_one_click_of_a_mailbox_works_without_cookie_or_token(browse, way_out, enrolment):
    page = browse.post(
        way_out,
        data={"List-Unsubscribe": "One-Click"},
        headers={"Origin": "https://mail.example", "Sec-Fetch-Site": "cross-site"},
    )
    assert page.status == 200 and page.location is None
    assert enrolment().stop_reason == "unsubscribed"


def test_unsubscribing_again_changes_nothing_more(browse, way_out):
    for _ in range(4):
        assert browse.post(way_out).status in {200, 303}
    assert db.session.scalar(select(func.count()).select_from(Suppression)) == 1
    no = select(func.count()).where(Consent.purpose == "marketing", Consent.is_granted.is_(False))
    assert db.session.scalar(no) == 1


def test_undo_brings_the_rest_back(browse, way_out, enrolment, smtp, the_clock):
    browse.post(way_out)
    browse.post(way_out.replace("unsubscribe", "resubscribe"))
    assert enrolment().state == "active"
    assert [step.state for step in enrolment().steps] == ["sent"] + ["pending"] * 4
    the_clock.set("2026-11-26T09:30:05")
    run(actions.queue_due_steps)
    delivery.drain("bulk")
    assert len(smtp.mails) == 2


def test_a_mail_queued_and_taken_back_leaves_after_the_undo(
    browse, way_out, enrolment, smtp, the_clock
):
    the_clock.set("2026-11-26T09:30:05")
    run(actions.queue_due_steps)
    browse.post(way_out)
    delivery.drain("bulk")
    assert len(smtp.mails) == 1
    browse.post(way_out.replace("unsubscribe", "resubscribe"))
    run(actions.queue_due_steps)
    delivery.drain("bulk")
    assert len(smtp.mails) == 2


def test_the_link_never_grows_old(browse, way_out, the_clock, enrolment):
    the_clock.set("2031-01-01T10:00:00")
    assert browse.post(way_out).follow().has("Stopped")
    assert enrolment().stop_reason == "unsubscribed"


def test_it_works_for_a_merged_contact(browse, way_out, ben_id, cast):
    from tests.sequences.conftest import prospect

    def merge():
        other = prospect("Ben A", "ben.a@velovoss.example", cast)
        contact = db.session.get(Contact, ben_id)
        contact.merged_into_id, contact.deleted_at = other.id, clock.now()
        return other.id

    survivor = run(merge)
    browse.post(way_out)
    assert not has_consent(survivor, "marketing")
    assert is_suppressed("ben@velovoss.example", "marketing")


def test_it_works_for_an_erased_contact(browse, way_out, ben_id):
    from crm.sequences.models import Enrolment, EnrolmentStep

    def erase():
        db.session.query(EnrolmentStep).delete()
        db.session.query(Enrolment).delete()
        db.session.query(Contact).filter_by(id=ben_id).delete()

    run(erase)
    assert browse.get(way_out).status == 200
    assert browse.post(way_out).follow().has("Stopped")
    assert is_suppressed("ben@velovoss.example", "marketing")


def test_a_rotated_key_keeps_old_links_and_old_stops(browse, way_out, app, smtp):
    browse.post(way_out)
    config = app.extensions["tend.config"]
    values = dict(config.values)
    values["SECRET_KEY_FALLBACKS"] = (values["SECRET_KEY"],)
    values["SECRET_KEY"] = "n" * 48
    app.extensions["tend.config"] = type(config)(values)
    assert is_suppressed("ben@velovoss.example", "marketing")
    assert browse.get(way_out).has("Stopped")
    browse.post(way_out.replace("unsubscribe", "resubscribe"))
    assert not is_suppressed("ben@velovoss.example", "marketing")


def test_preferences_pause_and_calls(browse, way_out, ben_id, enrolment):
    path = way_out.replace("unsubscribe", "preferences")
    page = browse.get(path)
    assert page.has("1 sent, 4 to come, the last on")
    page.form(path, pace="pause", phone_contact="1").submit()
    assert has_consent(ben_id, "phone_contact")
    waiting = [step for step in enrolment().steps if step.state == "pending"]
    assert (waiting[0].due_at - clock.now()).days >= 29


def test_stopping_everything_stops_all_kinds(browse, way_out):
    browse.post(way_out.replace("unsubscribe", "stop"))
    assert is_suppressed("ben@velovoss.example", "all")


def test_a_reason_is_kept_once(browse, way_out):
    for given in ("too_many", "not_mine", "nonsense"):
        browse.post(way_out.replace("unsubscribe", "reason"), data={"reason": given})
    events = list(db.session.scalars(select(DeliveryEvent).where(DeliveryEvent.source == "reason")))
    assert [event.details["reason"] for event in events] == ["not_mine"]


@pytest.mark.parametrize("page", ["unsubscribe", "preferences"])
@pytest.mark.parametrize("purpose", ["go", "login", "result", "attempt"])
def test_a_token_of_another_purpose_is_not_found(browse, nurture, page, purpose):
    token = signing.sign(purpose, [1, 1, "x"])
    assert browse.get(f"/m/{token}/{page}").status == 404
    assert browse.post(f"/m/{token}/{page}").status == 404


@pytest.mark.parametrize("token", ["x", "%20", "..", "é" * 100, "a" * 3000])
def test_junk_is_not_found_and_never_an_error(browse, nurture, token):
    assert 400 <= browse.post(f"/m/{token}/unsubscribe").status < 500


def test_too_many_tries_on_one_link_are_slowed(browse, way_out, app):
    config = app.extensions["tend.config"]
    app.extensions["tend.config"] = type(config)({**config.values, "PUBLIC_LIMITS": True})
    codes = [browse.post(way_out).status for _ in range(32)]
    assert codes[:29] == [303] * 29 and codes[-1] == 429


def test_the_pages_of_a_mail_speak_the_language_of_its_reader(browse, way_out, ben_id):
    run(lambda: setattr(db.session.get(Contact, ben_id), "locale", "de"))
    page = browse.get(way_out)
    assert page.root.one("html")["lang"] == "de" and page.has("Diese Mails beenden?")
    assert page.form(way_out).submit().follow().has("Beendet. Keine weiteren dieser Mails.")
    chosen = browse.get(way_out.replace("unsubscribe", "preferences"))
    assert chosen.has("Was wir Ihnen schicken")
    assert [one["href"] for one in chosen.root.all("a") if one["href"] == "/m/data"]
    entry = db.session.scalars(select(Entry).where(Entry.title == "Unsubscribed from mails")).all()
    assert len(entry) == 1, "the team reads its own language"


def test_what_fails_on_a_public_page_is_said_in_the_language_of_the_browser(browse):
    german = {"Accept-Language": "de-DE,de;q=0.9,en;q=0.5"}
    for path in ("/m/forged/unsubscribe", "/m/forged/confirm", "/q/nothing-here"):
        page = browse.get(path, headers=german)
        assert page.status == 404 and page.has("Diese Seite gibt es nicht"), path
        assert page.root.one("html")["lang"] == "de"
        assert browse.get(path).has("This page does not exist")
    assert browse.post("/q/nothing-here", headers=german).has("Das geht hier nicht")
