"""What htmx changes in place: facts, notes, tasks, lists, dialogs; and two people at once."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.eye import look

STAYED = "() => window.stayed === true"


@pytest.fixture
def ids(story):
    return story.ids


@pytest.fixture
def open_as(windows):
    """`open_as("eva", "/contacts/3")`: the page, marked so that a reload would be noticed."""

    def opened(name, path, **options):
        page = windows.of(name, **options)
        page.goto(path)
        page.evaluate("window.stayed = true")
        return page

    return opened


def contact(product, name):
    return product.value("SELECT id FROM contact WHERE name = ?", name)


def test_a_fact_is_changed_in_its_place(open_as, product, ids):
    page = open_as("mona", f"/contacts/{contact(product, 'Holger Petersen')}")
    fact = page.locator("#fact-job-title")
    fact.get_by_role("link", name="Edit").click()
    field = fact.get_by_label("Job title")
    expect(field).to_be_focused()
    field.fill("Head of everything")
    fact.get_by_role("button", name="Save").click()
    expect(fact).to_contain_text("Head of everything")
    expect(fact.get_by_label("Job title")).to_have_count(0)
    fact.get_by_role("link", name="Edit").click()
    expect(fact.get_by_label("Job title")).to_be_focused()
    page.keyboard.press("Escape")
    expect(fact.get_by_role("button", name="Save")).to_have_count(0)
    assert page.evaluate(STAYED)


def test_a_note_stands_in_the_timeline_at_once(open_as, product, ids):
    page = open_as("mona", f"/contacts/{contact(product, 'Holger Petersen')}")
    page.keyboard.press("n")
    note = page.locator("#composer").get_by_placeholder("What should the team know?")
    note.fill("Prefers **mornings**.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#timeline .entry").first).to_contain_text("Prefers mornings.")
    expect(note).to_have_value("")
    # The next one is put on top of what stands there, and is as alive as the others.
    was = page.locator("#timeline .entry").count()
    page.locator("#timeline .entry").first.evaluate("one => one.dataset.stayed = 'yes'")
    note.fill("Not on Fridays.")
    page.keyboard.press("Control+Enter")
    first = page.locator("#timeline .entry").first
    expect(first).to_contain_text("Not on Fridays.")
    expect(page.locator("#timeline [data-stayed]")).to_contain_text("Prefers mornings.")
    expect(page.locator("#timeline .entry")).to_have_count(was + 1)
    expect(page.locator("#timeline-shows")).to_contain_text("Notes 2")
    expect(note).to_have_value("")
    first.get_by_role("button", name="More").click()
    first.get_by_role("button", name="Pin on top").click()
    expect(page.locator("#timeline .is-pinned")).to_contain_text("Not on Fridays.")
    expect(page.locator("#toast")).not_to_be_empty()
    assert page.evaluate(STAYED)


def test_a_list_of_colleagues_that_was_closed_stays_closed(open_as, product, ids):
    page = open_as("mona", f"/contacts/{contact(product, 'Holger Petersen')}")
    note = page.locator("#composer").get_by_placeholder("What should the team know?")
    colleagues = page.locator("#composer [role=listbox]")
    with page.expect_response("**/notes/draft"):
        note.press_sequentially("@e")
        expect(colleagues).to_be_visible()
        page.keyboard.press("Escape")
    expect(page.locator("#draft-state")).not_to_be_empty()
    expect(colleagues).to_be_hidden()
    note.press_sequentially("v")
    expect(colleagues).to_be_visible()
    with page.expect_response("**/notes/draft"):
        note.fill("")


def test_the_composer_changes_its_kind_without_a_reload(open_as, product, ids):
    page = open_as("mona", f"/contacts/{contact(product, 'Holger Petersen')}")
    for tab, label in (("Call", "Reached"), ("Task", "Kind"), ("Note", "")):
        page.locator("#composer").get_by_role("link", name=tab, exact=True).click()
        current = page.locator("#composer [aria-current]")
        expect(current).to_have_text(tab)
        if label:
            expect(page.locator("#composer").get_by_label(label).first).to_be_visible()
    assert page.evaluate(STAYED)


def test_what_is_typed_after_a_key_of_the_composer_goes_into_its_field(open_as, product, ids):
    page = open_as("mona", f"/contacts/{contact(product, 'Holger Petersen')}")
    for key, field in (("n", "textarea[name=body]"), ("t", "input[name=title]")):
        page.keyboard.press(key)
        place = page.locator(f"#composer {field}")
        expect(place).to_be_focused()
        page.keyboard.type("der Kunde")  # e edits, d is a new deal, u takes back
        expect(place).to_have_value("der Kunde")
        page.keyboard.press("Escape")
        place.fill("")
        place.blur()
    page.keyboard.press("l")
    expect(page.locator("#composer [name=outcome]").first).to_be_focused()
    page.keyboard.type("e")
    assert page.evaluate(STAYED)


def test_a_done_task_says_so_and_opens_again(open_as, product, ids):
    page = open_as("sina", "/tasks")
    row = page.locator("#tasks tbody tr", has_text="Call Lotte about the list")
    row.get_by_role("button", name="Done").click()
    expect(page.locator("#toast")).to_contain_text("Done")
    expect(row).to_have_class(re.compile("is-done"))
    page.locator("#toast").get_by_role("button", name="Undo").click()
    expect(page.locator("#tasks tbody tr", has_text="Call Lotte")).not_to_have_class(
        re.compile("is-done")
    )


def test_a_list_follows_what_is_typed_and_so_does_its_address(open_as, product, ids):
    page = open_as("mona", "/contacts")
    box = page.get_by_role("main").get_by_role("searchbox")
    box.press_sequentially("vogel", delay=30)
    expect(page.get_by_role("link", name="Theo Vogel", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="Priya Raman", exact=True)).to_have_count(0)
    expect(page).to_have_url(re.compile(r"/contacts\?.*q=vogel"))
    expect(box).to_be_focused()
    assert page.evaluate(STAYED)
    page.reload()
    expect(page.get_by_role("link", name="Agnes Vogel", exact=True)).to_be_visible()
    page.goto("/")
    page.go_back()
    expect(page.get_by_role("link", name="Agnes Vogel", exact=True)).to_be_visible()


def test_search_opens_over_any_page_by_key(open_as, product, ids):
    page = open_as("mona", "/tasks")
    page.keyboard.press("Control+k")
    dialog = page.get_by_role("dialog")
    box = dialog.get_by_role("searchbox")
    expect(box).to_be_focused()
    box.press_sequentially("somm", delay=30)
    expect(dialog.get_by_role("link", name="Mira Sommer")).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    page.keyboard.press("/")
    expect(page.get_by_role("dialog").get_by_role("searchbox")).to_be_focused()
    page.get_by_role("dialog").get_by_role("searchbox").press_sequentially("somm", delay=30)
    expect(page.get_by_role("dialog").get_by_role("link", name="Mira Sommer")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Mira Sommer")


def test_a_stale_save_shows_both_and_loses_nothing(open_as, product, ids):
    path = f"/contacts/{contact(product, 'Grace Okonkwo')}/edit"
    eva, mona = open_as("eva", path), open_as("mona", path)
    mona.get_by_label("Job title").fill("Chief of staff")
    mona.get_by_role("button", name="Save contact").click()
    expect(mona.get_by_role("heading", level=1)).to_have_text("Grace Okonkwo")
    eva.get_by_label("Job title").fill("Head of people")
    eva.get_by_role("button", name="Save contact").click()
    both = eva.locator("#conflict")
    expect(both).to_contain_text("Chief of staff")
    expect(both).to_contain_text("Head of people")
    assert look(eva, "contact-conflict") == []
    expect(eva.get_by_label("Job title")).to_have_value("Head of people")
    eva.get_by_role("button", name="Save contact").click()
    expect(eva.get_by_role("heading", level=1)).to_have_text("Grace Okonkwo")
    expect(eva.locator("#facts")).to_contain_text("Head of people")


def test_an_ended_session_leads_through_sign_in_and_back(open_as, product, ids):
    path = f"/contacts/{contact(product, 'Samir Haddad')}"
    page = open_as("sam", path)
    page.context.clear_cookies()
    page.get_by_placeholder("What should the team know?").fill("Kept in mind")
    page.get_by_role("button", name="Save note").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    page.get_by_label("Email").fill("sam@haselbach.example")
    page.get_by_label("Password").fill(product.passwords["sam"])
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page).to_have_url(re.compile(f"{path}$"))
