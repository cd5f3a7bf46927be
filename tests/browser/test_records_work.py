"""A cell, many rows and a file, by keys alone on a phone: V6, V7, I1."""

import re

from playwright.sync_api import expect

from tests.browser.eye import settled
from tests.browser.keys import tab_to
from tests.browser.sizes import PHONE

OWNER = "SELECT owner_id FROM contact WHERE name = ?"
PEOPLE = (
    b"Name,E-mail,Company\r\n"
    b"Greta Lund,greta@lund.example,Lund & Co\r\n"
    b"Bad Mail,not-an-address,\r\n"
)  # fmt: skip


def test_v6_a_cell_is_changed_left_and_taken_back_by_keys(windows, story, product):
    page = windows.of("mona", PHONE)
    page.goto("/deals?as=table&q=bakker")
    row = page.get_by_role("row", name="Bakker fleet list")
    before = _value(product)
    page.keyboard.press("j")
    expect(row.get_by_role("link", name="Bakker fleet list", exact=True)).to_be_focused()
    pencil = row.get_by_role("link", name="Change Value of Bakker fleet list")
    tab_to(page, "Change Value of", 5)
    page.keyboard.press("Enter")
    box = row.get_by_role("textbox")
    expect(box).to_be_focused()
    type_over(page, "1")
    page.keyboard.press("Escape")
    expect(pencil).to_be_focused()
    assert _value(product) == before
    page.keyboard.press("Enter")
    expect(box).to_be_focused()
    type_over(page, "12345")
    page.keyboard.press("Enter")
    expect(row).to_contain_text("12,345")
    expect(pencil).to_be_focused()
    expect(page.locator("#toast")).to_contain_text("Saved")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert _value(product) == 1_234_500
    page.keyboard.press("u")
    expect(row).not_to_contain_text("12,345")
    assert _value(product) == before


def test_v6_a_cell_that_opens_at_the_edge_of_a_phone_is_seen_whole(windows, story):
    page = windows.of("mona", PHONE)
    page.goto("/contacts?q=holger&columns=name,lifecycle,owner,locale,email,phone,tags")
    shown = page.locator(".table-box").bounding_box()
    for field in ("Lifecycle", "Language", "Tags"):
        pencil = page.get_by_role("link", name=f"Change {field} of Holger Petersen")
        pencil.focus()
        page.keyboard.press("Enter")
        form = page.locator(".cell-form")
        expect(form).to_have_count(1)
        expect(form.locator(":focus")).to_have_count(1)
        box = form.bounding_box()
        assert shown["x"] <= box["x"], field
        assert box["x"] + box["width"] <= shown["x"] + shown["width"] + 1, field
        page.keyboard.press("Escape")
        expect(form).to_have_count(0)


def test_v6_a_choice_in_a_cell_is_saved_by_enter_and_ticks_outlive_the_keys(
    windows, story, product
):
    page = windows.of("mona")
    page.goto("/contacts?columns=name,owner&q=holger")
    row = page.get_by_role("row", name="Holger Petersen")
    row.get_by_role("checkbox").check()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(row.get_by_role("checkbox")).to_be_checked()
    pencil = row.get_by_role("link", name="Change Owner of Holger Petersen")
    was = product.value(OWNER, "Holger Petersen")
    pencil.focus()
    page.keyboard.press("Enter")
    choice = row.get_by_role("combobox")
    expect(choice).to_be_focused()
    page.keyboard.press("Escape")
    expect(choice).to_have_count(0)
    expect(pencil).to_be_focused()
    page.keyboard.press("Enter")
    expect(choice).to_be_focused()
    before = choice.locator("option:checked").inner_text()
    choice.select_option("Finn Aalto" if before == "Sam Okafor" else "Sam Okafor")
    page.keyboard.press("Enter")
    expect(page.locator("#toast")).to_contain_text("Saved")
    expect(choice).to_have_count(0)
    expect(pencil).to_be_focused()
    page.keyboard.press("u")
    expect(page.locator("#toast")).to_contain_text("Undone")
    assert product.value(OWNER, "Holger Petersen") == was


def test_v6_on_a_phone_all_columns_come_under_the_finger_and_cells_are_changed_there(
    windows, story, product
):
    page = windows.of("mona", PHONE, has_touch=True, is_mobile=True)
    page.goto("/deals?as=table&q=bakker")
    row = page.get_by_role("row", name="Bakker fleet list")
    pencil = row.get_by_role("link", name="Change Expected close of Bakker fleet list")
    expect(pencil).to_be_hidden()
    page.get_by_role("link", name="All columns").tap()
    expect(pencil).to_be_attached()
    name = row.get_by_role("link", name="Change Name of Bakker fleet list").bounding_box()
    assert (name["width"], name["height"]) == (44, 44)
    row.get_by_role("link", name="Change Owner of Bakker fleet list").tap()
    box = row.get_by_role("combobox")
    expect(box).to_be_focused()
    assert box.bounding_box()["height"] >= 44
    head = row.get_by_role("rowheader").bounding_box()
    assert box.bounding_box()["x"] >= head["x"] + head["width"]
    page.keyboard.press("Escape")
    expect(box).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.get_by_role("link", name="Fewer columns").tap()
    expect(pencil).to_be_hidden()


def test_v7_chosen_rows_are_tried_tagged_and_taken_back_by_keys(windows, story, product):
    page = windows.of("mona", PHONE)
    page.goto("/contacts?q=vogel")
    shown = page.locator("tbody input[name=id]").count()
    page.keyboard.press("a")  # all of the page, and none again
    expect(page.locator("tbody input[name=id]:checked")).to_have_count(shown)
    page.keyboard.press("a")
    expect(page.locator("tbody input[name=id]:checked")).to_have_count(0)
    for key in ("j", "x", "j", "Space"):
        page.keyboard.press(key)
    bar = page.get_by_role("form", name="With the chosen rows")
    expect(bar).to_contain_text("2 chosen")
    bar.get_by_role("button", name="Add a tag").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/batches/new**")
    page.get_by_label("Tag", exact=True).focus()
    page.keyboard.type("by hand")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="This would happen")).to_be_visible()
    assert _tagged(product) == 0
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    tab_to(page, "Do it for 2")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Done")).to_be_visible()
    assert _tagged(product) == 2
    expect(page.locator("#toast")).to_contain_text("2")
    page.keyboard.press("u")
    expect(page.locator("#toast")).to_contain_text("undone", ignore_case=True)
    assert _tagged(product) == 0


def test_i1_a_file_becomes_contacts_and_is_taken_back_by_keys(windows, story, product):
    page = windows.of("mona", PHONE)
    page.goto("/import")
    page.get_by_label("File", exact=True).set_input_files(
        {"name": "fair.csv", "mimeType": "text/csv", "buffer": PEOPLE}
    )
    tab_to(page, "Upload")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/import/\d+$"))
    expect(page.get_by_label("Field for E-mail")).to_have_value(re.compile("email"))
    page.get_by_role("button", name="See what would happen").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="This would happen")).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("Bad Mail|Row 2"))).to_contain_text("address")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert _named(product, "Greta Lund") == 0
    tab_to(page, "Do it for 1")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Done")).to_be_visible()
    assert _named(product, "Greta Lund") == 1
    settled(page)
    page.keyboard.press("u")
    expect(page.locator("#toast")).to_contain_text("undone", ignore_case=True)
    assert _named(product, "Greta Lund") == 0


def type_over(page, text):
    page.keyboard.press("Control+a")
    page.keyboard.type(text)


def _value(product):
    return product.value("SELECT amount_cents FROM deal WHERE name = 'Bakker fleet list'")


def _tagged(product):
    return product.rows(
        "SELECT count(*) AS n FROM tagging JOIN tag ON tag.id = tag_id WHERE tag.name = 'by hand'"
    )[0]["n"]


def _named(product, name):
    query = "SELECT count(*) AS n FROM contact WHERE name = ? AND deleted_at IS NULL"
    return product.rows(query, name)[0]["n"]
