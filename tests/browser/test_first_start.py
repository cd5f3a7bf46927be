"""The first minutes: the set-up link, the owner's account, an empty product."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.eye import look
from tests.browser.window import Windows
from tests.servers import Tend


@pytest.fixture
def fresh(tmp_path):
    with Tend(tmp_path, at="2026-11-24T09:00:00") as tend:
        yield tend


def test_a_fresh_product_is_set_up_and_says_what_to_do_next(browser, fresh):
    windows, found = Windows(browser, fresh), []
    page = windows.of()
    page.goto("/")
    found += look(page, "set-up-where")
    link = re.search(r"http\S+/setup/\S+", fresh.output)[0]
    page.goto(urlsplit(link).path)
    found += look(page, "set-up")
    page.locator("main form").first.evaluate(
        "form => { form.noValidate = true; form.requestSubmit(); }"
    )
    page.locator(".errors, [role=alert]").first.wait_for()
    found += look(page, "refused-set-up")
    fill(page)
    expect(page.get_by_role("navigation", name="Main")).to_be_attached()
    for name, path in (
        ("today", "/"),
        ("contacts", "/contacts"),
        ("companies", "/companies"),
        ("deals", "/deals"),
        ("tasks", "/tasks"),
        ("quizzes", "/quizzes"),
        ("sequences", "/sequences"),
        ("outbox", "/outbox"),
        ("intakes", "/intakes"),
        ("bell", "/notifications"),
        ("routing", "/settings/routing"),
        ("answer-times", "/settings/answer-times"),
        ("tags", "/settings/tags"),
        ("teams", "/settings/teams"),
    ):
        page.goto(path)
        found += look(page, f"empty-{name}")
    assert found + windows.close() == []


def fill(page):
    for field in page.locator("main form input:not([type=hidden]), main form select").all():
        name = field.get_attribute("name")
        kind = field.get_attribute("type")
        if kind == "email":
            field.fill("olga@haselbach.example")
        elif kind == "password":
            field.fill("seven quiet herons wade")
        elif kind in (None, "text") and not field.input_value():
            field.fill({"timezone": "Europe/Berlin"}.get(name, "Olga Haselbach"))
    page.locator("main form button[type=submit]").last.click()
