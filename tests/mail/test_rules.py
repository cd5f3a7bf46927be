"""When to try again, what a bounce is, and what is never put into a header."""

from datetime import UTC, datetime, timedelta

import pytest

from crm.mail import delivery, rules
from crm.mail.transport import Server

NOW = datetime(2026, 11, 24, 13, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("tries", "luck", "seconds"),
    [
        (1, 0.5, 60), (2, 0.5, 300), (3, 0.5, 900), (4, 0.5, 3600), (5, 0.5, 14400),
        (9, 0.5, 14400), (1, 0, 48), (1, 1, 72),
    ],
)  # fmt: skip
def test_waiting_grows_and_is_spread(tries, luck, seconds):
    assert rules.try_again_at(NOW, tries, luck) - NOW == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("code", "text", "is_hard"),
    [
        (550, "5.1.1 user unknown", True),
        (550, "no such user here", True),
        (553, "sorry", True),
        (552, "5.2.2 mailbox full", False),
        (550, "mailbox full", False),
        (550, "5.7.1 blocked by policy", False),
        (554, "spam", False),
    ],
)
def test_only_an_unknown_mailbox_is_a_hard_bounce(code, text, is_hard):
    assert rules.is_hard_bounce(code, text) is is_hard


@pytest.mark.parametrize(
    "url",
    [
        "smtp://mail.example:2525",
        "smtps://me%40x:p%2Fw@mail.example:465",
        "smtp://mail.example:587?starttls=1",
    ],
)
def test_a_server_survives_the_way_through_its_url(url):
    assert Server.of(Server.of(url).url) == Server.of(url)


@pytest.mark.parametrize("url", ["http://x", "smtp://", "mail.example"])
def test_a_wrong_server_is_refused(url):
    with pytest.raises(ValueError):
        Server.of(url)


@pytest.mark.parametrize(
    "bad",
    [
        {"context": {"subject": "Hi\r\nBcc: all@x.example"}},
        {"context": {"subject": "Hi\nX: y"}},
        {"to_name": "Ben\r\nBcc: all@x.example"},
        {"to_name": "Ben\0"},
        {"context": {"headers": {"List-Id": "<a>\r\nBcc: b@x.example"}}},
    ],
)
def test_a_line_break_in_a_header_is_refused_and_said(smtp, post, row, bad):
    post(**bad)
    delivery.drain("urgent")
    assert row().state == "failed"
    assert "line break" in row().reason
    assert smtp.mails == []


@pytest.mark.parametrize("address", ["", "nobody", "a@b@c", "x@y.example\r\nBcc: z@y.example"])
def test_an_address_nobody_can_write_to_is_kept_as_failed(post, row, smtp, address):
    post(to=address)
    assert row().state == "failed"
    assert delivery.drain("urgent") == 0


def test_markup_in_a_value_is_text_in_the_html_part(smtp, post):
    post(context={"words": "<script>alert(1)</script>"})
    delivery.drain("urgent")
    assert "<script>" not in smtp.mails[0].get_body(("html",)).get_content()
