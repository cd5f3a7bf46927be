"""What one transaction changed is kept by the transaction itself (O6)."""

import pytest
from sqlalchemy import event, select, update
from sqlalchemy.exc import DatabaseError

from crm.contacts import actions as contacts
from crm.contacts.models import Contact, Tagging
from crm.core import queue
from crm.core.db import db
from crm.core.refusal import Refused
from crm.history import actions, writing
from crm.history.models import ChangeSet, ChangeValue
from tests.history.conftest import contact, kept, last


def test_O6_a_change_keeps_old_and_new_value_actor_and_cause(ada, browse, cast):
    eva_id = cast["Eva"].id
    page = browse.signed_in("Eva").get(f"/contacts/{ada}/facts/job_title")
    form = page.form(f"/contacts/{ada}/facts/job_title", value="Harbour master")
    answer = form.submit()
    found = last()
    assert (found.actor, found.user_id, found.kind) == ("user", eva_id, "contacts.save_fact")
    assert (found.record, found.record_id) == ("contact", ada)
    assert found.request_id == answer.headers["X-Request-Id"]
    assert kept(found.id) == [
        ("update", "contact", {"job_title": None}, {"job_title": "Harbour master"})
    ]


def test_a_set_takes_two_statements_and_nothing_changed_takes_none(ada, write):
    statements = []

    def listen(_connection, _cursor, statement, *_rest):
        if "change_" in statement:
            statements.append(statement.split("(")[0].strip())

    before = last().id
    event.listen(db.engine, "before_cursor_execute", listen)
    write(lambda: contacts.fill_empty(contact_now(ada)))
    assert statements == []
    write(lambda: [contacts.tag(contact_now(ada), "vip"), rename(ada, "Ada L.")])
    assert statements == ["INSERT INTO change_set", "INSERT INTO change_value"]
    assert last().id == before + 1


def contact_now(number):
    return db.session.get_one(Contact, number)


def rename(number, name):
    contact_now(number).name = name


def test_the_value_before_is_known_even_where_nobody_read_it(ada, write):
    write(lambda: rename(ada, "Ada L."))
    assert kept(last().id)[0][2] == {"name": "Ada Lorenz"}


def test_what_a_savepoint_rolled_back_did_not_happen(ada, write):
    def work():
        rename(ada, "Ada One")
        db.session.flush()
        try:
            with db.session.begin_nested():
                contact_now(ada).job_title = "Nobody"
                db.session.flush()
                raise Refused("no")
        except Refused:
            pass
        contact_now(ada).locale = "de"

    write(work)
    assert kept(last().id) == [
        (
            "update",
            "contact",
            {"name": "Ada Lorenz", "locale": None},
            {"name": "Ada One", "locale": "de"},
        )
    ]


def test_what_failed_is_not_kept(ada, write):
    before = last().id

    def work():
        rename(ada, "Ada One")
        db.session.flush()
        raise Refused("no")

    with pytest.raises(Refused):
        write(work)
    write(lambda: None)
    assert last().id == before


def test_there_and_back_in_one_transaction_is_no_change(ada, write):
    before = last().id

    def work():
        contacts.tag(contact_now(ada), "vip")
        rename(ada, "Ada One")
        db.session.flush()
        contacts.untag(contact_now(ada), "vip")
        rename(ada, "Ada Lorenz")

    contacts_before = contact(ada).version
    write(work)
    assert contact(ada).version > contacts_before
    assert last().id == before or not [row for row in kept(last().id) if row[1] != "tag"]


def test_a_job_a_rule_and_an_import_are_named_as_actors(ada, write):
    with writing.acting("import", "transfer.import", user_id=None, details={"import_id": 3}):
        write(lambda: rename(ada, "Ada One"))
    assert (last().actor, last().kind, last().details) == (
        "import",
        "transfer.import",
        {"import_id": 3},
    )
    for path, actor in (("crm.leads.jobs.settle", "rule"), ("crm.mail.jobs.reap", "system")):
        token = queue.doing.set(path)
        write(lambda path=path: rename(ada, path))
        queue.doing.reset(token)
        assert (last().actor, last().kind) == (actor, path.removeprefix("crm."))


def test_a_job_of_many_transactions_is_one_set(ada, write, cast):
    eva_id = cast["Eva"].id
    set_id = write(lambda: writing.open_set("user", "contacts.bulk", user_id=eva_id))
    for name in ("Ada One", "Ada Two"):
        with writing.acting("user", set_id=set_id):
            write(lambda name=name: rename(ada, name))
    assert [row[3]["name"] for row in kept(set_id)] == ["Ada One", "Ada Two"]
    assert last().id == set_id


def test_bulk_statements_say_what_they_did(ada, write, cast):
    from crm.core import clock

    def work():
        rows = [{"id": 900, "contact_id": ada, "tag_id": 1, "set_by": "user", "at": clock.now()}]
        contacts.tag(contact_now(ada), "vip")
        db.session.flush()
        db.session.execute(update(Tagging).values(set_by="rule"))
        writing.record_rows(Tagging, "insert", [(900, None, rows[0])])

    write(work)
    assert ("insert", "tagging") in {row[:2] for row in kept(last().id)}
    value = db.session.scalars(select(ChangeValue).where(ChangeValue.row_id == 900)).one()
    assert value.contact_id == ada
    assert "id" not in value.new


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE change_set SET actor = 'nobody'",
        "DELETE FROM change_set",
        "DELETE FROM change_value",
        "UPDATE change_value SET new = NULL, row_id = row_id + 1",
        """UPDATE change_value SET new = '{"name": "Nobody"}'""",
    ],
)
def test_O6_the_history_is_append_only(ada, write, statement):
    with pytest.raises(DatabaseError, match="append-only"):
        write(lambda: db.session.connection().exec_driver_sql(statement))


def test_O6_erasing_empties_the_values_and_keeps_that_something_happened(ada, write):
    write(lambda: rename(ada, "Ada One"))
    assert write(lambda: actions.empty("contact", [ada])) == 3  # added, its address, the new name
    of_people = select(ChangeValue.new).where(ChangeValue.table != "holiday")  # the cast's days
    assert db.session.scalars(of_people).all() == [None] * 3
    assert len(db.session.scalars(select(ChangeSet)).all()) == 3  # these days, added, renamed
