"""A new row and what hangs on it, written past the unit of work."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from crm.contacts import actions
from crm.contacts.models import Contact, ContactEmail
from crm.core import clock
from crm.core.db import db, transaction
from crm.core.inserts import insert_whole
from crm.core.refusal import Refused
from crm.history.models import ChangeValue
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
