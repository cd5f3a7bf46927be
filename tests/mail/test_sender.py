"""Where mails come from is asked for where nothing is known that could take an answer."""

import pytest

from crm.accounts.queries import workspace
from crm.mail import queries


@pytest.fixture
def nobody_said(app, write):
    write(lambda: setattr(workspace(), "contact_email", None))
    return app.extensions["tend.config"]


@pytest.mark.parametrize(
    ("base", "known"),
    [
        ("http://127.0.0.1:8000", False),
        ("http://[::1]:8000", False),
        ("http://localhost", False),
        ("http://crm", False),
        ("https://crm.example.com", True),
    ],
)
def test_a_bare_address_is_no_sender(nobody_said, monkeypatch, base, known):
    monkeypatch.setitem(nobody_said.values, "BASE_URL", base)
    assert queries.has_sender() is known


def test_the_page_asks_instead_of_showing_one(nobody_said, browse):
    page = browse.signed_in("Adam").get("/settings/mail")
    assert page.has("No sender yet.") and page.has("set MAIL_FROM")
    assert "tend@" not in page.html
    assert page.form("/settings/mail").values["from_address"] == ""


def test_the_address_of_the_house_is_offered(app, browse):
    page = browse.signed_in("Adam").get("/settings/mail")
    assert page.form("/settings/mail").values["from_address"] == "hello@haselbach.example"
    assert not page.has("No sender yet.")
