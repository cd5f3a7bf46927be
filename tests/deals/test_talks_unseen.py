"""O2: what is said on a deal of another team stays with those who see that deal."""

import io

import pytest

from crm.accounts.models import User
from crm.activities import actions, letters
from crm.activities.models import Task
from crm.contacts.models import Contact
from crm.core import clock
from crm.core.db import db
from crm.deals import actions as deals
from crm.deals.models import Stage
from crm.files.models import Attachment
from crm.history.models import ChangeValue
from crm.leads.letters import compose_notice
from crm.mail.message import write as write_mail
from crm.mail.models import Outbox

CANARY = "canary-8317"


@pytest.fixture
def unseen(cast, write, browse, mira, stages):
    """The number of a deal of Otto's (Partners) with Mira (Sales), where he wrote down a call."""
    otto, olga = cast["Otto"].id, cast["Olga"].id
    stage, about = stages["Discovery"].id, mira.id

    def open_it():
        deal = deals.create(
            "Partners only", stage=db.session.get_one(Stage, stage),
            by=db.session.get_one(User, olga), owner=db.session.get_one(User, otto),
            contact=db.session.get_one(Contact, about),
        )  # fmt: skip
        deal.team_id = db.session.get_one(User, otto).team_ids[0]
        return deal

    number = write(open_it).id
    said = {"outcome": "reached", "note": f"{CANARY} by phone", "next": "tomorrow"}
    assert browse.signed_in("Otto").post(f"/deals/{number}/calls", data=said).status == 303
    return number


def test_o2_a_task_of_an_unseen_deal_stands_on_no_page_of_its_contact(browse, mira, unseen):
    mira_id = db.session.merge(mira).id
    sam = browse.signed_in("Sam")
    assert sam.get(f"/deals/{unseen}").status == 404
    for address in (f"/contacts/{mira_id}", f"/contacts/{mira_id}/history", "/history"):
        shown = sam.get(address)
        assert shown.status == 200 and CANARY not in shown.html, address
    assert CANARY in browse.signed_in("Otto").get(f"/deals/{unseen}").html
    assert CANARY in browse.signed_in("Olga").get(f"/contacts/{mira_id}").html


def test_o2_a_file_of_an_unseen_deal_is_listed_and_handed_out_to_nobody_else(browse, mira, unseen):
    mira_id = db.session.merge(mira).id
    otto, sam = browse.signed_in("Otto"), browse.signed_in("Sam")
    otto.post(
        f"/deals/{unseen}/notes",
        data={"body": "Terms", "files": (io.BytesIO(CANARY.encode()), "canary-terms.txt")},
        content_type="multipart/form-data",
    )
    number = db.session.query(Attachment).one().id
    assert "canary-terms.txt" not in sam.get(f"/contacts/{mira_id}/files").html
    assert sam.get(f"/files/{number}").status == 404
    assert sam.post(f"/files/{number}/deletion").status == 404
    assert otto.get(f"/files/{number}").status == 200
    assert "canary-terms.txt" in otto.get(f"/deals/{unseen}/files").html


def test_o2_the_task_of_an_unseen_deal_is_undone_by_nobody_else(browse, unseen):
    made = db.session.query(ChangeValue).filter_by(table="task", op="insert").one().change_set_id
    sam = browse.signed_in("Sam")
    shown = sam.get(f"/history/{made}")  # the call also moved Mira on
    assert CANARY not in shown.html and not shown.has("Undo this")
    sam.post(f"/history/{made}/undo")
    assert db.session.query(Task).filter_by(source="follow_up").one().is_open


def test_o2_a_next_step_names_no_contact_that_its_owner_may_not_see(browse, unseen):
    task = db.session.query(Task).filter_by(source="follow_up").one()
    assert task.title == "Call Partners only"


def test_o2_a_reminder_tells_of_what_its_reader_sees_and_leads_there(write, mira, unseen):
    mira_id = db.session.merge(mira).id
    sam = db.session.query(User).filter(User.name.startswith("Sam")).one().id
    own = write(
        lambda: actions.add_task(
            "Ask Mira", owner_id=sam, contact_id=mira_id, due_on=clock.now().date(),
            by=db.session.get_one(User, sam),
        )
    )  # fmt: skip
    assert CANARY not in _letter(own.id, sam)
    theirs = db.session.query(Task).filter_by(source="follow_up").one()
    letter = letters.compose_reminder(_row(theirs.id, theirs.owner_id))
    assert letter.context["contact"] is None
    assert letter.context["link"] == letters.go("deal", unseen)
    assert "Mira" not in _letter(theirs.id, theirs.owner_id)


def test_o2_an_answer_taken_down_on_an_unseen_deal_keeps_the_deal(browse, mira, unseen):
    mira_id, owner_id = db.session.merge(mira).id, db.session.merge(mira).owner_id
    otto, eva = browse.signed_in("Otto"), browse.signed_in("Eva")
    assert otto.post(f"/deals/{unseen}/replies", data={"body": f"{CANARY} yes"}).status == 303
    shown = otto.get(f"/deals/{unseen}").html
    assert f"{CANARY} yes" in shown and "Answer on Partners only" in shown and "Mira" not in shown
    # Mira's owner hears that she answered, and has the task; the words stay with the deal.
    task = db.session.query(Task).filter_by(source="reply").one()
    assert (task.title, task.owner_id, task.note) == ("Answer Mira Sommer", owner_id, "")
    for address in (f"/contacts/{mira_id}", "/", f"/tasks/{task.id}"):
        page = eva.get(address).html
        assert "Mira Sommer" in page and CANARY not in page, address
    row = db.session.query(Outbox).filter_by(kind="notice", user_id=owner_id).one()
    text = write_mail(row, compose_notice(row), clock.now()).text
    assert "They answered." in text and CANARY not in text


def _row(task_id, reader_id):
    address = "reader@haselbach.example"
    return Outbox(
        kind="reminder", user_id=reader_id, created_at=clock.now(), dedupe_key="due",
        context={"task_id": task_id, "due_version": 1, "step": "due"},
        to_address=address, to_canonical=address, to_name="",
    )  # fmt: skip


def _letter(task_id, reader_id):
    row = _row(task_id, reader_id)
    return write_mail(row, letters.compose_reminder(row), clock.now()).text
