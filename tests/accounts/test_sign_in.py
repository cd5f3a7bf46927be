"""Signing in and out, and what a wrong guess costs."""

import re

import pytest
from sqlalchemy import select

from crm.accounts import actions
from crm.accounts.models import LoginSession, SecurityEvent, User
from crm.accounts.public import tries
from crm.core.db import db
from crm.web.session import COOKIE

WORDS = "seven green kettles"


@pytest.fixture
def with_password(cast, write):
    write(lambda: setattr(cast["Eva"], "password_hash", actions.hash_password(WORDS)))


def try_to_sign_in(browse, email="eva@haselbach.example", password=WORDS, **more):
    return browse.get("/login").form("/login", email=email, password=password, **more).submit()


def rows(model):
    return list(db.session.scalars(select(model)))


def test_a_person_signs_in_and_out(browse, with_password):
    page = browse.get("/login")
    assert page.has("Email") and page.has("Password") and page.has("to Haselbach")
    answer = try_to_sign_in(browse)
    assert (answer.status, answer.location) == (303, "/")
    assert [e.kind for e in rows(SecurityEvent)] == ["signed_in"]
    browse.name = "Eva"
    assert browse.get("/login").status == 303
    out = browse.post("/logout")
    assert out.location == "/login", out.html
    assert rows(LoginSession)[0].revoked_at is not None
    assert browse.get("/login").status == 200


def test_an_address_is_known_in_any_case(browse, with_password):
    assert try_to_sign_in(browse, email=" Eva@Haselbach.example ").status == 303


def test_a2_unknown_and_known_answers_are_the_same_length(browse, with_password):
    known = try_to_sign_in(browse, password="wrong wrong wrong")
    unknown = try_to_sign_in(browse, email="eve@haselbach.example", password="wrong wrong wrong")
    strip = lambda page: re.sub(r'value="[^"]*"', "", page.html)  # noqa: E731
    assert known.status == unknown.status == 422
    assert len(known.html) == len(unknown.html)
    assert strip(known) == strip(unknown)
    assert known.statements == unknown.statements
    assert len(rows(SecurityEvent)) == 2


def test_a2_an_unknown_address_costs_as_much_work(app, with_password, monkeypatch):
    hashed = []
    right = actions.passwords._matches
    monkeypatch.setattr(
        actions.passwords, "_matches", lambda *asked: hashed.append(1) or right(*asked)
    )
    assert not actions.is_right(None, "wrong wrong wrong")
    assert hashed == [1]


def test_a2_the_eleventh_wrong_try_waits_and_a_link_still_helps(browse, with_password):
    for _try in range(10):
        assert try_to_sign_in(browse, password="wrong wrong wrong").status == 422
    eleventh = try_to_sign_in(browse, password="wrong wrong wrong")
    assert eleventh.status == 422, "one try a minute stays"
    twelfth = try_to_sign_in(browse)
    assert (twelfth.status, twelfth.headers["Retry-After"]) == (429, "60")
    assert twelfth.has("wait a minute")
    assert browse.get("/login/mail").form(email="eva@haselbach.example").submit().status == 200


def test_a2_an_unknown_account_waits_as_a_known_one_does(browse, with_password):
    for _try in range(11):
        try_to_sign_in(browse, email="nobody@x.example", password="wrong wrong wrong")
    assert try_to_sign_in(browse, email="nobody@x.example").status == 429


def test_a2_right_passwords_are_not_counted(browse, app, with_password):
    for _try in range(12):
        assert try_to_sign_in(type(browse)(app)).status == 303


def test_a2_a_colleague_is_not_slowed_by_others_behind_the_same_address(
    browse, app, cast, with_password
):
    colleague, stranger = type(browse)(app), type(browse)(app)
    assert try_to_sign_in(colleague).status == 303
    colleague.client.delete_cookie(COOKIE)
    for number in range(12):
        try_to_sign_in(stranger, email=f"n{number}@x.example", password="wrong wrong wrong")
    for _try in range(12):
        try_to_sign_in(stranger, password="wrong wrong wrong")
    assert try_to_sign_in(stranger).status == 429
    assert try_to_sign_in(colleague).status == 303


def test_a2_a_known_browser_has_ten_tries_as_well(browse, with_password):
    assert try_to_sign_in(browse).status == 303
    browse.client.delete_cookie(COOKIE)
    for _try in range(11):
        assert try_to_sign_in(browse, password="wrong wrong wrong").status == 422
    assert try_to_sign_in(browse).status == 429


def test_a2_networks_are_64_bits_wide(app):
    from crm.web import limits

    with app.test_request_context(environ_base={"REMOTE_ADDR": "2001:db8:1:2:aaaa::1"}):
        assert limits.client() == "2001:db8:1:2::/64"
    assert "@" not in tries.account_key("eva@haselbach.example")


@pytest.mark.parametrize("target", [
    "https://evil.example/", "//evil.example", "/\\evil.example", "\\\\evil.example",
    "javascript:alert(1)", "/\t/evil.example", "https:evil.example", " //evil.example", "///x",
    "http://localhost@evil.example", "/%0d%0aLocation: https://evil.example", "",
])  # fmt: skip
def test_z5_after_sign_in_nobody_leaves_the_host(browse, with_password, target):
    answer = try_to_sign_in(browse, next=target)
    assert answer.status == 303
    assert answer.location.startswith("/")
    assert answer.location[1:2] not in {"/", "\\"}


def test_z5_a_link_to_a_record_lands_there_after_sign_in(browse, with_password):
    sent = browse.get("/settings/profile")
    assert sent.location == "/login?next=/settings/profile"
    answer = browse.get(sent.location).form(
        "/login", email="eva@haselbach.example", password=WORDS).submit()  # fmt: skip
    assert answer.location == "/settings/profile"


def test_a5_a_sign_in_gets_a_session_of_its_own_and_ends_the_old_one(browse, with_password, app):
    try_to_sign_in(browse)
    cookie = browse.client.get_cookie("tend_session")
    assert cookie.http_only and cookie.same_site == "Lax" and cookie.max_age is None
    assert cookie.value not in [s.token_hash for s in rows(LoginSession)]
    page = browse.client.get("/settings/profile")
    assert page.status_code == 200
    from crm.core.db import run

    eva = db.session.scalars(select(User).where(User.name.like("Eva%"))).one()
    old = rows(LoginSession)[0]
    run(lambda: actions.sign_in(eva, old=old))
    assert [bool(s.revoked_at) for s in rows(LoginSession)] == [True, False]


def test_a5_remembering_makes_a_longer_cookie_for_the_same_kind_of_row(browse, with_password):
    try_to_sign_in(browse, remember="y")
    assert browse.client.get_cookie("tend_session").max_age == 30 * 24 * 3600
    assert rows(LoginSession)[0].is_remembered


def test_somebody_switched_off_does_not_get_in(browse, with_password, cast, write):
    write(lambda: actions.deactivate(cast["Eva"], cast["Olga"]))
    assert try_to_sign_in(browse).status == 422
    assert not [s for s in rows(LoginSession) if s.revoked_at is None]


def test_b1_the_sign_in_form_needs_its_token(browse, with_password):
    answer = browse.post("/login", data={"email": "eva@haselbach.example", "password": WORDS})
    assert answer.status == 400
    page = browse.get("/login")
    foreign = browse.post(
        "/login",
        data={**page.form("/login").values, "email": "eva@haselbach.example", "password": WORDS},
        headers={"Sec-Fetch-Site": "cross-site"},
    )
    assert foreign.status == 400
    assert not rows(LoginSession)
