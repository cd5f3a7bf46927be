"""The board by pointer, by keys and by its dialog; closing a deal beside what it refuses."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.sizes import PHONE


@pytest.fixture
def board(windows, story):
    page = windows.of("mona")
    page.goto("/deals")
    page.evaluate("window.stayed = true")
    return page


def stage(page, name):
    return page.locator(".stage", has=page.get_by_role("heading", name=name))


def card(page, name):
    return page.locator(".card", has_text=name)


def test_a_card_is_carried_to_another_stage(board, product):
    held = card(board, "Trial, Lindgren Bygg")
    held.drag_to(stage(board, "Discovery").locator(".cards"))
    expect(card(stage(board, "Discovery"), "Trial, Lindgren Bygg")).to_be_visible()
    expect(board.locator("#toast")).to_contain_text("Discovery")
    assert board.evaluate("window.stayed")
    assert (
        product.value(
            "SELECT s.name FROM deal d JOIN stage s ON s.id = d.stage_id WHERE d.name LIKE 'Trial%'"
        )
        == "Discovery"
    )


def test_brackets_move_a_card_and_the_focus_goes_with_it(board):
    card(board, "Bakker fleet list").get_by_role("link", name="Bakker fleet list").first.focus()
    board.keyboard.press("]")
    expect(card(stage(board, "Discovery"), "Bakker fleet list")).to_be_visible()
    expect(card(board, "Bakker fleet list").locator(".name")).to_be_focused()
    board.keyboard.press("[")
    expect(card(stage(board, "Lead in"), "Bakker fleet list")).to_be_visible()
    expect(card(board, "Bakker fleet list").locator(".name")).to_be_focused()
    board.keyboard.press("ArrowRight")
    assert board.evaluate("document.activeElement.closest('.stage').querySelector('h2').innerText")


def test_the_move_dialog_says_where_and_closes(board):
    card(board, "Fjordtek data link").get_by_role("link", name="Move").click()
    dialog = board.get_by_role("dialog")
    dialog.get_by_role("button", name=re.compile("Proposal")).or_(
        dialog.get_by_label("Proposal")
    ).first.click()
    if dialog.get_by_role("button", name="Move").count():
        dialog.get_by_role("button", name="Move").click()
    expect(board.get_by_role("dialog")).to_have_count(0)
    expect(card(stage(board, "Proposal"), "Fjordtek data link")).to_be_visible()


def test_losing_a_deal_asks_why_and_stays_until_told(board):
    card(board, "Kestrel stock list").get_by_role("link", name="Kestrel stock list").first.click()
    board.get_by_role("link", name="Lost").first.click()
    board.get_by_role("button", name="Mark as lost").click()
    expect(board.get_by_role("alert")).to_be_visible()
    board.get_by_role("radio").first.check()
    board.get_by_role("button", name="Mark as lost").click()
    expect(board.get_by_role("main")).to_contain_text("Lost")
    expect(board.get_by_role("button", name="Reopen")).to_be_visible()


def test_a_phone_shows_one_stage_at_a_time(windows, story):
    page = windows.of("mona", size=PHONE)
    page.goto("/deals")
    page.get_by_role("link", name=re.compile("Negotiation")).first.click()
    expect(card(page, "Hafen, start in February")).to_be_in_viewport()


def test_d3_a_card_is_carried_by_a_finger_past_the_edge_of_a_phone(windows, story, product):
    page = windows.of("mona", size=PHONE, has_touch=True, is_mobile=True)
    page.goto("/deals")
    held = page.locator(".stage").nth(0).locator(".card").first
    name, box = held.locator(".name").inner_text(), held.bounding_box()
    finger = page.context.new_cdp_session(page)

    def touch(kind, *points):
        told = [{"x": x, "y": y} for x, y in points]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": told})

    x, y = box["x"] + 60, box["y"] + 30
    touch("touchStart", (x, y))
    expect(held).to_have_class(re.compile("is-lifted"))
    for at in (120, 240, 380):
        touch("touchMove", (at, y + 10))
    second = page.locator(".stage").nth(1)
    expect(second.locator(".card-gap")).to_have_text(name)
    touch("touchEnd")
    expect(card(second, name)).to_be_visible()
    expect(page.locator("#toast")).to_contain_text("Discovery")
    assert page.locator(".card-gap, .is-lifted").count() == 0


def test_d3_a_card_is_picked_up_carried_and_put_down_by_keys_and_it_is_said(board):
    says = board.locator("[data-lift-says]")
    held = stage(board, "Discovery").locator(".card").first
    name, id_ = held.locator(".name").inner_text(), held.get_attribute("id")
    held.locator(".name").focus()
    board.keyboard.press("Space")
    expect(says).to_contain_text(f"{name} is in your hand: Discovery, place 1 of")
    board.keyboard.press("ArrowRight")
    expect(says).to_contain_text("Proposal, place 1 of")
    board.keyboard.press("Escape")
    expect(says).to_contain_text("stays where it was")
    expect(stage(board, "Discovery").locator(".card").first).to_have_id(id_)
    board.keyboard.press("Space")
    board.keyboard.press("ArrowRight")
    board.keyboard.press("ArrowDown")
    board.keyboard.press("Space")
    expect(stage(board, "Proposal").locator(".card").nth(1)).to_have_id(id_)
    expect(held_name(board, id_)).to_be_focused()


def held_name(page, id_):
    return page.locator(f"#{id_} .name")
