"""Two people have one page of settings open: neither save takes back what the other one saved."""

import re
from pathlib import Path

import pytest

from crm.contacts.models import Tag
from crm.core import clock
from crm.core.db import db
from crm.deals.models import Pipeline, Stage
from crm.demo import routing
from crm.fields import actions as fields
from crm.filters import actions as filters
from crm.leads.actions import rulebook
from crm.mail.actions import account
from crm.mail.transport import Server
from crm.quizzes import actions as quizzes
from crm.web.forms import Form, OverForm

CUSTOMERS, TALKED = "lifecycle.is:customer", "lifecycle.is:nurture"
# Page: where it is sent, what one of two changes, what the other one does.
FORMS = {
    "workspace": ("/settings/workspace", "", ("contact_email", "a@nord.example"),
                  ("postal_address", "Hof 1\nBerlin")),
    "person": ("/settings/users/{finn}", "", ("role", "manager"), ("team_ids", ["1", "2"])),
    "team": ("/settings/teams/1", "", ("name", "Sales North"), ("timezone", "Europe/Lisbon")),
    "hours": ("/settings/teams/1", "/hours", ("day_0", "08:00-12:00"), ("day_1", "10:00-18:00")),
    "own hours": ("/settings/time/{finn}", "/hours", ("day_0", "08:00-12:00"),
                  ("day_1", "10:00-18:00")),
    "profile": ("/settings/profile", "", ("job_title", "Founder 2"), ("density", "compact")),
    "reminders": ("/settings/profile/reminders", "", ("hour", "10"), ("digest_hour", "6")),
    "tag": ("/settings/tags/{tag}/edit", "", ("name", "key"), ("colour", "3")),
    "field": ("/settings/fields/{field}/edit", "", ("label", "Tongue"), ("help_text", "Spoken")),
    "pipeline": ("/settings/pipelines/{line}/edit", "/settings/pipelines/{line}",
                 ("name", "Line 2"), None),
    "stage": ("/settings/pipelines/stages/{stage}/edit", "/settings/pipelines/stages/{stage}",
              ("name", "First"), ("expected_days", "9")),
    "option": ("/settings/fields/{field}/options/{option}/edit",
               "/settings/fields/{field}/options/{option}", ("label", "Suomi"), None),
    "answer time": ("/settings/answer-times/{time}/edit", "/settings/answer-times/{time}",
                    ("name", "Soon"), ("minutes", "45")),
    "pool": ("/settings/routing/pools/{pool}", "", ("name", "Seniors"), ("cap-{sam}", "7")),
    "sharing": ("/quizzes/{quiz}/sharing", "", ("result_days", "33"), ("slug", "check-2")),
    "segment": ("/segments/{segment}/edit", "/segments/{segment}", ("name", "Ours"),
                ("note", "Read me")),
    "mail": ("/settings/mail", "", ("from_name", "Nord"), ("port", "2525")),
}  # fmt: skip
THEIRS = {
    "role": "manager", "day_0": "07:00-09:00", "hour": "10", "result_days": "44",
    "contact_email": "b@nord.example", "name": "theirs",
}  # fmt: skip
MINE = {
    "role": "marketer", "day_0": "06:00-08:00", "hour": "11", "result_days": "55",
    "contact_email": "c@nord.example", "name": "mine",
}  # fmt: skip


@pytest.fixture
def house(cast, write):
    """One of everything that has a page of settings: its number by name."""

    def add():
        olga, now = cast["Olga"], clock.now()
        line = Pipeline(name="Line", created_at=now)
        line.stages = [Stage(name="New", position=0), Stage(name="Won", position=1, kind="won")]
        tag = Tag(name="vip", folded="vip", created_at=now)
        db.session.add_all([line, tag])
        field = fields.create("contact", "Speaks", "select", by=olga, options=["Finnish"])
        segment = filters.create_segment("Mine", by=olga, filter_=CUSTOMERS, sharing="all")
        pool = rulebook.save_pool(
            None, name="Old", availability="today", by=olga,
            members=[cast["Sam"].id, cast["Sina"].id],
        )  # fmt: skip
        account.save(Server("mail.nord.example", 587), from_address="crm@nord.example",
                     from_name="", by=olga)  # fmt: skip
        db.session.flush()
        return {
            "finn": cast["Finn"].id, "sam": cast["Sam"].id, "tag": tag.id, "field": field.id,
            "line": line.id, "stage": line.stages[0].id, "option": field.options[0].id,
            "time": routing._policy().id, "pool": pool.id, "segment": segment.id,
            "quiz": quizzes.create("Check", "", olga, cast.sales.id).id,
        }  # fmt: skip

    return write(add)


class Desk:
    """One page of settings, opened by two people at once."""

    def __init__(self, browse, house, name):
        page, action, self.first, self.second = FORMS[name]
        self.page = page.format(**house)
        self.action = self.page + action if action in {"", "/hours"} else action.format(**house)
        self.first, self.second = (
            one and (one[0].format(**house), one[1]) for one in (self.first, self.second)
        )
        self.olga = browse.signed_in("Olga")
        self.adam = self.olga if name in {"profile", "reminders"} else browse.signed_in("Adam")

    def open(self, who):
        return who.get(self.page).form(self.action)

    def now(self, name):
        """What the form shows in a field to who opens it now."""
        form = self.open(self.adam).node
        boxes = [one for one in form.all("input", name=name) if one.get("type") == "checkbox"]
        if boxes:
            return sorted(one["value"] for one in boxes if "checked" in one.attrs)
        return self.open(self.adam).values[name].strip().replace("\r\n", "\n")


def merges(desk):
    """What stays of two saves that changed different things."""
    first, second = desk.open(desk.olga), desk.open(desk.adam)
    answers = [first.submit(**dict([desk.first])).status]
    if desk.second:
        answers.append(second.submit(**dict([desk.second])).status)
    wanted = [one for one in (desk.first, desk.second) if one]
    return set(answers) == {303} and all(desk.now(name) == value for name, value in wanted)


def tells(desk):
    """Whether who changes the same thing is told, keeps the typing, and may save it then."""
    name = desk.first[0]
    theirs, mine = THEIRS.get(name, "Theirs"), MINE.get(name, "Mine")
    first, second = desk.open(desk.olga), desk.open(desk.adam)
    more = dict([desk.second]) if desk.second else {}
    first.submit(**{name: theirs}, **more)
    page = second.submit(**{name: mine})
    told = page.by_id("conflict").text
    typed = page.form(desk.action)
    is_kept = typed.values[name] == mine
    is_saved = typed.submit().status == 303 and desk.now(name) == mine
    is_theirs = not more or desk.now(desk.second[0]) == desk.second[1]
    return page.status == 409 and bool(told) and is_kept and is_saved and is_theirs


@pytest.mark.parametrize("part", [0, 1])
def test_c12_settings_keep_what_only_one_of_two_changed(browse, house, part):
    names = list(FORMS)[part::2]
    assert [name for name in names if not merges(Desk(browse, house, name))] == []


@pytest.mark.parametrize("part", [0, 1])
def test_c12_settings_show_what_both_changed_and_lose_nothing_typed(browse, house, part):
    names = list(FORMS)[part::2]
    assert [name for name in names if not tells(Desk(browse, house, name))] == []


def ticks(page):
    """The rights that a page of roles shows as given, by role."""
    form = page.form("/settings/roles")
    found = {}
    for box in form.node.all("input", type="checkbox"):
        found.setdefault(box["name"], [])
        if "checked" in box.attrs:
            found[box["name"]].append(box["value"])
    form.values.update(found)
    return form


def test_o1_an_old_page_of_roles_gives_no_right_back(browse):
    """Olga takes one right of reps and gives them another; Adam takes one of managers."""
    olga, adam = browse.signed_in("Olga"), browse.signed_in("Adam")
    first, second = (ticks(one.get("/settings/roles")) for one in (olga, adam))
    before = {role: set(first.values[role]) for role in ("manager", "rep")}
    assert "import_records" in before["manager"] and "export_records" not in before["rep"]
    gone = sorted(before["rep"])[0]
    first.values["rep"] = [*(before["rep"] - {gone}), "export_records"]
    second.values["manager"] = list(before["manager"] - {"import_records"})
    second.values["rep"] = [*before["rep"]]
    assert (first.submit().status, second.submit().status) == (303, 303)
    now = ticks(olga.get("/settings/roles")).values
    assert set(now["rep"]) == before["rep"] - {gone} | {"export_records"}
    assert set(now["manager"]) == before["manager"] - {"import_records"}


def test_c12_an_old_note_does_not_put_back_the_conditions_of_a_segment(browse, house):
    desk = Desk(browse, house, "segment")
    note, talked = desk.open(desk.adam), f"{desk.page}?filter={TALKED}&was={CUSTOMERS}"
    assert desk.olga.get(talked).form(desk.action).submit().status == 303
    assert note.submit(note="For the fair").status == 303
    assert (desk.now("filter"), desk.now("note")) == (TALKED, "For the fair")
    # Somebody who went to the builder before that is shown both.
    mine = f"{desk.page}?filter=lifecycle.is:recycled&was={CUSTOMERS}"
    page = desk.adam.get(mine).form(desk.action).submit()
    assert page.status == 409
    assert "Nurture" in page.by_id("conflict").text
    assert page.form(desk.action).submit().status == 303
    assert desk.now("filter") == "lifecycle.is:recycled"


def test_c12_two_who_change_the_people_of_a_pool_see_both_by_name(browse, cast, house):
    eva, sam = str(cast["Eva"].id), str(cast["Sam"].id)
    names = cast["Eva"].name, cast["Sam"].name
    desk = Desk(browse, house, "pool")
    first, second = desk.open(desk.olga), desk.open(desk.adam)
    first.submit(member=[sam])
    page = second.submit(member=[eva], name="Younger")
    assert page.status == 409
    told = page.by_id("conflict").text
    assert [one for one in names if one in told] == list(names)
    boxes = page.by_id("members").all("input", type="checkbox")
    assert [one["value"] for one in boxes if "checked" in one.attrs] == [eva]


def test_c12_two_who_set_how_many_leads_somebody_gets_see_whose(browse, cast, house):
    sam, desk = cast["Sam"].name, Desk(browse, house, "pool")
    name = desk.second[0]
    first, second = desk.open(desk.olga), desk.open(desk.adam)
    first.submit(**{name: "3"})
    told = second.submit(**{name: "5"}).by_id("conflict").text
    assert f"Most leads a day for {sam}35" in told


def test_c12_a_number_typed_for_somebody_who_was_taken_out_of_a_pool_is_not_lost(
    browse, cast, house
):
    sam, sina, whose = str(cast["Sam"].id), str(cast["Sina"].id), cast["Sam"].name
    desk = Desk(browse, house, "pool")
    name = desk.second[0]
    first, second = desk.open(desk.olga), desk.open(desk.adam)
    first.submit(member=[sina])
    page = second.submit(**{"member": [sam, sina], name: "9"})
    assert page.status == 409
    assert f"Most leads a day for {whose}" in page.by_id("conflict").text
    assert page.form(desk.action).submit(member=[sam, sina]).status == 303
    boxes = desk.open(desk.adam).node.all("input", type="checkbox", name="member")
    assert [one["value"] for one in boxes if "checked" in one.attrs] == [sam, sina]
    assert desk.now(name) == "9"


def test_c12_who_takes_somebody_out_of_a_pool_sees_the_number_they_were_given(browse, cast, house):
    sina, whose = str(cast["Sina"].id), cast["Sam"].name
    desk = Desk(browse, house, "pool")
    first, second = desk.open(desk.olga), desk.open(desk.adam)
    first.submit(**{desk.second[0]: "7"})
    page = second.submit(member=[sina], name="Seniors")
    assert page.status == 409
    assert f"Most leads a day for {whose}7" in page.by_id("conflict").text
    assert page.form(desk.action).submit().status == 303
    boxes = desk.open(desk.adam).node.all("input", type="checkbox", name="member")
    assert [one["value"] for one in boxes if "checked" in one.attrs] == [sina]


def test_c12_every_form_over_a_stored_row_knows_what_it_was_opened_with(app):
    """A form filled from a row of the database merges, or says why it need not."""
    found = set()
    for path in Path("crm").rglob("*.py"):
        found |= set(re.findall(r"(\w+Form)\([^()]*formdata=None,\s*obj=", path.read_text()))
    assert found
    ours = (one for one in every(Form) if one.__module__.startswith("crm."))
    kinds = {one.__name__: one for one in ours}
    assert [name for name in sorted(found) if not issubclass(kinds[name], OverForm)] == []


def every(kind):
    return {kind}.union(*(every(one) for one in kind.__subclasses__()))
