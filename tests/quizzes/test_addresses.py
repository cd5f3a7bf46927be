"""Another address for a quiz: what was given out goes on leading to it (house 5)."""

import pytest
from sqlalchemy import select

from crm.contacts.models import Contact, Tag
from crm.core.db import db, run
from crm.core.refusal import Refused
from crm.leads import queries
from crm.leads.rules import Lead
from crm.quizzes import actions
from crm.quizzes.actions import addresses
from crm.quizzes.models import Quiz


def move(readiness, slug):
    run(lambda: addresses.move(db.session.get(Quiz, readiness), slug))


def test_links_given_out_and_pages_left_open_lead_to_the_new_address(readiness, prospect, browse):
    half_way = prospect.begin()
    done = prospect.finish("Ada").location
    move(readiness, "follow-up")
    moved = browse.get("/q/readiness?utm_source=mail&embed=1")
    assert (moved.status, moved.location) == (307, "/q/follow-up?utm_source=mail&embed=1")
    assert browse.get(done).location == done.replace("/q/readiness/", "/q/follow-up/")
    prospect.clock.forward(seconds=5)
    posted = half_way.form(q_size="o_1_10").submit()
    assert posted.status == 307 and posted.location.startswith("/q/follow-up/")
    assert browse.get("/q/never-there").status == 404
    assert browse.get("/q/follow-up/r/forged").status == 404


def test_a_quiz_may_go_back_and_no_other_takes_an_address_that_was_given_out(readiness, browse):
    move(readiness, "follow-up")
    other = run(lambda: actions.create("Readiness check", "readiness", by=None))
    assert other.slug == "readiness-2"
    with pytest.raises(Refused, match="had it and is still found there"):
        run(lambda: addresses.check(db.session.get(Quiz, other.id), "readiness"))
    run(lambda: addresses.check(db.session.get(Quiz, readiness), "readiness"))
    move(readiness, "readiness")
    assert browse.get("/q/readiness").status == 200
    assert browse.get("/q/follow-up").location == "/q/readiness"


def test_tag_and_conditions_follow_a_quiz_to_its_new_address(readiness, prospect):
    prospect.finish("Ada")
    asks = [{"field": "quiz", "op": "is", "values": ["readiness"]}]
    move(readiness, "follow-up")
    [ada] = db.session.scalars(select(Contact)).all()
    assert "quiz:follow-up" in [tag.name for tag in ada.tags]
    assert db.session.scalar(select(Tag.id).where(Tag.name == "quiz:readiness")) is None
    later = [{"field": "quiz", "op": "is", "values": ["follow-up"]}]
    for slug in ("readiness", "follow-up"):
        arrival = Lead({"quiz": slug})
        assert queries.fits(asks, arrival) and queries.fits(later, arrival), slug
    assert not queries.fits(asks, Lead({"quiz": "other"}))
    assert not queries.fits(asks, Lead({}))
