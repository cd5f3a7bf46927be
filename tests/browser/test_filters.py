"""The filter builder by keys alone on a phone: V2."""

from urllib.parse import unquote

from playwright.sync_api import expect

from tests.browser.eye import picture, settled
from tests.browser.sizes import PHONE


def test_v2_a_filter_is_built_with_the_keyboard_on_a_phone(windows, story):
    page = windows.of("eva", PHONE)
    page.goto("/contacts")
    page.get_by_role("main").get_by_role("link", name="Filter", exact=True).focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/filters/build**")
    field = page.get_by_label("Field", exact=True)
    field.focus()
    field.press("ArrowDown")
    field.select_option("lifecycle")
    value = page.get_by_label("Value", exact=True)
    # The field before had a value of its own: only the answer brings this one's words.
    expect(value.locator("option[value=assigned]")).to_be_attached()
    settled(page)
    value.select_option("assigned")
    settled(page)
    picture(page, "filter-builder-390")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.get_by_role("button", name="Show results").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/contacts?filter=**")
    assert "lifecycle.is:assigned" in unquote(page.url)
    expect(page.get_by_role("link", name="Lifecycle is Assigned", exact=True)).to_be_visible()
    page.go_back()
    page.go_forward()
    expect(page.get_by_role("link", name="Lifecycle is Assigned", exact=True)).to_be_visible()


def test_v1_groups_are_chosen_and_widths_set_by_keys_and_kept(windows, story):
    page = windows.of("finn")
    page.goto("/companies")
    opener = page.get_by_role("button", name="Group", exact=True)
    opener.focus()
    page.keyboard.press("Enter")
    first, last = page.locator("#group-menu a").first, page.locator("#group-menu a").last
    expect(first).to_be_focused()
    for key, link in (("ArrowUp", last), ("ArrowDown", first), ("End", last), ("Home", first)):
        page.keyboard.press(key)
        expect(link).to_be_focused()
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()
    name = page.locator("th[data-column=name]")
    name.get_by_role("link").focus()
    with page.expect_response("**/filters/columns"):
        page.keyboard.press("Shift+ArrowRight")
    kept = name.get_attribute("class")
    assert "w-" in kept and page.url.endswith("/companies")
    expect(name.get_by_role("link")).to_be_focused()
    page.reload()
    assert name.get_attribute("class") == kept
    page.get_by_role("link", name="Columns", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Usual columns").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(name).not_to_have_class(kept)
