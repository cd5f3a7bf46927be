"""V7: what a bulk tag asks of the database grows with its rows and nothing else."""

from sqlalchemy import event, select

from crm.accounts.models import User
from crm.batches import actions
from crm.batches.models import Batch
from crm.contacts import actions as contacts
from crm.contacts.models import Contact
from crm.core.db import db


def statements_of(write, work):
    """The statements of one transaction, after everything before it was forgotten."""
    said = []
    note = lambda *args: said.append(args[2])  # noqa: E731
    db.session.remove()
    event.listen(db.engine, "before_cursor_execute", note)
    try:
        write(work)
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    return said


def test_v7_a_piece_of_a_bulk_tag_reads_once_for_all_its_rows(app, write, cast):
    eva = cast["Eva"].id

    def add():
        for n in range(100):
            contacts.create(name=f"P {n}", team_id=cast.sales.id)
        chosen = select(Contact.id).where(Contact.name.like("P %"))
        by = db.session.get(User, eva)
        return actions.plan("contacts.tag", by=by, records=chosen, options={"tag": "vip"}).id

    number = write(add)
    assert write(lambda: actions.claim(number, "me"))
    while write(lambda: actions.step(number, "me")):
        pass
    write(lambda: actions.start(db.session.get(Batch, number), db.session.get(User, eva)))
    write(lambda: actions.claim(number, "me"))
    write(lambda: actions.step(number, "me"))  # makes the tag
    said = statements_of(write, lambda: actions.step(number, "me"))
    assert len(said) <= 25, said  # 50 rows
