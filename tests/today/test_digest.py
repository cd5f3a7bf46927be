"""F5: one mail a working day, at the person's hour, with links that ask before they act."""

import re
from datetime import date, datetime

import pytest
from sqlalchemy import select

from crm.accounts.models import Leave
from crm.activities import actions as activities
from crm.activities.models import Task
from crm.activities.queries import wish_of
from crm.companies import actions as companies
from crm.contacts.models import Contact
from crm.core.db import db
from crm.deals import actions as deals
from crm.leads import actions as leads
from crm.mail.message import write as write_mail
from crm.mail.models import Outbox
from crm.today import jobs, letters


def at(text):
    return datetime.fromisoformat(text)


@pytest.fixture
def add(write, people, ben_id):
    def promise(title, **due):
        return write(
            lambda: (
                activities.add_task(
                    title, owner_id=people("Eva").id, contact_id=ben_id, by=people("Eva"), **due
                ).id
            )
        )

    return promise


def digests():
    return list(db.session.scalars(select(Outbox).where(Outbox.kind == "digest")))


def run_at(the_clock, text):
    the_clock.set(text)
    jobs.send_digests()
    jobs.send_digests()


def sent(row):
    return write_mail(row, letters.compose_digest(row), row.created_at)


def test_f5_one_mail_at_the_persons_hour_tells_what_waits(add, write, people, ben_id, the_clock):
    add("Send the offer", due_on=date(2026, 11, 23), note="He closes his books on Friday.")
    add("Demo", due_at=at("2026-11-25T10:00+01:00"))

    def more():
        pipeline = deals.create_default_pipeline()
        firm = companies.create("Cedar Clinics", by=people("Eva")).id
        deals.create("Annual plan, Cedar Clinics", stage=pipeline.stages[0], by=people("Eva"),
                     company_id=firm)  # fmt: skip
        leads.take_reply(contact_id=ben_id, at=at("2026-11-24T12:00+01:00"), text="In February?")

    write(more)
    run_at(the_clock, "2026-11-25T07:59")
    assert digests() == []
    run_at(the_clock, "2026-11-25T08:00")
    run_at(the_clock, "2026-11-25T10:00")
    the_clock.set("2026-11-25T08:00")
    [row] = digests()
    assert (row.to_address, row.dedupe_key) == (
        "eva@haselbach.example", f"digest:{people('Eva').id}:2026-11-25",
    )  # fmt: skip
    mail = sent(row)
    assert mail.subject == "Wednesday: 1 overdue, answers waiting: 1, 1 for today, 1 stalled"
    assert (mail.headers["Auto-Submitted"], mail.headers["X-Tend-Kind"]) == (
        "auto-generated", "digest",
    )  # fmt: skip
    for words in ("2 days late", "He closes his books", "At 10:00.", "“In February?”", "Annual"):
        assert words in mail.text
        assert words in mail.html
    assert mail.text.count("Cedar Clinics") == 1
    assert mail.text.count("/go/") == mail.html.count("/go/") == 4  # one link a record


def test_f5_nothing_to_say_means_no_mail(cast, the_clock):
    run_at(the_clock, "2026-11-25T08:00")
    assert digests() == []


@pytest.mark.parametrize("why", ["weekend", "leave", "switched off", "no mails", "too late"])
def test_f5_no_mail_on_days_off_or_to_who_wants_none(add, write, people, the_clock, why):
    add("Send the offer", due_on=date(2026, 11, 23))
    eva = people("Eva")
    acts = {
        "leave": lambda: eva.leaves.append(
            Leave(starts_on=date(2026, 11, 25), ends_on=date(2026, 11, 25))
        ),
        "switched off": lambda: activities.save_wish(eva, has_digest=False),
        "no mails": lambda: setattr(eva, "mail_on", False),
    }
    if why in acts:
        write(acts[why])
    times = {"weekend": "2026-11-28T08:00", "too late": "2026-11-25T14:01"}
    run_at(the_clock, times.get(why, "2026-11-25T08:00"))
    assert digests() == []


def test_f5_the_hour_is_that_of_the_persons_own_clock(add, write, people, the_clock):
    add("Send the offer", due_on=date(2026, 11, 20))

    def move():
        people("Eva").timezone = "America/New_York"

    write(move)
    run_at(the_clock, "2026-11-25T13:59")  # 07:59 in New York
    assert digests() == []
    run_at(the_clock, "2026-11-25T14:00")
    assert len(digests()) == 1


def test_f5_what_was_done_before_the_mail_leaves_is_not_told(add, write, people, the_clock):
    task = add("Send the offer", due_on=date(2026, 11, 23))
    run_at(the_clock, "2026-11-25T08:00")
    write(lambda: activities.complete_task(db.session.get(Task, task), people("Eva")))
    assert letters.compose_digest(digests()[0]) is None
    the_clock.set("2026-11-26T08:00")
    assert letters.is_stale(digests()[0]) == "the day has passed"


def links(row):
    found = re.findall(
        r"(Done|Tomorrow|In a week|Answered): http://localhost(/m/\S+)", sent(row).text
    )
    return [(label, url) for label, url in found]


def test_f5_a_link_asks_first_acts_once_and_only_on_what_it_was_made_for(
    add, browse, people, the_clock
):
    number = add("Send the offer", due_on=date(2026, 11, 23))
    run_at(the_clock, "2026-11-25T08:00")
    offered = dict(links(digests()[0]))
    assert set(offered) == {"Done", "Tomorrow", "In a week"}
    page = browse.get(offered["Done"])
    assert page.has("Nothing changes before you press it.")
    assert db.session.get(Task, number).is_open
    path = offered["Done"].split("?")[0]
    assert page.form(path).submit().status == 303
    task = db.session.get(Task, number)
    assert (task.closed_as, task.closed_by_id) == ("done", people("Eva").id)
    for one in (browse.get(offered["Done"]), browse.get(offered["Tomorrow"])):
        assert one.has("since the mail was sent") and not one.root.all("button")
    again = browse.post(path, {"act": "tomorrow"})
    assert again.status == 422
    assert again.has("since the mail was sent")


def test_f5_tomorrow_puts_off_to_the_next_working_day(add, browse, the_clock):
    number = add("Send the offer", due_on=date(2026, 11, 23))
    run_at(the_clock, "2026-11-27T08:00")  # a Friday
    url = dict(links(digests()[0]))["Tomorrow"]
    assert browse.get(url).form(url.split("?")[0]).submit().status == 303
    task = db.session.get(Task, number)
    assert (task.due_on, task.snoozes) == (date(2026, 11, 30), 1)


def test_f5_an_answer_can_be_marked_as_given(write, browse, ben_id, the_clock):
    write(lambda: leads.take_reply(contact_id=ben_id, at=at("2026-11-24T12:00+01:00"), text="Hm"))
    run_at(the_clock, "2026-11-25T08:00")
    url = dict(links(digests()[0]))["Answered"]
    assert browse.get(url).form(url.split("?")[0]).submit().status == 303
    contact = db.session.get(Contact, ben_id)
    assert contact.last_out_at > contact.last_in_at


def test_f5_forged_and_old_links_say_so(add, browse, the_clock):
    add("Send the offer", due_on=date(2026, 11, 23))
    run_at(the_clock, "2026-11-25T08:00")
    url = dict(links(digests()[0]))["Done"]
    assert browse.get(url.replace("/m/", "/m/x")).status == 404
    assert browse.get("/m/forged/today").status == 404


def test_f3_the_settings_page_keeps_what_was_chosen(browse, people):
    eva = browse.signed_in("Eva")
    form = eva.get("/settings/profile/reminders").form("/settings/profile/reminders")
    saved = form.submit(before_minutes="30", hour="10", digest_hour="7")
    assert saved.status == 303
    wish = wish_of(people("Eva"))
    assert (wish.before_minutes, wish.hour, wish.digest_hour, wish.repeats) == (30, 10, 7, True)


def test_f13_who_stands_in_finds_the_work_of_who_is_away(
    add, write, people, ben_id, browse, the_clock
):
    task = add("Send the offer", due_on=date(2026, 11, 24))
    write(lambda: leads.take_reply(contact_id=ben_id, at=at("2026-11-24T12:00+01:00"), text="Hm"))
    mona = browse.signed_in("Mona")
    assert "Send the offer" not in mona.get("/").html
    write(
        lambda: people("Eva").leaves.append(
            Leave(starts_on=date(2026, 11, 25), ends_on=date(2026, 11, 26), delegate=people("Mona"))
        )
    )
    the_clock.set("2026-11-25T10:00")
    mona = browse.signed_in("Mona")
    page = mona.get("/")
    assert page.has("For colleagues who are away") and page.has("For Eva Lindqvist, who is away.")
    assert page.has("Send the offer") and page.has("They wait for your answer.")
    written = write(lambda: letters.queue_digest(people("Mona")))
    text = sent(db.session.get_one(Outbox, written)).text
    assert "For Eva Lindqvist, who is away." in text and "Send the offer" in text
    mona.post(f"/tasks/{task}/completion")
    assert f'id="task-{task}"' not in mona.get("/").html
    the_clock.set("2026-11-27T10:00")
    assert "who is away" not in browse.signed_in("Mona").get("/").html
