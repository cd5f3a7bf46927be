"""A new row and what hangs on it, written past the unit of work."""

import pytest
from sqlalchemy import event, func, inspect, select
from sqlalchemy.exc import IntegrityError

from crm.activities.models import Entry
from crm.contacts import actions
from crm.contacts.models import Contact, ContactEmail
from crm.core import clock, reading
from crm.core.db import db, transaction
from crm.core.inserts import insert_once, insert_only, insert_row, insert_whole
from crm.core.refusal import Refused
from crm.core.updates import put, update_whole
from crm.history.models import ChangeValue
from crm.leads.models import Intake
from crm.search.models import SearchWord


def _person(address):
    now = clock.now()
    contact = Contact(name="Ada Berg", sort_name="ada berg", lifecycle_at=now)
    contact.created_at = contact.updated_at = now
    email = ContactEmail(
        address=address, canonical=address, mailbox_key=address, domain="b.example"
    )
    contact.emails, contact.phones, contact.taggings, contact.field_values = [email], [], [], []
    return contact


def test_a_row_and_its_parts_are_written_with_numbers_defaults_history_and_words(app):
    with transaction():
        contact = insert_whole(_person("ada@b.example"))
        assert contact.id and contact.emails[0].contact_id == contact.id
        assert (contact.version, contact.lifecycle, contact.emails[0].state) == (
            1,
            "captured",
            "valid",
        )
        assert not db.session.new and not db.session.dirty
        number = contact.id
        contact.job_title = "Engineer"
    kept = db.session.scalars(select(ChangeValue).where(ChangeValue.contact_id == number)).all()
    assert [(one.table, one.op) for one in kept] == [
        ("contact", "insert"),
        ("contact_email", "insert"),
    ]
    assert kept[0].new["job_title"] == "Engineer"
    assert db.session.get(Contact, number).version == 2
    words = db.session.scalars(select(SearchWord.word).where(SearchWord.record_id == number)).all()
    assert {"ada", "berg"} <= set(words)


def test_a_row_that_the_database_refuses_is_not_in_the_session(app):
    with transaction():
        insert_whole(_person("ada@b.example"))
    with transaction():
        savepoint = db.session.begin_nested()
        with pytest.raises(IntegrityError):
            insert_whole(_person("ada@b.example"))
        savepoint.rollback()
        assert not db.session.new
    assert db.session.scalar(select(func.count(Contact.id))) == 1


def test_who_goes_on_after_a_refusal_leaves_no_half_of_a_row(app, cast):
    with transaction():
        insert_whole(_person("ada@b.example"))
    with transaction():
        with pytest.raises(Refused):
            mails = ["new@b.example", "ada@b.example"]
            actions.create(name="Half", emails=mails, has_looked=True)
        assert insert_whole(_person("bo@b.example")).id
    assert db.session.scalars(select(Contact.name)).all() == ["Ada Berg", "Ada Berg"]
    found = db.session.scalars(select(ContactEmail.address).order_by(ContactEmail.id)).all()
    assert found == ["ada@b.example", "bo@b.example"]


def test_nothing_is_inserted_outside_a_transaction(app):
    with pytest.raises(RuntimeError):
        insert_whole(_person("ada@b.example"))


def _said(key):
    return {"idem_key": key, "source": "form", "received_at": clock.now(), "outcome": "created"}


def test_a_row_inserted_once_is_in_the_session_as_if_read_and_a_second_is_none(app):
    with transaction():
        first = insert_once(Intake, _said("a"), "idem_key")
        assert (first.id, first.payload, first.matched_by, first.contact_id) == (1, {}, "", None)
        assert insert_once(Intake, _said("a"), "idem_key") is None
        assert db.session.get(Intake, 1) is first
        assert not db.session.new and not db.session.dirty
    assert db.session.scalar(select(func.count(Intake.id))) == 1


def test_what_was_changed_of_a_row_is_written_at_once_and_no_more_by_the_commit(app):
    statements = []
    event.listen(db.engine, "before_cursor_execute", lambda *sent: statements.append(sent[2]))
    with transaction():
        intake = insert_once(Intake, _said("a"), "idem_key")
        intake.matched_by, intake.outcome = "email", "created"
        update_whole(intake)
        assert not db.session.dirty
        update_whole(intake)
    asked = [text for text in statements if text.startswith("UPDATE")]
    assert asked == ["UPDATE intake SET matched_by=? WHERE intake.id = ?"]
    assert db.session.scalar(select(Intake.matched_by)) == "email"


def test_columns_put_at_once_are_written_by_whoever_writes_the_row(app):
    with transaction():
        intake = insert_row(Intake, _said("put"))
        put(intake, outcome="attached", matched_by="email")
        assert intake in db.session.dirty
        assert inspect(intake).attrs.outcome.history.deleted == ["created"]
        update_whole(intake)
        assert intake not in db.session.dirty
    with transaction():
        put(intake, outcome="unrouted")  # read again before, for the commit let it go
    kept = select(Intake.outcome, Intake.matched_by).where(Intake.idem_key == "put")
    assert tuple(db.session.execute(kept).one()) == ("unrouted", "email")


def test_a_row_that_nobody_reads_is_not_in_the_session(app):
    with transaction():
        number = insert_only(Intake, _said("only"))
        assert not [row for row in db.session if isinstance(row, Intake)]
    assert db.session.get(Intake, number).idem_key == "only"


def test_a_row_that_counts_versions_is_left_to_the_flush(app):
    with transaction():
        contact = insert_whole(_person("ada@b.example"))
        contact.job_title = "Engineer"
        with pytest.raises(ValueError, match="flush"):
            update_whole(contact)
    assert db.session.scalar(select(Contact.version)) == 2


def test_an_entry_of_the_house_can_be_finished_by_the_transaction_that_wrote_it(app):
    values = {"kind": "created", "at": clock.now(), "created_at": clock.now(), "actor": "rule"}
    with transaction():
        insert_row(Entry, values | {"title": "first"}).title = "finished"
    entry = db.session.scalars(select(Entry)).one()
    assert (entry.title, entry.details, entry.body) == ("finished", {}, "")
    with pytest.raises(RuntimeError, match="stay as they were written"), transaction():
        db.session.get(Entry, entry.id).title = "later"


def test_a_number_that_an_undone_savepoint_gave_is_given_again_to_another_row(app):
    with transaction():
        savepoint = db.session.begin_nested()
        kept = insert_once(Intake, _said("a"), "idem_key")
        savepoint.rollback()
        again = insert_once(Intake, _said("b"), "idem_key")
        assert again is not kept
        assert again.idem_key == "b"
    assert db.session.scalars(select(Intake.idem_key)).all() == ["b"]


def test_an_entity_read_again_fills_in_what_the_session_forgot_of_it(app):
    with transaction():
        intake = insert_once(Intake, _said("a"), "idem_key")
    assert inspect(intake).expired_attributes
    (again,) = reading.entities(Intake, select(*reading.columns(Intake)))
    assert again is intake
    assert not inspect(intake).expired_attributes & set(reading.names(Intake))
