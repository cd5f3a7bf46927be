"""Links used once: mailed sign-in, new password, and what happens when many press at once."""

import re
import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from crm.accounts import actions, queries
from crm.accounts.models import LoginSession, Token
from crm.core import clock
from crm.core.db import db, transaction
from crm.mail.letters import compose_login, compose_reset, is_dead
from crm.mail.message import write as write_mail
from crm.mail.models import Outbox

NEW = "eleven blue kettles"


def ask(browse, path, email="eva@haselbach.example"):
    return browse.get(path).form(path, email=email).submit()


def mailed_path(compose=compose_reset):
    row = db.session.scalars(select(Outbox).order_by(Outbox.id.desc())).first()
    return compose(row).context["link"].removeprefix("http://localhost")


def test_a_mailed_link_signs_in_after_a_button(browse, cast):
    assert ask(browse, "/login/mail").has("a link is on its way")
    path = mailed_path(compose_login)
    page = browse.get(path)
    assert page.status == 200 and not browse.client.get_cookie("tend_session")
    assert page.headers["Referrer-Policy"] == "same-origin"
    answer = page.form(path).submit()
    assert (answer.status, answer.location) == (303, "/")
    assert browse.client.get_cookie("tend_session")
    assert browse.get(path).status == 410
    assert browse.get(path).has("does not work any more")


def test_a_new_password_ends_every_session_and_link(browse, cast, sign_in):
    sign_in(cast["Eva"])
    ask(browse, "/login/mail")
    login = mailed_path(compose_login)
    ask(browse, "/login/reset")
    path = mailed_path()
    page = browse.get(path)
    assert browse.get(path).status == 200, "opening it uses nothing up"
    assert page.form(path, password="short").submit().status == 422
    done = page.form(path, password=NEW).submit()
    assert done.location == "/login" and done.follow().has("Your new password is saved.")
    assert actions.is_right(queries.user_by_email("eva@haselbach.example"), NEW)
    assert all(s.revoked_at for s in db.session.scalars(select(LoginSession)))
    assert browse.get(path).status == browse.get(login).status == 410


def test_a4_only_the_hash_is_stored_and_the_mail_holds_it_sealed(browse, cast):
    ask(browse, "/login/reset")
    text = mailed_path().rpartition("/")[2]
    token = db.session.scalars(select(Token)).one()
    row = db.session.scalars(select(Outbox)).one()
    assert len(token.token_hash) == 64 and len(text) >= 43
    assert text not in str(row.context) + row.text + row.html + token.token_hash
    assert row.lane == "security" and row.expires_at == token.expires_at


@pytest.mark.parametrize(("purpose", "hours"), [("reset", 1), ("login", 1), ("invite", 48),
                                                ("setup", 1)])  # fmt: skip
def test_a4_links_die_after_their_hours(cast, write, the_clock, purpose, hours):
    text = write(lambda: actions.issue(purpose, user=cast["Eva"])[1])
    the_clock.set((clock.now() + timedelta(hours=hours, seconds=-5)).isoformat())
    assert queries.token(purpose, text)
    the_clock.forward(seconds=10)
    assert queries.token(purpose, text) is None


def test_a4_a_link_of_one_purpose_opens_no_other_door(cast, write):
    purposes = ("reset", "login", "invite", "setup")
    texts = {p: write(lambda p=p: actions.issue(p, user=cast["Eva"])[1]) for p in purposes}
    for purpose in purposes:
        for other in purposes:
            assert (queries.token(purpose, texts[other]) is not None) is (purpose == other)


@pytest.mark.parametrize(("purpose", "path", "data"), [
    ("login", "/login/mail/", {}),
    ("reset", "/login/reset/", {"password": NEW}),
])  # fmt: skip
def test_a4_of_20_posts_at_once_one_gets_in_and_the_others_read_used(
    app, cast, write, purpose, path, data
):
    path += write(lambda: actions.issue(purpose, user=cast["Eva"])[1])
    db.session.remove()
    found, gate = [], threading.Barrier(20)

    def press():
        client = app.test_client()
        token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(path).text)[1]
        gate.wait()
        found.append(client.post(path, data={"csrf_token": token, **data}).status_code)

    threads = [threading.Thread(target=press) for _n in range(20)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert sorted(found) == [303] + [410] * 19
    assert len(list(db.session.scalars(select(LoginSession)))) == (purpose == "login")


def test_p1_unknown_addresses_get_the_same_answer_and_no_mail(browse, cast):
    known, unknown = ask(browse, "/login/reset"), ask(browse, "/login/reset", "eve@x.example")
    assert known.status == unknown.status == 200
    assert known.html.replace("eva@haselbach.example", "") == unknown.html.replace(
        "eve@x.example", "")  # fmt: skip
    assert [row.to_address for row in db.session.scalars(select(Outbox))] == [
        "eva@haselbach.example"
    ]


def test_p1_three_mails_an_hour_to_an_address_and_five_from_a_network(browse, cast):
    answers = [ask(browse, "/login/reset").status for _n in range(6)]
    assert answers == [200, 200, 200, 200, 200, 429]
    assert len(list(db.session.scalars(select(Outbox)))) == 3


def test_a_used_link_is_not_mailed_any_more(browse, cast, write):
    ask(browse, "/login/reset")
    row = db.session.scalars(select(Outbox)).one()
    assert is_dead(row) is None
    write(lambda: actions.spend_all(cast["Eva"]))
    assert "used" in is_dead(db.session.scalars(select(Outbox)).one())


def test_spending_twice_is_refused_inside_one_transaction_too(cast, write):
    from crm.core.refusal import Refused

    text = write(lambda: actions.issue("reset", user=cast["Eva"])[1])
    with transaction():
        actions.spend("reset", text)
        with pytest.raises(Refused):
            actions.spend("reset", text)


@pytest.mark.parametrize(("path", "kind", "words"), [
    ("/login/reset", "reset", "Choose a password"),
    ("/login/mail", "login", "Your sign-in link"),
])  # fmt: skip
def test_the_mails_hold_the_link_in_both_parts(browse, cast, path, kind, words):
    ask(browse, path)
    row = db.session.scalars(select(Outbox)).one()
    letter = {"reset": compose_reset, "login": compose_login}[kind](row)
    written = write_mail(row, letter, clock.now())
    link = letter.context["link"]
    assert link in written.text and f'href="{link}"' in written.html
    assert words in written.text and "14:00" in written.text, written.text
    assert written.headers["X-Tend-Kind"] == kind
