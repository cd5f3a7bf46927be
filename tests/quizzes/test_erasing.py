"""Deleting on request: no word of the person is left anywhere, whatever the team was told."""

import pytest
from sqlalchemy import select, text, update

from crm.accounts.models import User
from crm.activities import actions as activities
from crm.activities.models import Entry, Task
from crm.contacts.models import Contact
from crm.core.db import db, run
from crm.demo import routing, sequence
from crm.fields import actions as fields
from crm.history.models import ChangeValue
from crm.leads.models import AnswerClock, Assignment
from crm.mail.models import Outbox
from crm.notices.models import Notice
from tests.quizzes.conftest import MAILS

SECRETS = ("Adalind", "Zwettler", "ada@nordhafen", "5550318", "51 to 500")


@pytest.fixture
def known(prospect, cast):
    """Ada was routed, told of in bell and mail, and has a task; the address of her result."""
    run(lambda: routing.add(cast, sequence.add(cast)))
    page = prospect.to_gate("Ada")
    prospect.clock.forward(seconds=5)
    form = page.form(email=MAILS["Ada"], name="Adalind Zwettler", phone="+49 40 5550318")
    form.values |= {"result_mail": "1", "marketing": "1"}
    return form.submit().location


def sightings():
    """Table and column of every place where a secret stands."""
    db.session.expire_all()
    found = set()
    with db.engine.connect() as connection:
        for table in db.metadata.sorted_tables:
            for row in connection.execute(text(f'SELECT * FROM "{table.name}"')).mappings():
                for column, value in row.items():
                    if any(secret in str(value) for secret in SECRETS):
                        found.add(f"{table.name}.{column}")
    return found


def quizzes_own():
    """The words of the quiz itself name an answer, not a person."""
    return {"quiz.draft", "quiz_version.spec"}


def test_nothing_names_somebody_whom_only_quizzes_knew(known, browse):
    before = sightings()
    assert {"notice.title", "task.title", "entry.body", "contact.name"} <= before
    browse.get(known + "/deletion").form().submit()
    assert sightings() - quizzes_own() == set()
    notices = db.session.scalars(select(Notice).order_by(Notice.id)).all()
    assert [one.title for one in notices] == [
        "Deleted on request",
        "A contact asked for deletion of their data",
    ]
    assert notices[0].body == "" and notices[0].url.startswith("/contacts/")


def test_of_somebody_the_team_knows_only_answers_and_score_go(known, browse):
    def talk():
        contact = db.session.scalars(select(Contact)).one()
        user = db.session.scalars(select(User).where(User.role == "owner")).one()
        activities.write_note(by=user, body="Met Adalind at the fair", contact_id=contact.id)

    run(talk)
    run(lambda: db.session.execute(update(Task).values(note="83: 51 to 500")))
    browse.get(known + "/deletion").form().submit()
    db.session.expire_all()
    contact = db.session.scalars(select(Contact)).one()
    assert (contact.name, contact.quiz_score) == ("Adalind Zwettler", None)
    bodies = db.session.scalars(select(Entry.body).where(Entry.kind != "note")).all()
    assert not any("51 to 500" in body for body in bodies)
    assert db.session.scalars(select(Entry.body).where(Entry.kind == "note")).one()
    assert db.session.scalars(select(Assignment.inputs)).all() == [{}]
    assert "facts" not in db.session.scalars(select(AnswerClock.policy)).one()
    assert set(db.session.scalars(select(Outbox.text))) <= {None, ""}
    titles = list(db.session.scalars(select(Notice.title).order_by(Notice.id)))
    assert titles == ["Adalind Zwettler", "Adalind Zwettler asked for deletion of their data"]
    task = db.session.scalars(select(Task)).one()
    assert (task.title, task.closed_as, task.note) == ("Call Adalind Zwettler", "cancelled", "")
    assert db.session.scalars(select(AnswerClock.ended_as)).one() == "cancelled"


def test_asked_again_it_does_nothing_more(known, browse):
    browse.post(known + "/deletion")
    first = sightings()
    assert browse.post(known + "/deletion").status == 303
    assert sightings() == first


def test_the_history_keeps_neither_answers_nor_score_of_them(known, browse):
    """Of somebody whom the team knows too: name and owner stay in the history, results go."""

    def talk():
        contact = db.session.scalars(select(Contact)).one()
        user = db.session.scalars(select(User).where(User.role == "owner")).one()
        activities.write_note(by=user, body="Met at the fair", contact_id=contact.id)

    run(talk)
    answer, title = "Many wait too long", "readiness 94"
    assert "change_value.new" in places_of(answer) & places_of(title)
    assert kept_of("quiz_score") == [94]
    rows = db.session.query(ChangeValue).count()
    browse.get(known + "/deletion").form().submit()
    assert places_of(answer) <= quizzes_own()
    assert places_of(title) == set()
    assert kept_of("quiz_score") == [] and kept_of("quiz_level") == []
    assert db.session.query(ChangeValue).count() >= rows


def places_of(word):
    db.session.expire_all()
    found = set()
    with db.engine.connect() as connection:
        for table in db.metadata.sorted_tables:
            for row in connection.execute(text(f'SELECT * FROM "{table.name}"')).mappings():
                found |= {f"{table.name}.{name}" for name, said in row.items() if word in str(said)}
    return found


def kept_of(column):
    values = db.session.scalars(select(ChangeValue).where(ChangeValue.table == "contact"))
    told = [one.get(column) for value in values for one in (value.old, value.new) if one]
    return [one for one in told if one is not None]


def test_own_fields_that_answers_filled_go_with_somebody_whom_only_quizzes_knew(known, browse):
    def fill():
        contact = db.session.scalars(select(Contact)).one()
        own = fields.create("contact", "Branch", "text", by=None)
        fields.set_values(contact, {f"cf_{own.id}": "Branch of Zwettler"}, None)

    run(fill)
    browse.get(known + "/deletion").form().submit()
    assert sightings() - quizzes_own() == set()
