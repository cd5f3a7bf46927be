"""I3: an import that somebody stops says what stays, goes on, or is taken back and loaded later."""

import csv
import io

import pytest
from sqlalchemy import func, select

from crm.batches import actions as batches
from crm.batches import jobs
from crm.contacts.models import Contact
from crm.core.db import db
from tests.transfer.test_imports import batch, import_of, mapped, upload

DATA = "Name,E-mail\n" + "".join(f"P {n},p{n}@x.example\n" for n in range(90)) + "Bad,nothing\n"


@pytest.fixture
def eva(browse):
    return browse.signed_in("Eva")


@pytest.fixture
def stopped(eva, write):
    """An import of 90 people that was stopped after 50 of them."""
    number = mapped(eva, upload(eva, DATA.encode()))
    jobs.work_on(number)
    eva.post(f"/batches/{number}/start")
    write(lambda: batches.claim(number, "one"))
    with batches.as_one_act(batch(number)):
        assert write(lambda: batches.step(number, "one"))
        page = eva.post(f"/batches/{number}/cancellation").follow()
        assert page.has("Stopping") and page.has("The rows at hand are finished first.")
        assert not page.has("Stop</button>")
        assert not write(lambda: batches.step(number, "one"))
    return number


def people():
    db.session.remove()
    living = Contact.deleted_at.is_(None), Contact.name.like("P %")
    return db.session.scalar(select(func.count()).select_from(Contact).where(*living))


def test_i3_a_stopped_import_says_what_stays_and_goes_on(eva, stopped):
    page = eva.get(f"/batches/{stopped}")
    assert page.has("40 to add, 50 created, 1 refused.")
    assert page.has("It was stopped: what was done stays, until you undo it;")
    assert people() == 50
    page.form(f"/batches/{stopped}/start").submit()
    jobs.work_on(stopped)
    found = batch(stopped)
    assert (found.state, found.counts) == ("done", {"created": 90, "refused": 1})
    assert people() == 90
    eva.post(f"/history/{found.change_set_id}/undo")
    assert people() == 0


def test_i3_what_a_stopped_import_left_is_a_file_to_load_later(eva, stopped):
    assert eva.get(f"/batches/{stopped}").has("Rows that were not done, to load another time")
    number = batch(stopped).options["import"]
    head, *rows = csv.reader(io.StringIO(eva.get(f"/import/{number}/refused.csv?rest=1").html))
    assert head == ["Name", "E-mail", "Reason"] and len(rows) == 40
    assert rows[0] == ["P 50", "p50@x.example", "Line 52: The import was stopped."]
    rest = eva.get(f"/import/{number}/refused.csv?rest=1").html.encode()
    _number, before, after = import_of(eva, rest)
    assert (before, after, people()) == ({"creates": 40}, {"created": 40}, 90)


def test_i3_a_stopped_import_that_was_undone_does_not_go_on(eva, stopped):
    eva.post(f"/history/{batch(stopped).change_set_id}/undo")
    assert people() == 0
    assert not eva.get(f"/batches/{stopped}").has("Go on with")
    eva.post(f"/batches/{stopped}/start")
    assert batch(stopped).state == "cancelled"


def test_i3_a_dry_run_that_is_stopped_changed_nothing_and_says_so(eva):
    number = mapped(eva, upload(eva, DATA.encode()))
    page = eva.post(f"/batches/{number}/cancellation").follow()
    assert page.has("Nothing was changed.") and not page.has("undo takes it back")
    assert not page.has("Go on with")
