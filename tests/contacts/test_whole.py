"""A contact read as one product of rows is the one that the ORM loads."""

import pytest
from sqlalchemy import event

from crm.accounts.models import User
from crm.contacts import actions, queries
from crm.core.db import db


@pytest.fixture
def ada(app, demo, cast, write):
    """A contact with two addresses, two numbers and two tags, at a company with a domain."""

    def add():
        made = actions.create(
            name="Ada Moss",
            emails=["ada@moss.example", "ada@hafen.example"],
            phones=["+49 30 1", "+49 30 2"],
            company_id=demo["Hafen GmbH"],
            owner_id=cast["Eva"].id,
            by=cast["Eva"],
        )
        for name in ("vip", "press"):
            actions.tag(made, name, by=cast["Eva"])
        return made.id

    return write(add)


def read(name, contact_id):
    db.session.remove()
    reader = db.session.scalars(db.select(User).where(User.name.startswith(name))).one()
    return queries.record_for(reader, contact_id)


def test_all_that_hangs_on_a_contact_comes_once_in_order_and_with_one_statement(ada):
    asked = []
    contact = read("Eva", ada)
    note = lambda *args: asked.append(args[2])  # noqa: E731
    event.listen(db.engine, "before_cursor_execute", note)
    try:
        assert [row.address for row in contact.emails] == ["ada@moss.example", "ada@hafen.example"]
        assert [row.raw for row in contact.phones] == ["+49 30 1", "+49 30 2"]
        assert [tag.name for tag in contact.tags] == ["vip", "press"]
        assert contact.company.name == "Hafen GmbH"
        assert [row.company_id for row in contact.company.domains] == [contact.company_id]
        assert contact.owner.name == "Eva Lindqvist"
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert asked == []


def test_who_may_not_see_a_contact_reads_nothing_of_it(ada):
    assert read("Otto", ada) is None


def test_what_was_read_before_a_write_is_read_afresh(ada, write):
    contact = read("Eva", ada)
    write(lambda: actions.add_email(contact, "ada@third.example"))
    again = queries.record_for(contact.owner, ada)
    assert again is contact
    assert [row.address for row in again.emails][-1] == "ada@third.example"
