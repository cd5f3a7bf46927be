"""Scenario A as Ada and Eva live it: with script and without, at a desk and on a phone."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.hosts import HostSite
from tests.browser.sizes import PHONE, WIDE
from tests.browser.window import Windows
from tests.scenarios.conftest import House
from tests.scenarios.walker import ANSWERS

SOURCE = "utm_source=google&utm_medium=cpc&utm_campaign=q4"


@pytest.fixture
def house(tmp_path):
    found = House(tmp_path)
    yield found
    found.stop()


@pytest.fixture
def site(house):
    """The customer's site, which the quiz allows to frame it."""
    found = HostSite(house.url)
    mona = house.as_("mona")
    page = mona.get(f"/quizzes/{house.value('SELECT id FROM quiz')}/sharing")
    page.fill("Sites that may frame it", found.url)
    assert page.press("Save").status == 200
    yield found
    found.stop()


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_an_answer_on_the_pricing_page_becomes_a_call_today(browser, house, site, script, size):
    windows = Windows(browser, house)
    options = {"script": script, "size": size}
    house.clock.set("2026-11-24T14:00:00")
    ada_answers(windows.of(**options), house, site, script)

    assert house.count("quiz_view") == 1
    touch = house.row("SELECT * FROM touch")
    assert [touch[name] for name in ("utm_source", "utm_medium", "utm_campaign")] == [
        "google",
        "cpc",
        "q4",
    ]
    assert touch["embed_host"].startswith("localhost")
    ada = house.row("SELECT * FROM contact WHERE name = 'Ada Lorenz'")
    assert (ada["quiz_score"], ada["quiz_tier"]) == (94, "Hot")
    assert house.count("attempt WHERE contact_id = ?", ada["id"]) == 1
    assert house.count("task WHERE contact_id = ?", ada["id"]) == 1

    eva = eva_is_told(windows.of(**options), house, ada)
    eva_calls(eva, house, ada, script)
    assert windows.close() == []


def ada_answers(page, house, site, script):
    page.goto(f"{site.url}/pricing?{SOURCE}" if script else f"{site.url}/plain")
    frame = page.frame_locator("iframe")
    heading = frame.get_by_role("heading", level=1)
    expect(heading).to_have_text("Is your team ready to answer every enquiry?")
    press(frame, house, "Start")
    for choice in ANSWERS["Ada"]:
        asked = heading.inner_text()
        for label in [choice] if isinstance(choice, str) else choice:
            frame.get_by_label(re.compile(re.escape(label) + "($| )")).check()
        press(frame, house, "Next")
        expect(heading).not_to_have_text(asked)
    frame.get_by_label("Email").fill("Ada@Nordhafen.example")
    frame.get_by_label("Name", exact=True).fill("Ada Lorenz")
    frame.get_by_label("Phone", exact=True).fill("+49 40 555 318")
    frame.get_by_label("Mail me this result").check()
    frame.get_by_label("Send me five short mails").check()
    house.clock.set("2026-11-24T14:03:00")
    frame.get_by_role("button", name="See my result").dblclick()
    expect(heading).to_have_text("Ada, your team can start this month.")
    expect(frame.get_by_text("today before 17:00")).to_be_visible()
    if script:
        page.wait_for_function(
            "() => document.querySelector('iframe').getBoundingClientRect().height > 1000"
        )


def press(frame, house, button):
    house.clock.forward(seconds=5)
    frame.get_by_role("button", name=button).click()


def eva_is_told(page, house, ada):
    """The mail comes by 14:04; its link leads through sign-in to the record."""
    [notice] = house.mails("notice", 1)
    [link] = set(house.links(notice, "/go/"))
    page.goto(link)
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    page.get_by_label("Email").fill("eva@haselbach.example")
    page.get_by_label("Password").fill(house.passwords["eva"])
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ada Lorenz")
    assert page.url == f"{house.url}/contacts/{ada['id']}"
    page.goto("/notifications")
    expect(page.get_by_role("main")).to_contain_text("Ada Lorenz")
    return page


def eva_calls(page, house, ada, script):
    house.clock.set("2026-11-24T15:40:00")
    page.goto("/")
    today = page.locator("#today")
    expect(today.get_by_role("heading", name="Answer now")).to_be_visible()
    expect(today).to_contain_text("Ada Lorenz")
    row = today.locator("li", has_text="Ada Lorenz").first
    row.get_by_role("link", name=re.compile("^Log")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ada Lorenz")
    page.get_by_role("button", name="Save call").click()
    expect(page.locator("#timeline")).to_contain_text("Call, reached")
    clock = house.wait(
        lambda: house.rows(
            "SELECT * FROM answer_clock WHERE contact_id = ? AND met_at IS NOT NULL", ada["id"]
        )
    )[0]
    assert clock["met_at"].startswith("2026-11-24 14:40")
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Today")
    expect(page.locator("#today")).not_to_contain_text("Ada Lorenz")
