"""O6: settings that decide who sees and gets what are noted: who, the old and the new value."""

from sqlalchemy import select

from crm.accounts.models import SecurityEvent
from crm.core.db import db


def noted(kind):
    """Who did it, to whom, and what of it was noted, oldest first."""
    rows = db.session.scalars(
        select(SecurityEvent).where(SecurityEvent.kind == kind).order_by(SecurityEvent.id)
    )
    return [(one.actor_id, one.user_id, one.details) for one in rows]


def test_o6_a_change_of_the_workspace_tells_each_field_that_differs(browse, person):
    olga, number = browse.signed_in("Olga"), person("Olga").id
    page = olga.get("/settings/workspace").form("/settings/workspace")
    assert page.submit().status == 303
    assert noted("workspace_changed") == []
    page.submit(contact_email="hi@nord.example", default_team_id="2", locale="de")
    said = {
        "locale": ["en", "de"],
        "contact_email": ["hello@haselbach.example", "hi@nord.example"],
        "default_team_id": ["Sales", "Partners"],
    }
    assert noted("workspace_changed") == [(number, None, said)]
    shown = olga.get("/history/sign-ins")
    assert shown.has("Contact address: hello@haselbach.example → hi@nord.example")
    assert shown.has("written: English (24 Nov, 16:03) → Deutsch (24. Nov., 16:03)")
    assert shown.has("Team for leads that belong to none: Sales → Partners")


def test_o6_teams_of_a_person_name_those_of_before(browse, person):
    olga, eva = browse.signed_in("Olga"), person("Eva").id
    url, number = f"/settings/users/{eva}", person("Olga").id
    olga.get(url).form(url).submit(team_ids=["1", "2"])
    assert noted("teams_changed") == [(number, eva, {"teams": ["Sales", "Sales, Partners"]})]
    assert olga.get(url).has("Teams: Sales → Sales, Partners")


def test_o6_name_zone_hours_and_holidays_of_a_team_are_noted(browse, person):
    adam, number = browse.signed_in("Adam"), person("Adam").id
    url = "/settings/teams/2"
    adam.get(url).form(url).submit(name="Allies", timezone="Europe/Lisbon", is_own_only="y")
    adam.get(url).form(f"{url}/hours").submit(day_0="08:00-12:00, 13:00-16:00")
    adam.get(url).form(f"{url}/holidays").submit(on="2026-12-31", name="New Year’s Eve")
    day = next(
        one["action"]
        for one in adam.get(url).by_id("holidays").all("form")
        if one["action"].endswith("/deletion")
    )
    adam.post(day)
    team = {"name": ["Partners", "Allies"], "timezone": ["Europe/Berlin", "Europe/Lisbon"],
            "own_only": [False, True], "team": "Partners"}  # fmt: skip
    assert noted("team_changed") == [(number, None, team)]
    monday = {"team": "Allies", "day_0": ["09:00-17:00", "08:00-12:00, 13:00-16:00"]}
    assert noted("hours_changed") == [(number, None, monday)]
    eve = {"team": "Allies", "day": [None, "2026-12-31"], "name": [None, "New Year’s Eve"]}
    assert noted("holiday_added") == [(number, None, eve)]
    [(by, _user, gone)] = noted("holiday_removed")
    assert by == number and gone["team"] == "Allies" and gone["day"][1] is None
    shown = adam.get("/history/sign-ins")
    assert shown.has("Monday: 09:00-17:00 → 08:00-12:00, 13:00-16:00")
    assert shown.has("Own records only: No → Yes")
    assert shown.has("Time zone: Europe/Berlin → Europe/Lisbon")
    assert shown.has("Day: – → 2026-12-31, What for: – → New Year’s Eve")


def test_o6_whose_own_hours_were_changed_by_somebody_else_is_noted(browse, person):
    mona, eva = browse.signed_in("Mona"), person("Eva").id
    url, number = f"/settings/time/{eva}", person("Mona").id
    assert mona.get(url).form(f"{url}/hours").submit(day_4="09:00-13:00").status == 303
    assert noted("hours_changed") == [(number, eva, {"day_4": ["", "09:00-13:00"]})]
