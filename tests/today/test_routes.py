"""The day's list: what stands on it, why, and what happens to it."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from crm.activities import actions as activities
from crm.activities.models import Task
from crm.contacts.models import Contact
from crm.core import clock
from crm.core.db import db
from crm.deals import actions as deals
from crm.leads import actions as leads
from crm.leads.models import AnswerClock
from crm.leads.rules import Arrival
from crm.today import queries

TODAY = "div#today"


@pytest.fixture
def add(write, people, ben_id):
    """Promise something to Ben for Eva: add("Call", due_on=…)."""

    def promise(title, **due):
        due.setdefault("source", "user")
        return write(
            lambda: (
                activities.add_task(
                    title, owner_id=people("Eva").id, contact_id=ben_id, by=people("Eva"), **due
                ).id
            )
        )

    return promise


@pytest.fixture
def run_clock(write, people, ben_id):
    """A clock of 120 minutes on Ben, started so many minutes ago."""

    def start(minutes, **more):
        began = clock.now() - timedelta(minutes=minutes)
        write(
            lambda: db.session.add(
                AnswerClock(
                    **more,
                    contact_id=ben_id,
                    owner_id=people("Eva").id,
                    policy={"minutes": 120, "name": "First call"},
                    started_at=began,
                    due_at=began + timedelta(minutes=120),
                )
            )
        )

    return start


def test_an_empty_day_says_so_and_names_the_next_thing(browse, add):
    add("Send the offer", due_on=date(2026, 12, 1))
    page = browse.signed_in("Eva").get("/")
    assert page.has("All clear")
    assert page.has("Send the offer")


def test_late_and_due_stand_apart_with_their_reasons(browse, add):
    add("Revised offer", due_on=date(2026, 11, 23), note="He closes his books on Friday.")
    add("Call at four", due_at=datetime.fromisoformat("2026-11-24T16:00:00+01:00"))
    add("Tomorrow", due_on=date(2026, 11, 25))
    page = browse.signed_in("Eva").get("/")
    text = page.by_id("today").text
    assert "1 day late due Mon 23 Nov" in text
    assert "He closes his books on Friday." in text
    assert "16:00 in 2 h 59 min" in text
    assert "Tomorrow" not in text
    assert text.index("Revised offer") < text.index("Call at four")


def test_a_task_says_the_day_on_which_it_came_to_who_has_it(
    browse, people, write, ben_id, the_clock
):
    """Eva writes three on the 24th, and gives Mona two of them on the 26th; Olga gives her one."""

    def promise(title, owner="Eva", by="Eva", **about):
        task = activities.add_task(
            title, owner_id=people(owner).id, by=people(by), due_on=date(2026, 11, 24), **about
        )
        assert task is not None
        return task.id

    given = write(lambda: [promise("Of Ben", contact_id=ben_id), promise("Of none")])
    write(lambda: [promise("Kept"), promise("At once", "Mona", "Olga", contact_id=ben_id)])
    the_clock.set("2026-11-26T10:00")
    for tells in (True, False):

        def hand_over(tells=tells):
            mona, task = people("Mona"), db.session.get_one(Task, given[not tells])
            activities.reassign_task(task, mona, people("Eva"), tells=not tells)

        write(hand_over)
    the_clock.set("2026-11-27T10:00")
    mona = browse.signed_in("Mona")
    said = {
        node.one("a", class_="name").text: node.one("p", class_="reason").text
        for node in mona.get("/").root.all("li", class_="row")
    }
    assert said == {
        "Of Ben": "Given to you on Thu 26 Nov.",
        "Of none": "Given to you on Thu 26 Nov.",
        "At once": "Given to you on Tue 24 Nov.",
    }
    page = browse.signed_in("Eva").get("/")
    assert page.by_id("today").text.count("You said so on Tue 24 Nov.") == 1


def test_a_running_clock_comes_first_and_shows_what_is_left(browse, add, run_clock):
    add("Something else", due_on=date(2026, 11, 20))
    run_clock(97)
    page = browse.signed_in("Eva").get("/")
    text = page.by_id("today").text
    assert "23 min left due 13:23" in text
    assert text.index("Ben Achterberg") < text.index("Something else")
    assert page.root.one("progress", value="97")


def test_a_clock_that_ran_out_says_by_how_much(browse, run_clock):
    run_clock(132)
    assert "12 min late due 12:48" in browse.signed_in("Eva").get("/").by_id("today").text


def test_a_clock_late_since_days_says_that_it_counts_working_time(browse, run_clock, the_clock):
    run_clock(132)
    the_clock.set("2026-11-25T10:00:30")
    # 13:00 to 17:00 and from 9:00 to 10:00 beside the 12 minutes.
    text = browse.signed_in("Eva").get("/").by_id("today").text
    assert "5 h 12 min of working time late" in text


def test_a_clock_that_was_handed_on_says_when_they_came_in(browse, run_clock):
    run_clock(135, ended_at=clock.now(), ended_as="reassigned")
    run_clock(0)
    # It is 13:00; the first of both clocks began at 10:45.
    text = browse.signed_in("Eva").get("/").by_id("today").text
    assert "Came in Tue 10:45. Handed on Tue 13:00." in text


def test_a_rules_task_about_somebody_shown_above_is_not_shown_twice(browse, add, run_clock):
    add("Call Ben – readiness 80", due_on=date(2026, 11, 24), source="routing")
    run_clock(10)
    text = browse.signed_in("Eva").get("/").by_id("today").text
    assert text.count("Ben Achterberg") == 3  # the row and the names of its two acts
    assert "readiness 80" not in text


def test_an_answer_waits_until_somebody_writes_back(browse, write, people, ben_id):
    write(
        lambda: activities.record(
            "mail_in", contact_id=ben_id, actor="prospect", body="Friday at ten works."
        )
    )
    eva = browse.signed_in("Eva")
    assert eva.get("/").has("Friday at ten works.")
    write(lambda: activities.log_call(contact_id=ben_id, by=people("Eva"), outcome="reached"))
    assert not eva.get("/").has("Friday at ten works.")


def test_deals_without_next_step_and_idle_deals_ask_for_a_decision(
    browse, write, people, the_clock
):
    the_clock.set("2026-11-02T09:00")

    def fill():
        stage = deals.create_default_pipeline().stages[0]
        deals.create("Nothing promised", stage=stage, by=people("Eva"), amount_cents=100_00)
        quiet = deals.create("Gone quiet", stage=stage, by=people("Eva"))
        deals.decide_next_step(quiet, people("Eva"), title="Wait", due_on=date(2026, 12, 20))

    write(fill)
    the_clock.set("2026-11-24T13:00")
    text = browse.signed_in("Eva").get("/").by_id("today").text
    assert "No next step 22 days in Lead in" in text
    assert "Idle 22 days in Lead in" in text
    assert "Usual here: 7 days." in text


def test_ticking_off_takes_the_row_away_and_offers_the_next_step(browse, add):
    task_id = add("Call Ben", due_on=date(2026, 11, 24))
    eva = browse.signed_in("Eva")
    url = f"/tasks/{task_id}/completion"
    page = eva.htmx("post", url, TODAY, data={"on": "today"})
    assert not page.by_id("today").all(id=f"task-{task_id}")
    assert "What comes next?" in page.by_id("offer").text
    plain = eva.post(f"/tasks/{task_id}/follow-ups", data={"on": "today", "next": "next_week"})
    assert plain.status == 303
    made = db.session.scalars(select(Task).where(Task.source == "follow_up")).one()
    assert made.due_on == date(2026, 12, 1)


def test_f8_the_head_counts_what_is_left_after_ticking_off(browse, add):
    first, _second = (add(f"Call {n}", due_on=date(2026, 11, 24)) for n in (1, 2))
    eva = browse.signed_in("Eva")
    assert eva.get("/").has("2 urgent things, most urgent first.")
    page = eva.htmx("post", f"/tasks/{first}/completion", TODAY, data={"on": "today"})
    assert page.has("One urgent thing.") and page.by_id("today-head")


def test_f8_the_mark_beside_today_follows_what_is_done(browse, add, ben_id):
    first, second = (add(f"Call {n}", due_on=date(2026, 11, 24)) for n in (1, 2))
    eva = browse.signed_in("Eva")
    home = eva.get("/")
    mark = home.by_id("count-today")
    assert mark.text == "2"
    page = eva.htmx("post", f"/tasks/{first}/completion", TODAY, data={"on": "today"})
    assert page.by_id("count-today").text == "1"
    assert page.root.one("hx-partial", **{"hx-target": "#count-today"})
    page = eva.htmx("post", f"/tasks/{second}/completion", f"tr#task-{second}")
    mark = page.by_id("count-today")
    assert mark.text == "" and "hidden" in mark.attrs  # there, so that a number can come
    assert "hidden" in eva.get("/").by_id("count-today").attrs
    write = {"body": "Spoke about the stock list."}
    page = eva.htmx("post", f"/contacts/{ben_id}/notes", "section#timeline", data=write)
    assert not page.root.all(id="count-today")  # a note is no promise: nothing is counted
    call = {"outcome": "reached", "next": "tomorrow"}
    page = eva.htmx("post", f"/contacts/{ben_id}/calls", "section#timeline", data=call)
    assert page.by_id("count-today")


def test_ticking_off_without_script_comes_back_to_the_list(browse, add):
    task_id = add("Call Ben", due_on=date(2026, 11, 24))
    eva = browse.signed_in("Eva")
    form = eva.get("/").form(f"/tasks/{task_id}/completion")
    page = form.submit()
    assert page.location == f"/?done={task_id}"
    assert page.follow().has("What comes next?")


def test_the_minute_tick_is_silent_when_nothing_is_new(browse, add):
    add("Call Ben", due_on=date(2026, 11, 24))
    eva = browse.signed_in("Eva")
    poll = eva.get("/").by_id("today")["hx-get"]
    assert eva.htmx("get", poll, TODAY).status == 204
    add("Another", due_on=date(2026, 11, 24))
    page = eva.htmx("get", poll, TODAY)
    assert page.status == 200
    assert "Another" in page.by_id("today").text
    assert not page.is_page


def test_one_by_one_shows_one_thing_and_the_next(browse, add):
    add("First", due_on=date(2026, 11, 23))
    add("Second", due_on=date(2026, 11, 24))
    eva = browse.signed_in("Eva")
    one = eva.get("/?start=1")
    assert one.has("1 of 2")
    assert one.has("First")
    assert "Second" not in one.by_id("today").text
    assert "Second" in eva.get("/?start=2").by_id("today").text
    assert eva.get("/?start=99").has("First")


def test_the_week_counts_what_was_done_since_monday(write, people, ben_id, add):
    def talk():
        for outcome in ("reached", "no_answer", "voicemail"):
            activities.log_call(contact_id=ben_id, by=people("Eva"), outcome=outcome)
        activities.log_call(
            contact_id=ben_id,
            by=people("Eva"),
            outcome="reached",
            occurred_at=datetime.fromisoformat("2026-11-22T23:59:00+01:00"),
        )
        pipeline = deals.create_default_pipeline()
        won = deals.create("Won one", stage=pipeline.stages[0], by=people("Eva"))
        deals.close(won, people("Eva"), is_won=True, amount_cents=1_000_000)

    write(talk)
    week = queries.week_of(people("Eva"))
    assert (week.calls, week.reached) == (3, 1)
    assert (week.won, week.won_cents) == (1, 1_000_000)
    assert week.median_minutes is None


def test_a_full_day_asks_no_more_questions_than_a_short_one(browse, add, run_clock):
    add("One", due_on=date(2026, 11, 24))
    run_clock(10)
    eva = browse.signed_in("Eva")
    short = eva.get("/").statements
    for number in range(15):
        add(f"Task {number}", due_on=date(2026, 11, 24))
    assert eva.get("/").statements == short


def test_the_set_up_list_is_for_those_who_can_and_hides(browse, cast):
    assert not browse.signed_in("Eva").get("/").has("Set up Tend")
    olga = browse.signed_in("Olga")
    page = olga.get("/")
    assert page.has("Set up Tend 0 of 5")
    assert page.form("/setup-list/hiding").submit().status == 303
    assert not olga.get("/").has("Set up Tend")


def test_nobody_sees_the_day_of_another(browse, add):
    add("Call Ben", due_on=date(2026, 11, 24))
    assert not browse.signed_in("Finn").get("/").has("Call Ben")


def test_a_lead_that_nobody_has_stands_first_for_those_who_give_leads_away(
    browse, write, cast, people
):
    lead = Arrival(source="quiz", idem_key="attempt:1", email="ada@kehr.example", name="Ada Kehr")
    team_id = cast.sales.id
    for key in ("attempt:1", "attempt:2"):
        write(lambda key=key: leads.capture(replace(lead, idem_key=key, team_id=team_id)))
    olga = browse.signed_in("Olga")
    page = olga.get("/")
    text = page.by_id("today").text
    assert "Nobody has these 1" in text
    assert text.count("Ada Kehr") == 2  # the row and the name of its act
    assert not page.has("All clear")
    assert queries.count_for(people("Olga")) == 1
    assert browse.signed_in("Eva").get("/").has("All clear")
    assert queries.count_for(people("Eva")) == 0
    write(
        lambda: leads.hand_over(the_ada(), people("Eva"), people("Olga"), "From the waiting leads")
    )
    assert not olga.get("/").has("Nobody has these")
    assert queries.count_for(people("Olga")) == 0


def the_ada():
    return db.session.scalars(select(Contact).where(Contact.name == "Ada Kehr")).one()


def test_header_and_mark_count_the_same_while_a_clock_runs(browse, people, add, run_clock):
    add("Call Ben – readiness 80", due_on=date(2026, 11, 24), source="routing")  # his clock's own
    add("Something else", due_on=date(2026, 11, 24))
    run_clock(10)
    page = browse.signed_in("Eva").get("/")
    assert page.has("2 urgent things, most urgent first.") and page.has("1 clock is running")
    assert queries.count_for(people("Eva")) == 2
