"""What the trash does to the work on a contact, and what the way back brings again."""

from sqlalchemy import select

from crm.activities import actions as activities
from crm.activities.models import Task
from crm.contacts import actions
from crm.contacts.models import Contact
from crm.core.db import db


def test_the_trash_closes_the_tasks_and_the_way_back_opens_them(write, cast):
    eva = cast["Eva"]
    ada = write(lambda: actions.create(name="Ada Lorenz", emails=["ada@nordhafen.example"])).id

    def promise():
        done = activities.add_task("Send it", owner_id=eva.id, contact_id=ada, by=eva)
        activities.complete_task(done, eva)
        activities.add_task("Call Ada", owner_id=eva.id, contact_id=ada, by=eva)

    write(promise)
    write(lambda: actions.delete(db.session.get(Contact, ada), eva))
    assert closings() == {"Send it": "done", "Call Ada": "cancelled"}
    write(lambda: actions.restore(db.session.get(Contact, ada), eva))
    assert closings() == {"Send it": "done", "Call Ada": None}


def closings():
    rows = db.session.execute(select(Task.title, Task.closed_as))
    return {title: closed_as for title, closed_as in rows}
