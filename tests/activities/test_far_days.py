"""Days at the ends of the calendar: refused in words where they are typed, never a failure."""

from datetime import date, datetime

import pytest
from sqlalchemy import func, select

from crm.activities.models import Entry, Task
from crm.core.days import check, instant
from crm.core.db import db
from crm.fields.typed import Custom, checked
from crm.transfer.rules import habits

WORDS = "Choose a day between the years 1000 and 8999."
FAR = ("9999-12-31", "0001-01-01", "9000-01-01", "0999-12-31")


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


@pytest.mark.parametrize("day", FAR)
def test_a_task_is_not_due_on_a_day_nobody_can_show(browse, ben_id, day):
    eva = browse.signed_in("Eva")
    data = {"title": "Far", "kind": "todo", "day": day, "time": "23:59", "note": "kept"}
    page = eva.post(f"/contacts/{ben_id}/tasks", data=data)
    assert page.status == 422
    assert page.has(WORDS)
    assert day in page.html and "kept" in page.html  # what was typed stays
    assert count(Task) == 0


@pytest.mark.parametrize("day", FAR)
def test_a_call_is_not_logged_at_such_a_time_nor_followed_up_then(browse, ben_id, day):
    eva = browse.signed_in("Eva")
    before = count(Entry)
    for more in ({"at": f"{day}T00:00"}, {"next": "day", "next_on": day}):
        page = eva.post(f"/contacts/{ben_id}/calls", data={"outcome": "reached", **more})
        assert (page.status, page.has(WORDS)) == (422, True), more
    assert count(Entry) == before


@pytest.mark.parametrize("day", FAR)
def test_own_fields_and_files_hold_no_such_day(app, day):
    with app.test_request_context():
        for kind, plain in (("on", day), ("at", f"{day}T12:00:00+00:00")):
            with pytest.raises(ValueError, match="between the years 1000 and 8999"):
                checked(Custom(1, "contact", "Day", kind), plain)
        manner = habits.Habits()
        for read in (habits.day, habits.instant):
            with pytest.raises(ValueError, match="between the years 1000 and 8999"):
                read(day, manner)


def test_days_of_history_and_of_the_near_future_are_kept():
    for day in (date(1000, 1, 1), date(1634, 5, 1), date(8999, 12, 31)):
        check(day)


def test_places_in_lists_that_no_row_has_lead_nowhere(app):
    assert instant("9999-12-31T23:59:59-12:00") is None
    assert instant("0001-01-01T00:00:00+14:00") is None
    assert instant("soon") is None
    assert instant("2026-11-24T09:00:00+00:00") == datetime.fromisoformat("2026-11-24T09:00+00:00")
