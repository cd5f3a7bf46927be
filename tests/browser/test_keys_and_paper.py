"""Pages by keys alone, and on paper."""

from playwright.sync_api import expect

from tests.browser.eye import picture
from tests.browser.keys import tab_to
from tests.browser.sizes import PHONE


def test_the_first_tab_skips_to_the_content(windows, story):
    page = windows.of("eva")
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_letters_go_places_but_not_while_typing(windows, story):
    page = windows.of("eva")
    page.goto("/contacts")
    page.get_by_role("main").get_by_role("searchbox").press_sequentially("gtc")
    page.wait_for_timeout(400)
    assert "/contacts" in page.url
    page.get_by_role("heading", level=1).click()
    for key, path in (("t", "/"), ("d", "/deals"), ("a", "/tasks"), ("q", "/quizzes")):
        page.keyboard.press("g")
        page.keyboard.press(key)
        page.wait_for_url(f"**{path}")
    page.keyboard.press("c")
    page.wait_for_url("**/new")
    expect(page.get_by_label("In one line")).to_be_focused()
    page.get_by_role("heading", level=1).click()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_contain_text("next and previous row")
    assert page.url.endswith("/new")
    page.keyboard.press("Escape")
    page.keyboard.press("b")
    expect(page.get_by_role("dialog")).to_contain_text("Ada Lorenz")


def test_what_is_typed_before_the_field_is_there_is_not_lost(windows, story):
    page = windows.of("mona")
    page.goto("/companies")
    page.get_by_role("link", name="Hafen GmbH").first.click()
    page.get_by_role("heading", name="Hafen GmbH", level=1).click()
    record = page.url
    page.keyboard.type("yets see")  # there is no y here, and e would open the form
    page.wait_for_timeout(700)
    assert page.url == record
    page.keyboard.type("nThey called back")
    expect(page.locator("#composer textarea").first).to_have_value("They called back")
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")


def test_today_is_walked_by_j_and_k_and_opened(windows, story):
    page = windows.of("eva")
    page.goto("/")
    page.keyboard.press("j")
    first = page.locator(".row.is-current").get_attribute("id")
    page.keyboard.press("j")
    second = page.locator(".row.is-current").get_attribute("id")
    assert first != second
    page.keyboard.press("k")
    assert page.locator(".row.is-current").get_attribute("id") == first
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: not url.endswith("/"))


def test_a_call_is_logged_with_the_keyboard_alone(windows, product, story):
    number = product.value("SELECT id FROM contact WHERE name = 'Inés Carvalho'")
    page = windows.of("finn")
    page.goto(f"/contacts/{number}")
    page.keyboard.press("l")
    expect(page.get_by_role("button", name="Save call")).to_be_visible()
    tab_to(page, "Save call")
    page.keyboard.press("Enter")
    expect(page.locator("#timeline .entry.by-person").first).to_contain_text("Call, reached")


def test_a_quiz_is_answered_with_the_keyboard_alone(windows, product, story):
    page = windows.of(size=PHONE)
    page.goto("/q/readiness")
    product.clock.forward(seconds=5)
    tab_to(page, "Start")
    page.keyboard.press("Enter")
    first = "How many people work at your company?"
    expect(page.get_by_role("heading", level=1)).to_have_text(first)
    page.keyboard.press("2")
    expect(page.get_by_label("11 to 50")).to_be_checked()
    product.clock.forward(seconds=5)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).not_to_have_text(first)


def test_paper_leaves_the_frame_out(windows, story):
    page = windows.of("mona")
    for name, path, gone in (
        ("record", f"/contacts/{story.ids['ada']}", (".sidebar", ".topbar", "#composer")),
        ("today", "/", (".sidebar", ".topbar")),
        ("result", story.ids["result_ada"], ("[data-print]",)),
    ):
        page.goto(path)
        page.emulate_media(media="print", color_scheme="light")
        for part in gone:
            expect(page.locator(part).first).not_to_be_visible()
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") in (
            "rgb(255, 255, 255)",
            "rgba(0, 0, 0, 0)",
        )
        picture(page, f"paper-{name}")
        page.emulate_media(media="screen")
