"""A form sent after the sign-in ended is not lost: who typed it gets it back, nobody else."""

import pytest
from sqlalchemy import func, select

from crm.accounts.actions import sessions
from crm.accounts.actions.kept import forget_late_forms
from crm.accounts.models import LoginSession, Token
from crm.activities.models import Task
from crm.core import clock
from crm.core.db import db
from crm.web.session import COOKIE

WORDS = "Call Mira\nabout the budget of May"


@pytest.fixture
def late(browse, write):
    """Eva at a form she opened before her sign-in ended."""
    eva = browse.signed_in("Eva")
    form = eva.get("/tasks/new").form("/tasks", title="Ask for the budget", note=WORDS)

    def end():
        for row in db.session.scalars(select(LoginSession)):
            row.revoked_at = clock.now()

    write(end)
    return form


def enter(eva, sign_in, user):
    eva.client.set_cookie(COOKIE, sign_in(user), domain="localhost")
    eva.__dict__.pop("_csrf", None)


def tasks():
    db.session.expire_all()
    return list(db.session.scalars(select(Task.title)))


def test_it_comes_back_after_sign_in_and_is_sent_by_hand(late, cast, sign_in):
    answer = late.submit()
    assert answer.status == 303
    assert answer.location == "/login?next=/kept-forms"
    assert late.browse.get(answer.location).has("what you typed is there again")
    assert tasks() == []
    enter(late.browse, sign_in, cast["Eva"])
    kept = late.browse.get("/kept-forms")
    form = kept.form("/tasks")
    assert form.values["title"] == "Ask for the budget"
    assert form.values["note"].replace("\r\n", "\n").strip() == WORDS
    assert tasks() == []
    assert form.submit().status == 303
    assert tasks() == ["Ask for the budget"]


def test_htmx_is_led_to_the_sign_in_too(late):
    headers = {"HX-Request": "true", "X-CSRFToken": late.values["csrf_token"]}
    answer = late.browse.client.post("/tasks", data=late.values, headers=headers)
    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"] == "/login?next=/kept-forms"


def test_somebody_else_at_the_same_browser_sees_nothing_of_it(late, cast, sign_in):
    late.submit()
    enter(late.browse, sign_in, cast["Finn"])
    page = late.browse.get("/kept-forms")
    assert page.has("Nothing is kept for you here.")
    assert "budget" not in page.html


def test_it_is_gone_after_an_hour_or_when_told(late, cast, sign_in, the_clock, write):
    late.submit()
    the_clock.forward(minutes=59)
    enter(late.browse, sign_in, cast["Eva"])
    assert late.browse.get("/kept-forms").has("Ask for the budget") is False
    assert late.browse.get("/kept-forms").form("/tasks").values["title"] == "Ask for the budget"
    the_clock.forward(minutes=2)
    assert late.browse.get("/kept-forms").has("Nothing is kept")
    write(forget_late_forms)
    assert kept_rows() == 0


def kept_rows():
    return db.session.scalar(select(func.count(Token.id)).where(Token.purpose == "kept_form"))


def test_it_is_forgotten_when_told(late, cast, sign_in):
    late.submit()
    enter(late.browse, sign_in, cast["Eva"])
    late.browse.get("/kept-forms").form("/kept-forms/deletion").submit()
    assert kept_rows() == 0


def test_words_are_sealed_and_passwords_never_kept(browse, write):
    eva = browse.signed_in("Eva")
    form = eva.get("/settings/security").form("/settings/security/password")
    write(lambda: sessions.revoke_all(db.session.scalars(select(LoginSession)).first().user, None))
    answer = form.submit(current="old secret words", password="new secret words")
    assert answer.location == "/login?next=/settings/security" or answer.location == "/login"
    assert kept_rows() == 0


def test_the_row_does_not_hold_the_words_in_clear(late):
    late.submit()
    [details] = db.session.scalars(select(Token.details))
    assert details["path"] == "/tasks"
    assert "budget" not in str(details)


def test_a_form_from_elsewhere_or_without_token_is_not_kept(late):
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        late.browse.client.post("/tasks", data=late.values, headers=headers)
    forged = {**late.values, "csrf_token": "forged"}
    late.browse.client.post("/tasks", data=forged)
    assert kept_rows() == 0


def test_only_a_few_and_only_small_ones_are_kept(late):
    late.submit(note="x" * 200_000)
    assert kept_rows() == 0
    for number in range(8):
        late.submit(note=f"again {number}")
    assert kept_rows() == 5
