"""The list of whom not to write to: found by address, added by hand, taken back with a reason."""

from datetime import timedelta

from sqlalchemy import select

from crm.accounts.models import SecurityEvent
from crm.core import clock
from crm.core.db import db, run
from crm.mail import actions
from crm.mail.models import Suppression
from crm.mail.queries import is_suppressed

URL = "/settings/mail/suppressions"


def add(page, address, scope="marketing", why="asked on the phone"):
    return page.post(URL, data={"address": address, "scope": scope, "why": why})


def test_c10_one_adds_by_hand_and_takes_back_with_a_reason(browse):
    adam = browse.signed_in("Adam")
    assert add(adam, "Mira@Hafen.example").status == 303
    assert is_suppressed("mira@hafen.example", "marketing")
    assert add(adam, "mira@hafen.example").status == 422, "it is there already"
    assert add(adam, "nothing").status == 422
    page = adam.get(URL)
    assert page.has("asked on the phone") and page.has("one of us, by hand")
    assert "hafen" not in page.root.text, "no address is kept, so none is shown"
    number = db.session.scalar(select(Suppression.id))
    one = adam.get(f"{URL}/{number}")
    assert one.form(f"{URL}/{number}/lifting", why="").submit().status == 422
    assert one.form(f"{URL}/{number}/lifting", why="a typing error").submit().status == 303
    db.session.remove()
    assert not is_suppressed("mira@hafen.example", "marketing")
    assert adam.get(URL).has("Nobody here") and adam.get(f"{URL}?show=lifted").has("Taken back")
    kept = db.session.scalars(select(SecurityEvent).order_by(SecurityEvent.id)).all()
    said = [one.details.get("why") for one in kept if one.kind.endswith("suppressed")]
    assert said == ["asked on the phone", "a typing error"]
    assert adam.post(f"{URL}/{number}/lifting", data={"why": "again"}).status == 422


def test_c10_what_somebody_asked_for_is_taken_back_by_them_alone(browse, write):
    write(lambda: actions.suppress("ben@velovoss.example", scope="all", reason="unsubscribed",
                                   source="one_click"))  # fmt: skip
    adam, number = browse.signed_in("Adam"), db.session.scalar(select(Suppression.id))
    assert adam.get(f"{URL}/{number}").has("Only they can take it back")
    assert adam.post(f"{URL}/{number}/lifting", data={"why": "please"}).status == 422
    assert add(adam, "ben@velovoss.example").status == 422, "nor written over by hand"
    assert is_suppressed("ben@velovoss.example", "marketing")


def test_c10_words_typed_by_us_lock_nothing_and_days_are_counted_anew(browse, the_clock):
    adam = browse.signed_in("Adam")
    assert add(adam, "mira@hafen.example", why="unsubscribed").status == 303
    number = db.session.scalar(select(Suppression.id))
    one = adam.get(f"{URL}/{number}")
    assert one.form(f"{URL}/{number}/lifting", why="a mistake").submit().status == 303
    the_clock.forward(hours=1)
    assert add(adam, "mira@hafen.example").status == 303
    the_clock.forward(hours=1)
    link = {"scope": "marketing", "reason": "unsubscribed", "source": "link"}
    run(lambda: actions.suppress("mira@hafen.example", **link))
    db.session.remove()
    since = db.session.scalars(select(Suppression.created_at)).one()
    hours = (clock.now() - since) / timedelta(hours=1)
    assert round(hours) == 1, "since it was added again, and the link counts no days anew"


def test_c10_an_address_finds_its_row_and_pages_go_on_by_key(browse, write):
    write(lambda: [actions.suppress(f"a{n}@x.example", scope="marketing", reason=f"why {n};")
                   for n in range(55)])  # fmt: skip
    adam = browse.signed_in("Adam")
    first = adam.get(URL)
    assert first.has("why 54;") and first.has("why 5;") and not first.has("why 4;")
    second = adam.get(first.root.one("a", rel="next")["href"])
    assert second.has("why 4;") and second.has("why 0;") and not second.has("why 5;")
    found = adam.get(f"{URL}?q=A7@x.example")
    assert found.has("why 7;") and not found.has("why 8;")
    assert adam.get(f"{URL}?q=x.example").has("This address is not on the list")


def test_c10_only_who_looks_after_mail_sees_the_list(browse):
    eva = browse.signed_in("Eva")
    assert eva.get(URL).status == 403
    assert add(eva, "mira@hafen.example").status == 403
