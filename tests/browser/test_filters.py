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
