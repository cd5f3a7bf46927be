"""Mails that remind of a task: how long they are worth sending, and what they say."""

from datetime import timedelta

import pytest

from crm.activities import actions, letters
from crm.activities.models import Task
from crm.contacts import actions as contacts
from crm.contacts.models import Contact
from crm.core import clock
from crm.core.db import db
from crm.leads import letters as leads
from crm.mail.message import write as write_mail
from crm.mail.models import Outbox


def test_both_reminders_are_worth_sending_for_twelve_hours():
    found = {one.kind: one.expires for one in (*letters.MAILS, *leads.MAILS)}
    assert found["reminder"] == found["reminder.clock"] == timedelta(hours=12)


@pytest.fixture
def text_of(cast, task_id):
    """text_of("due"): the reminder of Eva's call to Ben as plain text, on one line."""

    def write(step):
        number = db.session.get(Task, task_id).id
        eva = "eva@haselbach.example"
        row = Outbox(
            kind="reminder", user_id=cast["Eva"].id, created_at=clock.now(), dedupe_key=step,
            context={"task_id": number, "due_version": 1, "step": step},
            to_address=eva, to_canonical=eva, to_name="",
        )  # fmt: skip
        text = write_mail(row, letters.compose_reminder(row), clock.now()).text
        return " ".join(text.split())

    return write


def test_f3_a_reminder_says_whether_it_comes_again(text_of, cast, write):
    assert "comes again when the task is due" in text_of("before")
    assert "comes again each working day while it is open" in text_of("due")
    assert "comes again each working day while it is open" in text_of("overdue")
    write(lambda: actions.save_wish(cast["Eva"], repeats=False))
    assert "This reminder comes once." in text_of("due")


def test_c10_a_reminder_says_what_was_agreed_to(text_of, write, ben_id):
    def say(is_granted):
        contacts.record_consent(
            db.session.get(Contact, ben_id), purpose="marketing", is_granted=is_granted,
            text="Offers?", text_version=1, locale="en", source="hand",
        )  # fmt: skip

    assert "mails about our offers: not asked." in text_of("due")
    write(lambda: say(True))
    assert "mails about our offers: yes." in text_of("due")
    write(lambda: say(False))
    assert "mails about our offers: no." in text_of("due")
