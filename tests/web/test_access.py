"""Z1 and Z5: every endpoint is protected or stands in the list, and nobody is sent off the host."""

from pathlib import Path

import pytest

from crm.web.access import policy, safe_next

LIST = Path(__file__).parents[1] / "public.txt"


def sample(rule, name):
    """Some value that a part of an address takes."""
    return next(iter(getattr(rule._converters.get(name), "items", ("1",))))


def listed():
    lines = LIST.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def test_z1_every_public_endpoint_stands_in_the_list_with_its_reason(app):
    found = [
        f"{endpoint}: {policy(endpoint)[1]}"
        for endpoint in sorted(app.view_functions)
        if policy(endpoint)[0] == "public"
    ]
    assert found == listed()


def test_z1_everything_else_sends_strangers_to_the_sign_in(app, browse):
    for rule in app.url_map.iter_rules():
        if policy(rule.endpoint)[0] == "public":
            continue
        parts = {name: sample(rule, name) for name in rule.arguments}
        _host, url = rule.build(parts)
        if "GET" in rule.methods:
            answer = browse.client.get(url)
            assert answer.status_code == 303, (url, answer.status_code)
            assert answer.headers["Location"].startswith("/login"), url
        if "POST" in rule.methods:
            answer = browse.client.post(url)
            assert answer.status_code in {303, 400}, (url, answer.status_code)


def test_z4_read_only_people_are_refused_every_change_of_records(app):
    from crm.accounts.rules import RIGHTS

    for rule in app.url_map.iter_rules():
        kind, right = policy(rule.endpoint)
        if kind == "public" or "POST" not in rule.methods:
            continue
        own = rule.rule.startswith(
            (
                "/settings/profile",
                "/settings/security",
                "/settings/time",
                "/notifications",
                "/setup-list",
                "/kept-forms",
                "/marks",
                "/filters/columns",  # which ones the person sees
            )
        )
        assert own or (right and "read_only" not in RIGHTS[right]), rule


@pytest.mark.parametrize(("target", "lands"), [
    ("/contacts/7", "/contacts/7"),
    ("/contacts?q=ada&page=2", "/contacts?q=ada&page=2"),
    ("/a//b", "/"), ("/logout", "/"), ("/no-such-page", "/"), ("/login/mail/x", "/login/mail/x"),
    (None, "/"), ("", "/"), ("contacts", "/"),
    ("//evil.example", "/"), ("///evil.example", "/"), ("/\\evil.example", "/"),
    ("\\\\evil.example", "/"), ("https://evil.example", "/"), ("http:evil.example", "/"),
    ("javascript:alert(1)", "/"), ("data:text/html,x", "/"), ("/\t/evil.example", "/"),
    ("/\n/evil.example", "/"), ("\t//evil.example", "/"), (" /x", "/"), ("/x y", "/"),
    ("/\x00x", "/"), ("/a\\b", "/"), ("@evil.example", "/"), (".evil.example", "/"),
    ("https:///evil.example", "/"), ("//evil.example@localhost", "/"), ("/\x7f", "/"),
])  # fmt: skip
def test_z5_after_sign_in_only_pages_of_our_own(app, target, lands):
    assert safe_next(target) == lands


def test_a_form_sent_after_the_sign_in_ended_leads_back_to_its_page(browse):
    token = browse.get("/login").form("/login").values["csrf_token"]
    answer = browse.client.post(
        "/contacts", data={"csrf_token": token, "name": "Ada"},
        headers={"Referer": "http://localhost/contacts/new?list=2"},
    )  # fmt: skip
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/login?next=/contacts/new?list%3D2"
    assert browse.get(answer.headers["Location"]).has("You were signed out")


def test_a_form_sent_from_another_site_leads_nowhere(browse):
    token = browse.get("/login").form("/login").values["csrf_token"]
    answer = browse.client.post(
        "/contacts", data={"csrf_token": token}, headers={"Referer": "https://evil.example/x"}
    )
    assert answer.headers["Location"] == "/login"
