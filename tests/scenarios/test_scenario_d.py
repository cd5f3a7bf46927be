"""Scenario D: the reminder to follow up in six months, with the whole story."""

import signal

import pytest

from tests.scenarios.test_scenario_a import give, to_gate

NOON = "2026-11-21T12:00:00"  # a Saturday
ASKED = "2027-05-14T09:00:00+02:00"
DUE = "2027-05-21T09:00:00+02:00"  # the Friday six calendar months later


@pytest.fixture
def promised(house):
    """Ada took the quiz, Eva lost her deal, logged five talks and picked “in 6 months”."""
    page = to_gate(house, "Ada", "2026-11-21T11:00:00")
    give(page, "Ada Lorenz", "ada@nordhafen.example", "marketing", phone="+49 40 555 318")
    page.press("See my result")
    house.ada = house.value("SELECT id FROM contact WHERE name = 'Ada Lorenz'")
    house.clock.set(NOON)
    eva = house.as_("eva")
    page = (
        eva.get("/contacts/new")
        .fill("Name", "Piet Maas")
        .fill("E-mail address 1", "piet@nordhafen.example")
    )
    assert page.press("Add contact").status == 200
    page = eva.get("/deals/new").fill("What is it about?", "Annual plan for Nordhafen")
    page.fill("Contact", "ada@nordhafen.example").fill("Value", "12400")
    assert page.press("Save deal").status == 200
    deal = house.value("SELECT id FROM deal WHERE name = 'Annual plan for Nordhafen'")
    page = eva.get(f"/deals/{deal}/closure?as=lost").choose("Not now, the need remains")
    assert page.press("Mark as lost").status == 200
    for number in range(1, 6):
        house.clock.set(f"2026-11-21T12:{number:02}:00")
        log_call(eva, house.ada, f"Talk number {number}")
    house.clock.set("2026-11-21T12:10:00")
    log_call(eva, house.ada, "Budget resets in May", then="six_months")
    return house


def log_call(walker, contact, note, then=None):
    page = walker.get(f"/contacts/{contact}?add=call").choose("Reached")
    page.fill("What was said", note)
    if then:
        page.fill("Then", then)
    saved = page.press("Save call")
    assert saved.status == 200, saved.text


def the_task(house):
    return house.row(
        "SELECT t.*, u.name AS owner FROM task t JOIN user u ON u.id = t.owner_id "
        "WHERE t.source = 'follow_up' AND t.contact_id = ?",
        house.ada,
    )


def about(house, subject):
    return [mail for mail in house.smtp.mails if mail["Subject"] == subject]


def test_d_in_six_months_is_a_friday_morning_and_the_mail_tells_the_whole_story(promised):
    house = promised
    task = the_task(house)
    assert (task["due_at"][:16], task["zone"]) == ("2027-05-21 07:00", "Europe/Berlin")
    assert task["note"] == "Budget resets in May"

    house.tend.stop(signal.SIGKILL)  # restarts lose nothing
    house.tend.start()
    house.url = house.tend.url
    house.clock.set("2027-05-14T09:00:30+02:00")
    house.wait(lambda: the_task(house)["remind_step"] == "due", 60)
    assert about(house, "Still needed? Ask again: Ada Lorenz") == []

    house.clock.set("2027-05-21T08:59:00+02:00")
    house.tend.command("tick")
    assert about(house, "Due: Ask again: Ada Lorenz") == []
    house.clock.set(DUE)
    house.wait(lambda: about(house, "Due: Ask again: Ada Lorenz"), 60)
    house.tend.command("tick")
    [mail] = about(house, "Due: Ask again: Ada Lorenz")
    assert "eva@haselbach.example" in mail["To"]
    assert mail["X-Tend-Kind"] == "reminder"
    assert mail["Auto-Submitted"] == "auto-generated"
    text = mail.get_body(("plain",)).get_content()
    for words in (
        "Budget resets in May",
        "Set by Eva Lindqvist on",
        "Talk number 2",
        "Talk number 5",
        "Annual plan for Nordhafen: Lost, Not now, the need remains",
        "Readiness",
        "94, Hot",
        "Piet Maas",
        "May get mails about our offers",
    ):
        assert words in text, words
    assert "Talk number 1" not in text  # the last five
    assert "Is this still needed?" not in text
    [link] = set(house.links(mail, "/go/"))
    assert house.count("task WHERE source = 'follow_up'") == 1

    walker = house.as_("eva")
    assert walker.get(link).path == f"/contacts/{house.ada}"


def test_d_an_answer_in_april_is_asked_about_a_week_before_and_goes_to_the_new_owner(promised):
    house = promised
    house.clock.set("2027-04-12T10:00:00+02:00")
    page = house.as_("mona").get(f"/contacts/{house.ada}?add=reply")
    page.fill("What they answered", "We found a budget already.").press("Save answer")
    house.clock.set(ASKED)
    house.wait(lambda: about(house, "Still needed? Ask again: Ada Lorenz"), 60)
    [mail] = about(house, "Still needed? Ask again: Ada Lorenz")
    assert "Is this still needed? Ada answered on" in mail.get_body(("plain",)).get_content()

    leave(house)
    house.clock.set(DUE)
    house.wait(lambda: about(house, "Due: Ask again: Ada Lorenz"), 60)
    [mail] = about(house, "Due: Ask again: Ada Lorenz")
    assert "finn@haselbach.example" in mail["To"]
    assert the_task(house)["owner"].startswith("Finn")


def leave(house):
    """Ada is given to Finn, then Eva leaves the firm."""
    finn, eva = (
        house.value("SELECT id FROM user WHERE email = ?", f"{name}@haselbach.example")
        for name in ("finn", "eva")
    )
    mona = house.as_("mona")
    page = mona.get(f"/contacts/{house.ada}/edit").fill("Owner", str(finn))
    assert page.press("Save contact").status == 200
    olga = house.as_("olga")
    olga.get(f"/settings/users/{eva}").press("Switch off")
