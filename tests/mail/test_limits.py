"""Mail that strangers can cause is limited for each address and in all (P1, quizzes 3.9)."""

import pytest
from sqlalchemy import select

from crm.core.db import db, run
from crm.mail import delivery
from crm.notices.models import Notice


@pytest.fixture
def caused(post):
    """A mail that an anonymous visitor caused."""
    return lambda key, to="ada@nordhafen.example": post(key, to=to, is_anonymous_cause=True)


def test_one_address_gets_one_such_mail_in_ten_minutes(caused, smtp, row, the_clock):
    caused("a")
    caused("b", to="Ada@Nordhafen.example")
    delivery.drain("urgent")
    assert (row("a").state, row("b").state) == ("sent", "queued")
    the_clock.forward(minutes=10, seconds=1)
    delivery.drain("urgent")
    assert row("b").state == "sent"


def test_the_sixth_in_a_day_does_not_leave(caused, smtp, row, the_clock):
    for n in range(6):
        caused(f"k{n}")
        delivery.drain("urgent")
        the_clock.forward(minutes=11)
    assert len(smtp.mails) == 5
    assert row("k5").state == "cancelled"


def test_other_mail_to_the_same_address_is_not_held_up(caused, post, smtp):
    caused("a")
    post("b")
    assert delivery.drain("urgent") == 2


def test_the_hourly_budget_puts_the_rest_off_and_tells_administrators(caused, smtp, row, the_clock):
    from crm.accounts.models import Workspace

    def shrink():
        db.session.scalars(select(Workspace)).one().mail_budget_hour = 2

    run(shrink)
    for n in range(4):
        caused(f"k{n}", to=f"x{n}@nordhafen.example")
    delivery.drain("urgent")
    assert len(smtp.mails) == 2
    told = list(db.session.scalars(select(Notice).where(Notice.kind == "mail_budget")))
    assert len(told) == 2
    the_clock.forward(hours=1)
    delivery.drain("urgent")
    assert len(smtp.mails) == 4
