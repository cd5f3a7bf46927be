"""Working hours with breaks, holidays, leave and who may plan for whom; teams and the house."""

from datetime import date

import pytest
from sqlalchemy import select
from wtforms.validators import ValidationError

from crm.accounts import actions, queries
from crm.accounts.forms.checks import zones_like
from crm.accounts.forms.settings import read_openings
from crm.accounts.models import Holiday, Leave, Team
from crm.core.db import db
from crm.core.refusal import Refused


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Europe/Berlin", ["Europe/Berlin"]),
        (" europe/berlin ", ["Europe/Berlin"]),
        ("berlin", ["Europe/Berlin"]),
        ("New York", ["America/New_York"]),
        ("buenos aires", ["America/Argentina/Buenos_Aires", "America/Buenos_Aires"]),
        ("Sao", ["Africa/Sao_Tome", "America/Sao_Paulo"]),
        ("utc", ["UTC"]),
        ("Mars/Crater", []),
        ("", []),
    ],
)
def test_a_zone_is_found_by_its_name_or_its_place(typed, meant):
    assert zones_like(typed) == meant


def test_the_page_of_a_team_begins_with_hours_and_takes_a_typed_zone(browse, cast):
    path = f"/settings/teams/{cast.sales.id}"
    olga = browse.signed_in("Olga")
    page = olga.get(path)
    text, order = page.text, [node.get("id") for node in page.root.walk()]
    assert text.index("Monday") < text.index("Holidays to come") < text.index("Time zone")
    assert order.index("team-form") < order.index("zones")
    field = page.root.one("input", name="timezone")
    assert (field["list"], field["value"]) == ("zones", "Europe/Berlin")
    late = page.form(path, timezone="buenos aires").submit()
    assert late.status == 422
    assert late.has("America/Argentina/Buenos_Aires") and late.has("Choose one of these")
    assert late.root.one("input", name="timezone")["value"] == "buenos aires"
    taken = page.form(path, timezone="oslo").submit()
    assert taken.status == 303, taken.text
    again = olga.get(path)
    assert again.status == 200, again.text[:300]
    assert again.root.one("input", name="timezone")["value"] == "Europe/Oslo"


def test_openings_are_read_as_people_write_them():
    assert read_openings("09:00-12:30, 13:30-17:00") == [(540, 750), (810, 1020)]
    assert read_openings("9-12; 13:15 – 24:00") == [(540, 720), (795, 1440)]
    assert read_openings("") == []
    for text in ("nine to five", "09:75-12:00", "09:00-25:00", "09:00"):
        with pytest.raises(ValidationError):
            read_openings(text)


def hours(browse, path, **days):
    return browse.get(path).form(f"{path}/hours", **days).submit()


def test_a_team_works_with_a_break_and_not_on_fridays(browse, cast):
    path, number = f"/settings/teams/{cast.sales.id}", cast.sales.id
    olga = browse.signed_in("Olga")
    answer = hours(olga, path, day_0="08:30-12:00, 13:00-17:00", day_4="")
    assert answer.status == 303
    weekly = queries.calendar_of_team(db.session.get(Team, number)).weekly
    assert weekly[0] == [(510, 720), (780, 1020)] and 4 not in weekly
    assert olga.get(path).form(f"{path}/hours").values["day_0"] == "08:30-12:00, 13:00-17:00"
    refused = hours(olga, path, day_1="09:00-12:00, 11:00-17:00")
    assert refused.status == 422 and refused.has("Tuesday: Two openings overlap.")
    assert not refused.has("Tuesday: Tuesday")
    assert hours(olga, path, day_1="17:00-09:00").has("It closes before it opens.")
    assert hours(olga, path, day_1="whenever").has("Write it like")
    closed = hours(olga, path, **{f"day_{n}": "" for n in range(7)})
    assert closed.has("A team needs at least one opening in the week.")


def test_holidays_come_and_go(browse, cast):
    path = f"/settings/teams/{cast.sales.id}"
    olga = browse.signed_in("Olga")

    def add():
        form = olga.get(path).form(f"{path}/holidays", on="2026-12-24", name="Christmas Eve")
        return form.submit()

    assert add().status == 303
    assert add().has("This day is in the list already.")
    assert olga.get(path).has("Christmas Eve")
    on = db.session.scalars(select(Holiday).where(Holiday.name == "Christmas Eve")).one()
    olga.post(f"{path}/holidays/{on.id}/deletion")
    assert not olga.get(path).has("Christmas Eve")


def test_a_team_is_made_and_renamed(browse, cast):
    olga = browse.signed_in("Olga")
    page = olga.get("/settings/teams").form("/settings/teams", name="North").submit().follow()
    assert page.has("Nobody is in this team yet.") and page.has("09:00-17:00") is False
    assert olga.get("/settings/teams").form("/settings/teams", name="North").submit().has(
        "There is a team of this name already.")  # fmt: skip
    north = db.session.scalars(select(Team).where(Team.name == "North")).one()
    assert queries.calendar_of_team(north).weekly[4] == [(540, 1020)]
    path = f"/settings/teams/{north.id}"
    form = olga.get(path).form(path, name="Nordics", timezone="Europe/Oslo", is_own_only="y")
    assert form.submit().status == 303
    north = db.session.scalars(select(Team).where(Team.name == "Nordics")).one()
    assert (north.timezone, north.is_own_only) == ("Europe/Oslo", True)


def leave(browse, path, **fields):
    return browse.get("/settings/time").form(f"{path}/leaves", **fields).submit()


def test_f13_leave_with_a_delegate(browse, person):
    eva_id, finn_id = person("Eva").id, person("Finn").id
    path, eva = f"/settings/time/{eva_id}", browse.signed_in("Eva")
    days = {"starts_on": "2026-12-01", "ends_on": "2026-12-04"}
    assert leave(eva, path, **days, delegate_id=str(finn_id)).status == 303
    assert eva.get("/settings/time").has("Finn Aalto stands in")
    assert queries.delegate_of(person("Eva"), date(2026, 12, 4)) == person("Finn")
    assert leave(eva, path, starts_on="2026-12-04", ends_on="2026-12-05").has("already")
    assert leave(eva, path, starts_on="2026-12-10", ends_on="2026-12-09").status == 422
    number = db.session.scalars(select(Leave.id)).one()
    eva.post(f"{path}/leaves/{number}/deletion")
    assert queries.is_away(person("Eva"), date(2026, 12, 2)) is None


def test_f13_who_stands_in_does_so_down_the_chain_of_those_who_are_away(person, write, the_clock):
    """Eva names Finn, Finn is away too and names Mona; Sam and Sina name each other."""

    def add():
        for name, other in (("Eva", "Finn"), ("Finn", "Mona"), ("Sam", "Sina"), ("Sina", "Sam")):
            days = {"starts_on": date(2026, 12, 1), "ends_on": date(2026, 12, 4)}
            person(name).leaves.append(Leave(**days, delegate=person(other)))

    write(add)
    the_clock.set("2026-12-02T10:00")
    stood_for = {
        name: [one.name for one in queries.away_for(person(name))]
        for name in ("Mona", "Finn", "Sam", "Olga")
    }
    assert stood_for == {
        "Mona": ["Eva Lindqvist", "Finn Aalto"], "Finn": [], "Sam": [], "Olga": []
    }  # fmt: skip
    the_clock.set("2026-12-05T10:00")
    assert queries.away_for(person("Mona")) == []


def test_own_hours_and_back_to_the_team_s(browse, person):
    path = f"/settings/time/{person('Eva').id}"
    eva = browse.signed_in("Eva")
    form = eva.get("/settings/time").form(f"{path}/hours", day_2="10:00-14:00")
    assert form.submit().status == 303
    assert queries.calendar_of(person("Eva")).weekly == {2: [(600, 840)]}
    form = eva.get("/settings/time").form(f"{path}/hours", day_2="")
    assert form.submit().status == 303
    assert queries.calendar_of(person("Eva")).weekly[0] == [(540, 1020)]


def test_managers_plan_for_their_team_and_nobody_else(browse, person):
    eva, otto, finn = person("Eva").id, person("Otto").id, person("Finn").id
    mona, rep = browse.signed_in("Mona"), browse.signed_in("Eva")
    assert mona.get(f"/settings/time/{eva}").status == 200
    assert mona.get(f"/settings/time/{otto}").status == 404
    assert rep.get(f"/settings/time/{finn}").status == 404
    assert rep.post(f"/settings/time/{finn}/hours", data={"day_0": "1-2"}).status == 404
    assert rep.post(f"/settings/time/{finn}/leaves", data={}).status == 404
    assert not person("Finn").has_own_hours


def test_the_house_is_described(browse, cast):
    olga = browse.signed_in("Olga")
    path = "/settings/workspace"
    form = olga.get(path).form(path, name="Nordwind", currency="SEK", country="se",
                               privacy_url="https://nordwind.example/p")  # fmt: skip
    assert form.submit(is_mail_held="y", mail_budget_hour="9").status == 303
    house = queries.workspace()
    assert (house.name, house.currency, house.country) == ("Nordwind", "SEK", "SE")
    assert (house.is_mail_held, house.mail_budget_hour) == (False, 200)
    bad = olga.get(path).form(path, privacy_url="javascript:alert(1)", contact_email="no")
    answer = bad.submit()
    assert answer.status == 422 and answer.has("Write the whole address")


def test_leave_needs_somebody_else_who_is_there(person, write):
    on = date(2026, 12, 1)
    with pytest.raises(Refused):
        write(lambda: actions.add_leave(person("Eva"), on, on, person("Eva")))
    write(lambda: actions.deactivate(person("Finn"), person("Olga")))
    with pytest.raises(Refused):
        write(lambda: actions.add_leave(person("Eva"), on, on, person("Finn")))
