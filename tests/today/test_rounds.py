"""F8: the day gone through one by one, with progress and keys."""

from datetime import date

import pytest

from crm.activities import actions as activities
from crm.activities.models import Task
from crm.core.db import db


@pytest.fixture
def three(write, people, ben_id):
    """Three tasks of Eva's that are late, the oldest first."""

    def add():
        return [
            activities.add_task(
                f"Call {n}", owner_id=people("Eva").id, contact_id=ben_id, by=people("Eva"),
                due_on=date(2026, 11, n),
            ).id
            for n in (19, 20, 23)
        ]  # fmt: skip

    return write(add)


def test_f8_one_thing_at_a_time_with_how_far_one_is(browse, three):
    eva = browse.signed_in("Eva")
    page = eva.get("/?start=1")
    assert page.has("1 of 3")
    assert page.has("Call 19")
    assert not page.has("Call 20")
    row = page.by_id(f"task-{three[0]}")
    assert "is-current" in row["class"]  # x and s act on it at once
    keys = {node["data-key"] for node in page.root.walk() if node.get("data-key")}
    assert "j" in keys
    assert eva.get("/?start=2").has("2 of 3")
    assert eva.get("/?start=2").root.one("a", **{"data-key": "k"})


def test_f8_what_is_done_on_the_round_counts_as_dealt_with(browse, three):
    eva = browse.signed_in("Eva")
    form = eva.get("/?start=1").form(f"/tasks/{three[0]}/completion")
    answer = form.submit()
    assert (answer.status, db.session.get(Task, three[0]).closed_as) == (303, "done")
    page = eva.get("/?start=1&gone=1")
    assert page.has("2 of 3")
    assert page.has("Call 20")
    snooze = eva.get(f"/tasks/{three[1]}/snooze?on=today&start=1&gone=1")
    saved = snooze.form(f"/tasks/{three[1]}/snooze").submit(until="tomorrow")
    assert "start=1&gone=2" in saved.headers["Location"]
    assert eva.get("/?start=1&gone=2").has("3 of 3")


def test_f8_at_its_end_the_round_says_what_still_waits(browse, three):
    eva = browse.signed_in("Eva")
    page = eva.get("/?start=3&gone=1")
    assert page.has("4 of 4")
    page = eva.get("/?start=4&gone=1")
    assert page.has("That was all of it")
    assert page.has("You dealt with one thing. 3 still wait.")


def test_f8_an_empty_day_is_clear_wherever_the_round_begins(browse, cast):
    assert browse.signed_in("Eva").get("/?start=1").has("All clear")
