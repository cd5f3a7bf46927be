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


def let_go(page, held):
    """Answer the newest request that is held back."""
    while not held:
        page.wait_for_timeout(10)
    held.pop(0).continue_()


def test_v2_a_line_asked_for_comes_though_a_field_is_chosen_meanwhile(windows, story):
    page = windows.of("eva")
    page.goto("/filters/build?record=contact")
    held = []
    page.route("**/filters/build?*", lambda route: held.insert(0, route))
    with page.expect_request("**/filters/build?*"):
        page.get_by_role("button", name="Condition", exact=True).click()
    lines = page.get_by_label("Field", exact=True)
    was = lines.count()
    lines.first.select_option("name")
    with page.expect_request("**/filters/build?*"):
        let_go(page, held)
    expect(lines).to_have_count(was + 1)
    value = page.locator("[name=v-r-0]")
    let_go(page, held)
    expect(page.locator("[name=o-r-0] option[value=contains]")).to_be_attached()
    expect(value).to_have_count(1)
    expect(lines.first).to_have_value("name")
    expect(lines).to_have_count(was + 1)


def test_v2_each_press_of_a_button_for_a_line_brings_one(windows, story):
    page = windows.of("mona")
    # As fast as a script can press, which no hand is.
    presses = """(names) => { for (const name of names) {
        const all = [...document.querySelectorAll('main button')];
        all.find((one) => one.value === name).click(); } }"""
    for url, field, add, drop in (
        ("/filters/build?record=contact", "[name^=f-r-]", "add:r", "drop:r-"),
        ("/settings/routing/new", "[name^=f-r-]", "add:r", "drop:r-"),
        ("/contacts/new", "[name$=-text][name^=emails-]", "add-emails", "remove-emails-"),
    ):
        page.goto(url)
        lines = page.locator(field)
        was = lines.count()
        page.evaluate(presses, [add, add, add])
        expect(lines).to_have_count(was + 3)
        settled(page)
        # One that is taken twice by a double click is taken once, and the next one is the next one.
        page.evaluate(presses, [f"{drop}1", f"{drop}1", f"{drop}2"])
        expect(lines).to_have_count(was + 1)
        settled(page)
        expect(lines).to_have_count(was + 1)


def test_v2_what_is_typed_while_conditions_are_drawn_anew_stays(windows, story):
    page = windows.of("mona")
    page.goto("/settings/routing/new")
    held = []
    page.route("**/settings/routing", lambda route: held.insert(0, route))
    name, title = page.locator("main [name=name]"), page.locator("[name=task_title]")
    value, below = page.locator("[name=v-r-0]"), page.locator("[name=v-r-1]")

    def asking(change, *args, **more):
        with page.expect_request("**/settings/routing"):
            change(*args, **more)

    def answered():
        with page.expect_response("**/settings/routing"):
            let_go(page, held)

    # Beside the conditions and in one of them, before the answer comes.
    asking(page.locator("[name=f-r-0]").select_option, label="Country")
    name.fill("Hot")
    value.press_sequentially("DE")
    answered()
    expect(page.locator("[name=o-r-0] option[value=contains]")).to_be_attached()
    expect(value).to_have_value("DE")
    expect(value).to_be_focused()
    asking(title.fill, "Call {name} now")
    answered()
    settled(page)
    expect(title).to_have_value("Call {name} now")
    expect(title).to_be_focused()
    # While a line comes, and while one goes: what is typed moves up with its own.
    asking(page.get_by_role("button", name="Condition", exact=True).click)
    name.fill("Hot ones")
    answered()
    expect(page.locator("[name=f-r-1]")).to_be_attached()
    asking(page.locator("[name=f-r-1]").select_option, label="Language")
    answered()
    settled(page)
    asking(page.get_by_role("button", name="Remove condition").first.click)
    below.press_sequentially("fr")
    answered()
    page.unroute("**/settings/routing")  # a field that goes while it is typed in asks once more
    settled(page)
    expect(below).to_have_count(0)
    expect(value).to_have_value("fr")
    expect(page.locator("[name=f-r-0]")).to_have_value("language")
    expect(name).to_have_value("Hot ones")
    expect(title).to_have_value("Call {name} now")
