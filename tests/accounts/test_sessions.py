"""How long a sign-in lasts, who can end it, and that form tokens are tied to it."""

from datetime import timedelta

from sqlalchemy import select

from crm.accounts import actions
from crm.accounts.models import LoginSession, SecurityEvent
from crm.core import clock
from crm.core.db import db
from crm.web.session import COOKIE

PROFILE = "/settings/profile"


def is_in(browse):
    return browse.get(PROFILE).status == 200


def sessions():
    return list(db.session.scalars(select(LoginSession).order_by(LoginSession.id)))


def test_a5_twelve_idle_hours_end_a_sign_in(browse, the_clock):
    eva = browse.signed_in("Eva")
    the_clock.forward(hours=11, minutes=59)
    assert is_in(eva)
    the_clock.forward(hours=11, minutes=59)
    assert is_in(eva), "each request starts the hours anew"
    the_clock.forward(hours=12, minutes=1)
    assert not is_in(eva)


def test_a5_thirty_days_end_it_however_busy(browse, the_clock):
    eva = browse.signed_in("Eva")
    for _half_day in range(60):
        assert is_in(eva)
        the_clock.forward(hours=11, minutes=50)
    the_clock.forward(hours=11)
    assert not is_in(eva)


def test_a5_remembered_ones_may_idle_for_thirty_days(browse, the_clock, cast, write):
    token = write(lambda: actions.start_session(cast["Eva"], remember=True)[1])
    browse.client.set_cookie(COOKIE, token, domain="localhost")
    the_clock.forward(days=29)
    assert is_in(browse)
    the_clock.forward(days=2)
    assert not is_in(browse)


def test_a5_polling_does_not_keep_anybody_signed_in(browse, the_clock):
    eva = browse.signed_in("Eva")
    the_clock.forward(hours=11)
    tick = {"HX-Request": "true", "HX-Target": "span#bell", "Tend-Tick": "1"}
    assert eva.get("/notifications/bell?seen=0", headers=tick).status == 204
    the_clock.forward(hours=1, minutes=1)
    assert not is_in(eva)


def test_being_seen_is_written_once_a_minute(browse, the_clock):
    eva = browse.signed_in("Eva")
    start = sessions()[0].seen_at
    is_in(eva)
    assert sessions()[0].seen_at == start
    the_clock.forward(seconds=61)
    is_in(eva)
    seen = sessions()[0].seen_at
    assert timedelta(seconds=60) < seen - start
    is_in(eva)
    assert sessions()[0].seen_at == seen


def test_a5_a_person_ends_one_session_or_all_others(browse):
    here, there, third = (browse.signed_in("Eva") for _n in range(3))
    stranger = browse.signed_in("Finn")
    ids = [s.id for s in sessions()]
    page = here.get("/settings/security")
    assert page.has("Signed in 3") and page.has("This one")
    assert stranger.post(f"/settings/security/sessions/{ids[1]}/revocation").status == 404
    assert here.post(f"/settings/security/sessions/{ids[1]}/revocation").status == 303
    assert not is_in(there) and is_in(third)
    assert here.post("/settings/security/sessions/revocation").status == 303
    assert is_in(here) and not is_in(third) and is_in(stranger)


def test_a5_an_administrator_ends_all_sessions_of_somebody(browse, cast):
    eva_id = cast["Eva"].id
    eva, adam = browse.signed_in("Eva"), browse.signed_in("Adam")
    assert adam.post(f"/settings/users/{eva_id}/sessions/revocation").status == 303
    assert not is_in(eva) and is_in(adam)


def test_a5_somebody_switched_off_is_refused_at_the_next_request(browse, person, write):
    eva = browse.signed_in("Eva")
    assert is_in(eva)
    write(lambda: setattr(person("Eva"), "deactivated_at", clock.now()))
    answer = eva.get(PROFILE)
    assert answer.location == f"/login?next={PROFILE}"


def test_a5_another_role_signs_out(browse, person, write):
    eva = browse.signed_in("Eva")
    write(lambda: actions.change_role(person("Eva"), "manager", person("Olga")))
    assert not is_in(eva)


def test_a_new_password_keeps_this_browser_with_a_new_token(browse, cast, write):
    write(lambda: setattr(cast["Eva"], "password_hash", actions.hash_password("seven green cats")))
    here, there = browse.signed_in("Eva"), browse.signed_in("Eva")
    old = here.client.get_cookie(COOKIE).value
    page = here.get("/settings/security")
    wrong = page.form(
        "/settings/security/password", current="guess guess", password="nine red cats"
    )
    assert wrong.submit().has("This is not your present password.")
    form = page.form("/settings/security/password", current="seven green cats",
                     password="nine red cats")  # fmt: skip
    assert form.submit().status == 303
    assert here.client.get_cookie(COOKIE).value != old
    assert is_in(here) and not is_in(there)


def test_b1_a_form_token_of_another_sign_in_is_refused(browse):
    eva, finn = browse.signed_in("Eva"), browse.signed_in("Finn")
    stolen = finn.csrf()
    answer = eva.post("/settings/security/sessions/revocation", data={"csrf_token": stolen})
    assert answer.status == 400
    eva.client.set_cookie("tend_form", finn.client.get_cookie("tend_form").value,
                          domain="localhost")  # fmt: skip
    answer = eva.post("/settings/security/sessions/revocation", data={"csrf_token": stolen})
    assert answer.status == 400, "not even with the other's form cookie"


def test_b1_a_tab_open_over_night_still_posts(browse, cast, write, the_clock):
    token = write(lambda: actions.start_session(cast["Eva"], remember=True)[1])
    browse.client.set_cookie(COOKIE, token, domain="localhost")
    page = browse.get(PROFILE)
    the_clock.forward(hours=20)
    browse.client.delete_cookie("tend_form", domain="localhost")
    assert page.form(PROFILE, job_title="Closer").submit().status == 303


def test_old_sessions_are_forgotten_after_a_month(cast, write, the_clock):
    write(lambda: actions.start_session(cast["Eva"]))
    the_clock.forward(days=59)
    write(actions.forget_old)
    assert len(sessions()) == 1
    the_clock.forward(days=2)
    write(actions.forget_old)
    assert sessions() == []


def test_o6_events_are_forgotten_a_year_before_the_latest(cast, write, the_clock):
    write(lambda: actions.note("signed_in", cast["Eva"]))
    the_clock.forward(days=366)
    write(actions.forget_old)
    assert [one.kind for one in events()] == ["signed_in"]
    write(lambda: actions.note("signed_out", cast["Eva"]))
    write(actions.forget_old)
    assert [one.kind for one in events()] == ["signed_out"]


def events():
    db.session.rollback()
    return db.session.scalars(select(SecurityEvent)).all()
