"""The mail that brings a result."""

from sqlalchemy import select

from crm.core import clock
from crm.core.db import db, run
from crm.demo import routing, sequence
from crm.leads.letters import compose_notice
from crm.mail import message
from crm.mail.models import Outbox
from crm.quizzes.letters import compose, guard


def the_mail():
    return db.session.scalars(select(Outbox).where(Outbox.kind == "result")).one()


def test_the_result_mail_says_what_the_page_says(prospect):
    done = prospect.finish("Ada", "result_mail", phone="+49 40 5550318")
    row = the_mail()
    assert row.is_anonymous_cause and row.lane == "urgent" and guard(row) is None
    written = message.write(row, compose(row), clock.now())
    assert written.subject == "Your result: 94 of 100"
    for part in (" ".join(written.text.split()), written.html):
        assert done.location in part
        assert "Mail me this result" in part and "24 November 2026" in part
        assert "23 May 2027" in part and "Uferweg 4" in part
    assert "Timing and tools         100" in written.text
    assert "Ada, your team can start this month" in written.text
    assert written.headers["X-Tend-Kind"] == "result"


def test_the_notice_to_the_rep_names_the_areas(prospect, cast):
    run(lambda: routing.add(cast, sequence.add(cast)))
    prospect.finish("Ada", phone="+49 40 5550318")
    row = db.session.scalars(select(Outbox).where(Outbox.kind == "notice")).one()
    written = message.write(row, compose_notice(row), clock.now())
    for part in (" ".join(written.text.split()), written.html):
        assert "Fit 100, Intent 100, Pain 76" in part
        assert "cat_" not in part.lower()


def test_a_box_left_empty_sends_nothing(prospect):
    prospect.finish("Ada", "marketing")
    assert db.session.scalars(select(Outbox).where(Outbox.kind == "result")).all() == []


def test_a_deleted_result_is_not_mailed(prospect, browse):
    done = prospect.finish("Ada", "result_mail")
    browse.get(done.location + "/deletion").form().submit()
    assert guard(the_mail()) == "the answers were deleted"
