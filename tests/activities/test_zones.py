"""F2: what is today and what is late is so where the owner of a task is."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from crm.activities import actions
from crm.activities.lists import WHENS, spans_of
from crm.activities.models import Task
from crm.core.db import db


@pytest.fixture
def of_finn(cast, write):
    """A day task of Finn's, who moves to a zone: of_finn("Pacific/Auckland", date(…))."""

    def add(zone, on):
        def both():
            cast["Finn"].timezone = zone
            db.session.flush()
            actions.add_task("Call", owner_id=cast["Finn"].id, due_on=on, by=cast["Finn"])

        write(both)
        return db.session.scalars(select(Task)).one()

    return add


def stands_in(user, team=True):
    """The spans of the list that hold a task."""
    spans = spans_of(user, team)
    return [
        when
        for when in WHENS
        if when != "open" and db.session.scalars(select(Task).where(spans[when])).first()
    ]


@pytest.mark.parametrize(
    ("zone", "now", "span"),
    [
        # The 24th in Honolulu lasts until 11:00 on the 25th in Berlin.
        ("Pacific/Honolulu", "2026-11-24T10:59+01:00", "week"),  # there it is the 23rd
        ("Pacific/Honolulu", "2026-11-24T11:00+01:00", "today"),
        ("Pacific/Honolulu", "2026-11-25T10:59+01:00", "today"),
        ("Pacific/Honolulu", "2026-11-25T11:00+01:00", "late"),
        # Over the date line: the 24th in Kiritimati (+14) is over at 11:00 on the 24th in Berlin.
        ("Pacific/Kiritimati", "2026-11-23T10:59+01:00", "week"),
        ("Pacific/Kiritimati", "2026-11-23T11:00+01:00", "today"),
        ("Pacific/Kiritimati", "2026-11-24T11:00+01:00", "late"),
    ],
)
def test_f2_a_day_is_today_and_late_where_its_owner_is(cast, of_finn, the_clock, zone, now, span):
    of_finn(zone, date(2026, 11, 24))
    the_clock.set(now)
    assert stands_in(cast["Mona"]) == [span]


@pytest.mark.parametrize(
    ("now", "span"),
    [
        # The clocks in New York go back on Sunday 1 November 2026: that day has 25 hours.
        ("2026-11-01T03:59+00:00", "week"),
        ("2026-11-01T04:00+00:00", "today"),
        ("2026-11-02T04:59+00:00", "today"),
        ("2026-11-02T05:00+00:00", "late"),
    ],
)
def test_f2_a_day_of_25_hours_is_today_for_all_of_them(cast, of_finn, the_clock, now, span):
    of_finn("America/New_York", date(2026, 11, 1))
    the_clock.set(now)
    assert stands_in(cast["Mona"]) == [span]


def test_f2_an_instant_is_late_everywhere_at_once(cast, write, the_clock):
    def add():
        cast["Finn"].timezone = "Asia/Tokyo"
        db.session.flush()
        actions.add_task(
            "Call", owner_id=cast["Finn"].id, by=cast["Finn"],
            due_at=datetime.fromisoformat("2026-11-24T16:30+01:00"),
        )  # fmt: skip

    write(add)
    the_clock.set("2026-11-24T15:59")
    assert stands_in(cast["Finn"], team=False) == ["week"]  # 00:30 on Wednesday in Tokyo
    the_clock.set("2026-11-24T16:30")
    assert stands_in(cast["Mona"]) == ["late"]


def test_f2_the_teams_list_names_the_zone_where_it_differs(browse, of_finn):
    of_finn("Pacific/Honolulu", date(2026, 11, 24))
    page = browse.signed_in("Mona").get("/tasks?who=team")
    assert page.has("the day in Pacific/Honolulu")


@pytest.mark.parametrize(
    ("at", "is_there"),
    # Berlin, 28 March 2027: 01:59 is followed by 03:00. In October 02:30 comes twice: the first.
    [("2027-03-28 01:59", 1), ("2027-03-28 02:30", 0), ("2027-03-28 03:00", 1),
     ("2027-10-31 02:30", 1)],
)  # fmt: skip
def test_f2_a_time_that_clocks_jump_over_is_refused_not_moved(browse, cast, at, is_there):
    day, time = at.split()
    owner = str(cast["Eva"].id)
    said = {"title": "Call her", "kind": "call", "day": day, "time": time, "owner_id": owner}
    answer = browse.signed_in("Eva").post("/tasks", said)
    assert answer.status == (303 if is_there else 422)
    assert is_there or answer.has("Clocks go forward over this time on that day.")
    found = db.session.scalars(select(Task)).all()
    assert len(found) == is_there
    if at.startswith("2027-10"):
        assert found[0].due_at == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
