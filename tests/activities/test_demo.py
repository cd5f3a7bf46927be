"""Tasks of the demo remind like all others, but a first look does not begin with mails."""

from sqlalchemy import select

from crm.activities import jobs
from crm.activities.models import Task
from crm.core import clock
from crm.core.db import db
from crm.demo.everything import fill_records
from crm.mail.models import Outbox


def reminded():
    return db.session.scalars(select(Outbox.id).where(Outbox.kind.startswith("reminder"))).all()


def test_f3_tasks_of_the_demo_ring_from_the_next_working_day(cast, write, the_clock):
    the_clock.set("2026-11-24T16:03")
    write(lambda: fill_records(cast))
    open_tasks = list(db.session.scalars(select(Task).where(Task.closed_at.is_(None))))
    dated = [task for task in open_tasks if task.due_on or task.due_at]
    assert dated
    assert all(task.remind_at and task.remind_at > clock.now() for task in dated)
    jobs.remind_overdue()
    assert reminded() == []
    the_clock.set("2026-11-25T09:05")
    jobs.remind_overdue()
    assert reminded()
