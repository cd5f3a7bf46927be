"""C5: one record through its life; each move is told, and a way back needs a reason."""

import pytest

from crm.contacts import actions
from crm.contacts.models import Contact
from crm.core.db import db
from crm.leads import actions as leads
from crm.leads.rules import is_step_back


@pytest.fixture
def ada(cast, write):
    eva = cast["Eva"]
    more = {"owner_id": eva.id, "team_id": cast.sales.id, "by": eva}
    return write(lambda: actions.create(name="Ada Berg", lifecycle="recycled", **more).id)


@pytest.mark.parametrize(
    ("before", "to", "back"),
    [
        ("captured", "assigned", False),
        ("contacted", "qualified", False),
        ("customer", "opportunity", True),
        ("assigned", "captured", True),
        ("disqualified", "captured", True),
        ("recycled", "assigned", True),
        ("captured", "disqualified", False),
    ],
)
def test_c5_a_way_back_is_known(before, to, back):
    assert is_step_back(before, to) is back


def test_c5_a_move_back_by_hand_needs_a_reason_and_is_told(ada, browse):
    eva = browse.signed_in("Eva")
    url = f"/contacts/{ada}/lifecycle"
    page = eva.get(f"/contacts/{ada}/facts/lifecycle").form(url, to="assigned").submit()
    assert page.status == 422
    assert page.has("Say why it goes back.")
    page = page.form(url, to="assigned", reason="Budget is there now").submit()
    assert page.status == 303
    assert db.session.get(Contact, ada).lifecycle == "assigned"
    told = eva.get(url)
    assert told.has("Recycled \u2192 Assigned")
    assert told.has("by Eva")
    assert told.has("Budget is there now")


def test_c5_a_rule_tells_its_evidence(ada, write, browse):
    write(lambda: leads.move(db.session.get(Contact, ada), "contacted", evidence="call:7"))
    page = browse.signed_in("Eva").get(f"/contacts/{ada}/lifecycle")
    assert page.has("by a rule")
    assert page.has("Evidence: call:7")


def test_c5_the_moves_are_nobody_elses_to_read(ada, browse):
    assert browse.signed_in("Otto").get(f"/contacts/{ada}/lifecycle").status == 404
