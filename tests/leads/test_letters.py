"""What the notice and the reminder say, rendered as they leave."""

import re
from dataclasses import replace

import pytest
from sqlalchemy import select

from crm.activities import actions as activities
from crm.contacts import actions as contacts
from crm.contacts.models import Contact
from crm.core import clock
from crm.core.db import db, run
from crm.leads import actions, letters
from crm.leads.models import Touch
from crm.mail import message
from crm.mail.models import Outbox
from tests.leads.conftest import ADA, BEN, result


def add_touch(values):
    row = Touch(at=clock.now(), **values)
    db.session.add(row)
    db.session.flush()
    return row.id


def written(kind="notice"):
    row = db.session.scalars(
        select(Outbox).where(Outbox.kind == kind).order_by(Outbox.id.desc())
    ).first()
    mail = next(one for one in letters.MAILS if one.kind == kind)
    return row, message.write(row, mail.compose(row), clock.now())


def test_the_notice_says_who_by_when_and_why(arrive):
    arrive(ADA, "2026-11-24T14:03")
    _row, mail = written()
    assert mail.subject == "Hot, 94: call Ada Prospect, Ada Works"
    assert mail.headers["X-Tend-Kind"] == "notice"
    assert mail.headers["Auto-Submitted"] == "auto-generated"
    for part in (
        "FIRST CALL BY Tue 24 Nov, 16:03,",
        "The task is due Tue 24 Nov, 17:00.",
        "- 51 to 500 people",
        "Finn is next.",
    ):
        assert part in " ".join(mail.text.split()), mail.text
    links = set(re.findall(r"http://localhost/go/\S+", mail.text))
    assert len(links) == 1
    assert links == set(re.findall(r'http://localhost/go/[^"]+', mail.html))


def test_a_mail_that_leaves_late_says_when_it_was_written_and_when_it_left(arrive, the_clock):
    arrive(ADA, "2026-11-24T14:03")
    for at, words in (
        ("2026-11-24T14:05", " at 14:03."),  # two minutes are no delay
        ("2026-11-24T14:07", ": written 14:03, delayed, sent 14:07."),
        ("2026-11-25T09:00", ": written Tue 24 Nov, 14:03, delayed, sent Wed 25 Nov, 09:00."),
    ):
        the_clock.set(at)
        _row, mail = written()
        line = f"Sent by Tend to eva@haselbach.example{words}"
        assert f"{line}\nWhich mails I get: " in mail.text, mail.text
        assert line in mail.html


def test_the_notice_is_answered_to_the_prospect_and_tells_where_they_came_from(arrive):
    visit = {"visitor_ref": "v1", "landing_path": "/pricing", "utm_source": "google"}
    with_visit = replace(ADA, touch_id=run(lambda: add_touch(visit)))
    arrive(with_visit, "2026-11-24T14:03")
    _row, mail = written()
    assert mail.headers["Reply-To"] == "ada@ada-works.example"
    for part in (mail.text, mail.html):
        for words in ("Came from google.", "Page: /pricing", "ada@ada-works.example"):
            assert words in part, part


def test_the_notice_of_a_retake_says_what_changed(arrive, write):
    ada = arrive(ADA).contact
    write(lambda: setattr(db.session.get(Contact, ada.id), "quiz_score", 94))
    arrive(result("Ada", 60, "warm"))
    _row, mail = written()
    assert mail.subject == "Ada Prospect is back: 94 → 60"
    assert "94 before, 60 now." in mail.text


def test_the_notice_of_an_answer_quotes_it(arrive):
    ada = arrive(ADA).contact.id
    run(
        lambda: actions.take_reply(
            contact_id=ada, at=clock.now(), text="Friday works.", message_id="<a@b>"
        )
    )
    _row, mail = written()
    assert mail.subject == "Ada Prospect answered, Ada Works"
    assert "> Friday works." in mail.text


@pytest.fixture
def reminded(seniors_first, arrive, the_clock, cast):
    ben = arrive(BEN, "2026-11-24T14:03").contact.id
    the_clock.set("2026-11-24T14:30")
    run(lambda: activities.log_mail(contact_id=ben, by=cast["Sam"], subject="Hello"))
    the_clock.set("2026-11-24T16:03:10")
    run(actions.sweep)
    return ben


def test_the_reminder_says_what_is_missing_and_what_comes_next(reminded):
    _row, mail = written("reminder.clock")
    assert mail.subject == "No call logged for Ben in 2 h"
    assert mail.headers["X-Tend-Kind"] == "reminder"
    assert mail.headers["Auto-Submitted"] == "auto-generated"
    text = " ".join(mail.text.split())
    for part in (
        "Warm, 80.",
        "AT 16:18 IT GOES TO SINA ROTH.",
        "from Tue 24 Nov, 14:03 to Tue 24 Nov, 16:03.",
        "Your mail at 14:30 does not stop it: the rule asks for a call.",
        "+49 30 23125772",
        "- Decides, or owns the budget",
        "This is the only reminder for this clock.",
    ):
        assert part in text, mail.text
    assert 'href="tel:+493023125772"' in mail.html


def test_the_notice_of_a_hand_on_says_when_the_answer_came_in(reminded, the_clock):
    the_clock.set("2026-11-24T16:18:20")
    run(actions.sweep)
    row, mail = written()
    assert row.to_address == "sina@haselbach.example"
    text = " ".join(mail.text.split())
    # The second two hours: 42 minutes of Tuesday, 78 of Wednesday. Less than an hour before the
    # close the task has until the end of the next working day.
    said = (
        "It was handed on Tue 24 Nov, 16:18; the answer came in Tue 24 Nov, 14:03. "
        "The task is due Wed 25 Nov, 17:00."
    )
    assert f"FIRST CALL BY Wed 25 Nov, 10:18. {said}" in text, mail.text
    assert said in mail.html and "after the answer came in" not in text


def test_the_reminder_does_not_leave_once_the_call_is_logged(reminded, cast):
    row, _mail = written("reminder.clock")
    assert letters.is_kept(row) is None
    run(lambda: activities.log_call(contact_id=reminded, by=cast["Sam"], outcome="no_answer"))
    run(lambda: actions.settle(reminded))
    assert letters.is_kept(row) == "the call was logged meanwhile"


def test_no_notice_leaves_about_a_contact_that_is_gone(arrive, cast):
    ada = arrive(ADA).contact.id
    row, _mail = written()
    assert letters.is_moot(row) is None
    run(lambda: contacts.delete(db.session.get(Contact, ada), cast["Mona"]))
    assert letters.is_moot(row) == "the contact is gone"


def test_a_company_of_another_team_is_not_named(arrive, cast):
    arrive(ADA, "2026-11-24T14:03")
    run(
        lambda: setattr(
            db.session.scalars(select(Contact)).one().company, "team_id", cast.partners.id
        )
    )
    _row, mail = written()
    assert mail.subject == "Hot, 94: call Ada Prospect"
    assert "Ada Works" not in mail.text + mail.html
