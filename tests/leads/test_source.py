"""The record says where the first visit came from."""

from dataclasses import replace

from crm.core import clock
from crm.core.db import db, run
from crm.leads.models import Touch
from tests.leads.conftest import ADA


def add_touch(**values):
    row = Touch(at=clock.now(), **values)
    db.session.add(row)
    db.session.flush()
    return row.id


def test_source_campaign_and_page_stand_with_the_facts(arrive, browse):
    values = {"utm_source": "google", "utm_campaign": "q4", "landing_path": "/pricing"}
    touch = run(lambda: add_touch(**values))
    contact_id = arrive(replace(ADA, touch_id=touch)).contact.id
    fact = browse.signed_in("Eva").get(f"/contacts/{contact_id}").by_id("fact-source")
    assert "Readiness check" in fact.text
    assert "google, q4, /pricing" in fact.text


def test_what_is_not_known_of_a_visit_is_left_out():
    visit = {"utm_source": "", "utm_campaign": "", "landing_path": "/", "embed_host": ""}
    origin = "https://news.example"
    assert Touch(referrer_origin=origin, **visit).told == ("news.example", "", "/")
