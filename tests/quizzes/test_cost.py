"""What handing in a quiz asks of the database: each row written once, and nothing read twice."""

import pytest
from sqlalchemy import event, select

from crm.contacts.models import Contact
from crm.core.db import db, run
from crm.demo import routing, sequence

# The history, the words that search forgives typing errors by and the owner's wish of reminders
# are among them.
NEW = 27
HOT = 53


@pytest.fixture
def asked(app):
    """The statements of this process with their order; clear it before the request."""
    found = []

    def note(_connection, _cursor, statement, *_rest):
        if not statement.startswith("BEGIN"):
            found.append(" ".join(statement.split()))

    event.listen(db.engine, "before_cursor_execute", note)
    yield found
    event.remove(db.engine, "before_cursor_execute", note)


def hand_in(prospect, asked, person, mail):
    page = prospect.to_gate(person)
    prospect.clock.forward(seconds=5)
    form = page.form(email=mail, name=f"{person} Example")
    asked.clear()
    assert form.submit().status == 303
    return list(asked)


def of(found, *words):
    return [text for text in found if all(word in text for word in words)]


@pytest.fixture
def routed(cast, readiness):
    """The demo's rules: above 80 to people, everybody else into a sequence."""
    run(lambda: routing.add(cast, sequence.add(cast)))


def test_a_new_person_is_written_once(prospect, routed, asked):
    hand_in(prospect, asked, "Ben", "first@velovoss.example")
    found = hand_in(prospect, asked, "Ben", "ben@velovoss.example")
    assert len(found) <= NEW, "\n".join(found)
    assert len(of(found, "JOIN attempt")) == len(of(found, "FROM answer")) == 1
    assert not of(found, "UPDATE contact ") + of(found, "UPDATE entry") + of(found, "SAVEPOINT")
    ben = db.session.scalars(select(Contact).order_by(Contact.id.desc())).first()
    assert (ben.quiz_score, ben.version) == (80, 1)
    assert sorted(tag.name for tag in ben.tags) == ["quiz:readiness", "tier:warm"]
    assert ben.last_touch_at == ben.last_in_at is not None
    assert ben.first_touch_id is not None


def test_a_hot_lead_costs_no_line_that_is_written_twice(prospect, routed, asked):
    hand_in(prospect, asked, "Ada", "first@nordhafen.example")
    found = hand_in(prospect, asked, "Ada", "ada@nordhafen.example")
    assert len(found) <= HOT, "\n".join(found)
    assert not of(found, "UPDATE entry") + of(found, "SAVEPOINT")


def test_an_address_that_no_quiz_can_have_asks_for_none(browse, asked):
    # PostgreSQL raises for NUL: that would be a failure inside the page that says so.
    for slug in ("%00", "a%00b", "x" * 61):
        assert 400 <= browse.get(f"/q/{slug}?at=%00").status < 500
    assert of(asked, "slug") == []
    assert browse.get("/q/nothing?at=%00").status == 400
    assert len(of(asked, "slug")) == 1
