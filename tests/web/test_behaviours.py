"""The scripts of the page kit in a real browser, on small pages of their own."""

import os
import threading
from pathlib import Path

import pytest
from flask import abort, render_template_string, request
from werkzeug.serving import make_server
from wtforms import StringField
from wtforms.validators import DataRequired

from crm.web import page as kit_page
from crm.web.forms import Form
from crm.web.headers import content_policy

pytestmark = pytest.mark.browser

PAGES = Path(__file__).parent / "pages"


class LostForm(Form):
    reason = StringField("Reason", [DataRequired("Say why.")])


@pytest.fixture(scope="session")
def browser_type_launch_args():
    return {
        "executable_path": os.environ.get("CHROMIUM", "/usr/bin/chromium"),
        "args": ["--no-sandbox"] if os.geteuid() == 0 else [],
    }


@pytest.fixture
def open_page(kit, page):
    """Serve the small pages and open one; what the browser complains of fails the test."""
    kit.add_url_rule("/<name>", "small", small, methods=["GET", "POST"])
    kit.after_request(guarded)
    server = make_server("127.0.0.1", 0, kit, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    complaints = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if "olicy" in said.text else None)
    page.set_default_timeout(5000)
    page.emulate_media(reduced_motion="reduce")

    def opened(name):
        page.goto(f"http://127.0.0.1:{server.port}/{name}")
        return page

    yield opened
    page.goto("about:blank")
    server.shutdown()
    thread.join()
    server.server_close()
    assert complaints == []


def small(name):
    file = PAGES / f"{name}.html"
    text = file.read_text() if file.exists() else abort(404)
    form, status = LostForm(), 200
    if request.method == "POST":
        if not form.validate():
            status = 422
        else:
            kit_page.toast("Saved.", form.reason.data or "")
    if request.headers.get("HX-Request-Type") != "partial":
        return render_template_string(text, form=form), status
    toast = render_template_string('{% include "ui/_toast.html" %}')
    html = render_template_string(text, form=form)
    html = html[html.index("<form") : html.index("</form>") + len("</form>")]
    if status == 200:
        html += kit_page.partial("toast", toast)
    return html, status


def guarded(response):
    response.headers["Content-Security-Policy"] = content_policy()
    return response


def focused(page):
    return page.evaluate("document.activeElement.id")


def test_a_refused_form_keeps_what_was_typed_and_reads_out_why(open_page):
    page = open_page("form")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("alert").wait_for()
    assert focused(page) == "errors"
    page.get_by_role("link", name="Reason: Say why.").click()
    assert focused(page) == "reason"
    assert page.locator("[aria-busy]").count() == 0


def test_a_taken_form_is_fresh_again_and_says_so(open_page):
    page = open_page("form")
    page.get_by_label("Note").fill("typed")
    page.get_by_label("Reason").fill("price")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Saved. price").wait_for()
    assert page.get_by_label("Note").input_value() == ""


def test_keys_are_quiet_while_typing_and_lead_on_otherwise(open_page):
    page = open_page("form")
    page.get_by_label("Reason").press_sequentially("bc/")
    assert page.url.endswith("/form")
    page.get_by_role("heading", name="Form").click()
    page.keyboard.press("n")
    assert focused(page) == "note"


def test_rows_are_walked_by_keys_and_chosen_by_space(open_page):
    page = open_page("list")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Space")
    assert page.locator("tr.is-current").get_attribute("id") == "contact-2"
    assert page.locator("tr.is-selected").count() == 1
    assert page.locator("[data-bulk]").inner_text() == "1 chosen"
    page.get_by_label("Choose all").check()
    assert page.locator("[data-bulk]").inner_text() == "2 chosen"


def test_a_menu_opens_beside_its_button_and_moves_by_arrows(open_page):
    page = open_page("list")
    page.get_by_role("button", name="More").click()
    assert page.evaluate("document.activeElement.textContent").strip() == "Edit"
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.textContent").strip() == "Delete"
    page.keyboard.press("Escape")
    assert not page.get_by_role("button", name="Delete").is_visible()


def test_digits_choose_and_nothing_is_sent_by_choosing(open_page):
    page = open_page("question")
    page.keyboard.press("2")
    page.wait_for_timeout(400)
    assert page.get_by_label("This quarter").is_checked()
    assert page.url.endswith("/question")
    page.get_by_text("Now").click()
    page.wait_for_timeout(400)
    assert page.get_by_label("Now").is_checked()
    assert page.url.endswith("/question")
