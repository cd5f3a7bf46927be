"""Rows that stay as they were written, whoever asks the session to change them."""

import pytest
from sqlalchemy import delete, text, update

from crm import upkeep
from crm.activities import actions as activities
from crm.activities.models import Entry
from crm.contacts import actions as contacts
from crm.contacts.models import Consent
from crm.core import clock
from crm.core.db import db, run
from crm.core.lasting import erasing
from crm.leads.models import Touch
from crm.quizzes.models import Attempt, FunnelEvent, QuizVersion
from crm.quizzes.queries.whole import changed_versions


@pytest.fixture
def rows(readiness):
    """One row of each lasting kind, by its model."""

    def work():
        now = clock.now()
        person = contacts.create(name="Ada Lorenz", emails=("ada@nordhafen.example",))
        db.session.flush()
        version = db.session.query(QuizVersion).first()
        attempt = Attempt(token_hash="t", version_id=version.id, started_at=now, last_seen_at=now)
        db.session.add(attempt)
        db.session.flush()
        made = [
            Touch(at=now, utm_source="google"),
            FunnelEvent(attempt_id=attempt.id, kind="started", at=now),
            Consent(contact_id=person.id, purpose="marketing", is_granted=True, at=now),
        ]
        db.session.add_all(made)
        entry = activities.record("note", contact_id=person.id, title="Said", body="Yes")
        db.session.flush()
        return {type(one): one.id for one in (*made, version, entry)}

    return run(work)


CHANGES = [
    (QuizVersion, "spec", {}),
    (QuizVersion, "spec_sha256", "0"),
    (Consent, "is_granted", False),
    (Consent, "text", "another"),
    (Touch, "utm_source", "bing"),
    (FunnelEvent, "kind", "completed"),
    (Entry, "title", "Never said"),
    (Entry, "kind", "call"),
]


@pytest.mark.parametrize(("model", "name", "value"), CHANGES)
def test_what_was_written_is_not_changed(rows, model, name, value):
    def one():
        setattr(db.session.get(model, rows[model]), name, value)

    def many():
        db.session.execute(update(model).values({name: value}))

    before = getattr(db.session.get(model, rows[model]), name)
    for change in (one, many):
        with pytest.raises(RuntimeError, match=f"stay as they were written: {name}"):
            run(change)
    assert getattr(db.session.get(model, rows[model]), name) == before


@pytest.mark.parametrize("model", [QuizVersion, Consent, Touch, FunnelEvent, Entry])
def test_what_was_written_is_not_deleted_but_by_erasing(rows, model):
    def one():
        db.session.delete(db.session.get(model, rows[model]))

    def many():
        db.session.execute(delete(model).where(model.id == rows[model]))

    for change in (one, many):
        with pytest.raises(RuntimeError, match="stay as they were written"):
            run(change)
    if model is not QuizVersion:  # attempts hold on to it
        run(erasing()(many))
        assert db.session.get(model, rows[model]) is None


def test_an_entry_is_edited_and_pinned_and_erasing_empties_it(rows):
    def edit():
        entry = db.session.get(Entry, rows[Entry])
        entry.body, entry.edited_at = "No", clock.now()
        activities.pin(entry)

    run(edit)
    run(erasing()(lambda: db.session.execute(update(Entry).values(title="Erased", body=""))))
    assert db.session.get(Entry, rows[Entry]).title == "Erased"


def test_the_doctor_finds_a_version_changed_behind_the_back(rows):
    assert changed_versions() == []
    sql = text("UPDATE quiz_version SET spec_sha256 = 'another'")
    run(lambda: db.session.connection().execute(sql))
    assert changed_versions() == ["readiness v1"]
    assert ("WRONG", f"{upkeep.QUIZZES_CHANGED}: readiness v1") in upkeep.findings()
