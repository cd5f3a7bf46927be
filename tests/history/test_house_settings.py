"""Settings of the house: workspace, teams, hours and holidays go back from toast and history."""

import pytest
from sqlalchemy import func, select

from crm.accounts.models import Holiday, SecurityEvent, Team, Workspace
from crm.core.db import db
from crm.history.models import ChangeSet

TEAM = "/settings/teams/2"


@pytest.fixture
def adam(browse):
    return browse.signed_in("Adam")


def last():
    return db.session.scalar(select(func.max(ChangeSet.id)))


def undo(who, number=None):
    """What the answer of an undo says."""
    return who.post(f"/history/{number or last()}/undo").follow()


def noted():
    """Kind and details of the latest line of the list of sign-ins."""
    one = db.session.scalars(select(SecurityEvent).order_by(SecurityEvent.id.desc())).first()
    return one.kind, one.details


def team():
    db.session.rollback()
    return db.session.get(Team, 2)


def days():
    db.session.rollback()
    return list(db.session.scalars(select(Holiday.name).where(Holiday.team_id == 2)))


def test_o6_the_workspace_goes_back_from_the_toast_and_again(adam):
    form = adam.get("/settings/workspace").form("/settings/workspace")
    page = form.submit(contact_email="hi@nord.example", default_team_id="2").follow()
    assert page.form(f"/history/{last()}/undo").submit().follow().has("Undone.")
    house = db.session.scalars(select(Workspace)).one()
    assert (house.contact_email, house.default_team_id) == ("hello@haselbach.example", 1)
    back = {"contact_email": ["hi@nord.example", "hello@haselbach.example"],
            "default_team_id": ["Partners", "Sales"]}  # fmt: skip
    assert noted() == ("workspace_changed", back)
    assert adam.get("/history").has("Team for leads that belong to none: Partners → Sales")
    assert undo(adam).has("Undone.")
    assert db.session.scalars(select(Workspace)).one().contact_email == "hi@nord.example"


def test_o6_a_team_goes_back_as_far_as_nobody_changed_it_since(adam):
    adam.get(TEAM).form(TEAM).submit(name="Allies", is_own_only="y")
    first = last()
    adam.get(TEAM).form(TEAM).submit(name="Friends")
    assert undo(adam, first).has("1 value was changed since and stays")
    assert (team().name, team().is_own_only) == ("Friends", False)
    assert noted() == ("team_changed", {"team": "Friends", "own_only": [True, False]})


def test_o6_hours_go_back_day_by_day_and_never_to_a_week_without_any(adam):
    url = f"{TEAM}/hours"
    week = {f"day_{day}": "" for day in range(7)}
    adam.get(TEAM).form(url).submit(**week | {"day_0": "08:00-12:00, 13:00-16:00"})
    first = last()
    adam.get(TEAM).form(url).submit(day_0="", day_5="10:00-12:00")
    second = last()
    assert undo(adam, first).has("1 value was changed since and stays: Team: Monday")
    assert (team().day_0, team().day_1, team().day_5) == ("", "09:00-17:00", "10:00-12:00")
    assert noted()[0] == "hours_changed" and noted()[1]["day_1"] == ["", "09:00-17:00"]
    assert adam.get("/history").has("Team Partners: Saturday: empty → 10:00-12:00")
    assert undo(adam, second).has("Undone.")
    assert (team().day_0, team().day_5) == ("08:00-12:00, 13:00-16:00", "")
    for one in ({"day_0": "10-12"}, {"day_0": "10-12", "day_1": "10-12"}, {"day_1": "10-12"}):
        adam.get(TEAM).form(url).submit(**week | one)
    nothing = "Nothing was undone. A team needs at least one opening in the week."
    assert undo(adam, last() - 1).has(nothing)
    assert team().day_1 == "10:00-12:00"


def test_o6_holidays_come_and_go_back(adam):
    before = days()
    adam.get(TEAM).form(f"{TEAM}/holidays").submit(on="2026-12-31", name="Eve")
    eve = last()
    adam.get(TEAM).form(f"{TEAM}/holidays").submit(on="2026-12-30", name="Inventory")
    assert undo(adam, eve).has("Undone.")
    assert sorted(days()) == sorted([*before, "Inventory"])
    assert noted()[0] == "holiday_removed"
    assert undo(adam).has("Undone.")
    assert sorted(days()) == sorted([*before, "Inventory", "Eve"])
    assert noted() == ("holiday_added", {"team": "Partners", "day": [None, "2026-12-31"],
                                         "name": [None, "Eve"]})  # fmt: skip
    inventory = db.session.scalar(select(Holiday.id).where(Holiday.name == "Inventory"))
    adam.post(f"{TEAM}/holidays/{inventory}/deletion")
    gone = last()
    adam.get(TEAM).form(f"{TEAM}/holidays").submit(on="2026-12-29", name="Move")
    assert undo(adam, gone).has("Undone.")
    assert sorted(days()) == sorted([*before, "Eve", "Inventory", "Move"])


def test_o6_who_may_not_change_the_house_neither_sees_nor_undoes_it(adam, browse):
    adam.get(TEAM).form(TEAM).submit(is_own_only="y")
    mona = browse.signed_in("Mona")
    assert not mona.get("/history").has("Team changed")
    assert mona.post(f"/history/{last()}/undo").status == 404
    assert team().is_own_only
