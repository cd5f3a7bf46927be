"""O1: what a role may do can be switched, is noted, and counts at once in every process."""

import pytest
from sqlalchemy import event, select

from crm.accounts import actions, queries
from crm.accounts.fields import RIGHT_NAMES
from crm.accounts.models import SecurityEvent, User
from crm.accounts.rules import RIGHTS, may, switches
from crm.core.db import db
from crm.core.refusal import Refused

REP = {right for right, roles in RIGHTS.items() if "rep" in roles}


def test_o1_every_right_has_words():
    assert set(RIGHT_NAMES) == set(RIGHTS)


def test_o1_what_is_as_usual_is_not_written_down():
    assert switches("rep", REP) == ""
    assert switches("rep", (REP - {"see_amounts"}) | {"export_records"}) == (
        "+export_records -see_amounts "
    )


def test_o1_what_makes_a_role_cannot_be_switched():
    assert switches("rep", REP | {"manage_users"}) == ""
    assert switches("admin", set()).count("manage_users") == 0
    assert switches("owner", set()) == ""
    assert switches("read_only", RIGHTS) == "+export_records "


def test_o1_a_switched_right_counts_at_once(cast, write):
    write(lambda: actions.switch_rights("rep", REP - {"bulk_edit"}, cast["Olga"]))
    db.session.expire_all()
    assert not may(cast["Eva"], "bulk_edit")
    assert may(cast["Eva"], "edit_records")
    assert may(cast["Max"], "bulk_edit")
    write(lambda: actions.switch_rights("rep", REP, cast["Olga"]))
    db.session.expire_all()
    assert may(cast["Eva"], "bulk_edit")


def test_o1_another_role_brings_its_own_switches(cast, write):
    write(lambda: actions.switch_rights("rep", REP - {"see_amounts"}, cast["Olga"]))
    write(lambda: actions.change_role(cast["Max"], "rep", cast["Olga"]))
    assert not may(cast["Max"], "see_amounts")
    write(lambda: actions.change_role(cast["Max"], "manager", cast["Olga"]))
    assert may(cast["Max"], "see_amounts")


def test_o1_asking_for_a_right_costs_no_statement(cast, write):
    write(lambda: actions.switch_rights("rep", REP - {"see_amounts"}, cast["Olga"]))
    db.session.expire_all()
    eva = db.session.scalars(select(User).where(User.role == "rep").limit(1)).one()
    asked = []
    event.listen(db.engine, "before_cursor_execute", lambda *sent: asked.append(sent[2]))
    assert not may(eva, "see_amounts")
    assert may(eva, "delete_records")
    assert asked == []


def test_o1_each_switch_is_noted_with_old_and_new_value(cast, write):
    wanted = (REP - {"see_amounts"}) | {"export_records"}
    assert write(lambda: actions.switch_rights("rep", wanted, cast["Olga"])) == 2
    assert write(lambda: actions.switch_rights("rep", wanted, cast["Olga"])) == 0
    events = db.session.scalars(
        select(SecurityEvent).where(SecurityEvent.kind == "right_switched")
    ).all()
    said = {(e.actor_id, *(e.details[k] for k in ("role", "right", "old", "new"))) for e in events}
    olga = cast["Olga"].id
    assert said == {
        (olga, "rep", "see_amounts", "on", "off"),
        (olga, "rep", "export_records", "off", "on"),
    }


@pytest.mark.parametrize(
    ("who", "role"), [("Adam", "admin"), ("Adam", "owner"), ("Olga", "owner"), ("Mona", "rep")]
)
def test_o1_nobody_switches_above_themselves(cast, write, who, role):
    with pytest.raises(Refused):
        write(lambda: actions.switch_rights(role, set(), cast[who]))
    assert queries.switches_of_roles() == {}


def test_o1_the_table_is_saved_and_shown(cast, browse):
    olga = browse.signed_in("Olga")
    page = olga.get("/settings/roles")
    assert page.has("See the value of deals, and sums")
    said = {role: sorted(r for r in RIGHTS if role in RIGHTS[r])
            for role in ("admin", "manager", "rep", "marketer", "read_only")}  # fmt: skip
    said["rep"] = [right for right in said["rep"] if right != "delete_records"]
    assert olga.post("/settings/roles", said).status == 303
    assert queries.switches_of_roles() == {"rep": "-delete_records "}
    assert olga.get("/settings/roles").has("from on to off")


def test_o1_an_administrator_leaves_the_administrators_alone(cast, browse):
    adam = browse.signed_in("Adam")
    adam.post("/settings/roles", {"admin": [], "manager": ["see_amounts"]})
    found = queries.switches_of_roles()
    assert set(found) == {"manager", "rep", "marketer", "read_only"}, "not the administrators"
    assert "+" not in found["manager"]


@pytest.mark.parametrize("name", ["Mona", "Eva", "Max", "Rita", "Otto"])
def test_o1_others_do_not_open_the_table(browse, name):
    assert browse.signed_in(name).get("/settings/roles").status == 403
