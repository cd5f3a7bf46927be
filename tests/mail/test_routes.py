"""Outbox, mail server and record links, as people see them."""

import threading

import pytest

from crm.core import links
from crm.core.db import db, run
from crm.mail import delivery, jobs, queries
from crm.mail.models import MailAccount
from tests.mail.server import Gate


def test_a_manager_sees_every_mail_with_its_state(browse, smtp, post, contact_of):
    post("one", contact_id=contact_of("Ada"))
    delivery.drain("urgent")
    page = browse.signed_in("Mona").get("/outbox")
    assert page.has("Sent") and page.has("ada@nordhafen.example")
    assert browse.signed_in("Mona").get("/outbox?state=sent").has("A note")
    assert browse.signed_in("Mona").get("/outbox?state=failed").has("No mail here")


def test_a_mail_shows_what_happened_to_it(browse, smtp, post, row, contact_of):
    smtp.manners["rcpt"] = ["554 5.7.1 blocked"]
    post("one", contact_id=contact_of("Ada"))
    delivery.drain("urgent")
    mona = browse.signed_in("Mona")
    page = mona.get(f"/outbox/{row().id}")
    assert page.has("554") and page.has("blocked")
    page.form(f"/outbox/{row().id}/resending").submit()
    assert row().state == "queued"
    delivery.drain("urgent")
    assert row().state == "sent"


def test_a_waiting_mail_can_be_taken_back_but_a_sent_one_cannot(
    browse, smtp, post, row, contact_of
):
    post("one", contact_id=contact_of("Ada"))
    mona = browse.signed_in("Mona")
    mona.post(f"/outbox/{row().id}/cancellation")
    assert row().state == "cancelled"
    assert delivery.drain("urgent") == 0


@pytest.mark.parametrize("who", ["Otto", "Rita", "Eva"])
def test_the_outbox_is_for_those_who_look_after_it(browse, who):
    assert browse.signed_in(who).get("/outbox").status == 403


def test_a_foreign_mail_does_not_exist(browse, post, row, contact_of):
    post("one", contact_id=contact_of("Ada", team="partners"))
    assert browse.signed_in("Mona").get(f"/outbox/{row().id}").status == 404


def test_holding_stops_all_mail_but_sign_in_links(browse, smtp, post, row):
    adam = browse.signed_in("Adam")
    adam.get("/outbox").form("/outbox/holding").submit()
    post("a")
    post("b", lane="security")
    assert (delivery.drain("urgent"), delivery.drain("security")) == (0, 1)
    assert adam.get("/outbox").has("All mail is held")
    adam.get("/outbox").form("/outbox/holding").submit()
    assert delivery.drain("urgent") == 1


def fill(page, smtp, **more):
    return page.form(
        "/settings/mail", host="127.0.0.1", port=str(smtp.port), security="none", user="",
        password="", from_address="tend@haselbach.example", from_name="Haselbach", **more,
    )  # fmt: skip


def test_a_server_is_entered_tried_and_its_words_are_shown(browse, server, post, row):
    adam = browse.signed_in("Adam")
    fill(adam.get("/settings/mail"), server).submit()
    adam.get("/settings/mail").form("/settings/mail/test").submit()
    assert adam.get("/settings/mail").has("On its way")
    jobs.try_account()
    assert adam.get("/settings/mail").has("accepted: 250 2.0.0 taken as 4711")
    assert server.mails[0]["To"] == "adam@haselbach.example"
    post()
    assert delivery.drain("urgent") == 1
    assert server.mails[1]["From"] == "Haselbach <tend@haselbach.example>"


def test_a_test_mail_lost_after_its_text_is_uncertain(browse, server):
    adam = browse.signed_in("Adam")
    fill(adam.get("/settings/mail"), server).submit()
    server.manners["dot"] = "drop_after"
    adam.get("/settings/mail").form("/settings/mail/test").submit()
    jobs.try_account()
    page = adam.get("/settings/mail")
    assert len(server.mails) == 1
    assert page.has("uncertain: ") and not page.has("failed: ")


def test_a_refusing_server_is_quoted(browse, server):
    adam = browse.signed_in("Adam")
    fill(adam.get("/settings/mail"), server).submit()
    server.manners["mail"] = "550 5.7.1 not from here"
    adam.get("/settings/mail").form("/settings/mail/test").submit()
    jobs.try_account()
    assert adam.get("/settings/mail").has("refused: 550 5.7.1 not from here")


@pytest.mark.parametrize("meanwhile", ["saved", "asked again"])
def test_a_late_result_of_an_older_test_is_dropped(app, browse, server, meanwhile):
    adam = browse.signed_in("Adam")
    fill(adam.get("/settings/mail"), server).submit()
    adam.get("/settings/mail").form("/settings/mail/test").submit()
    gate = server.manners["dot"] = Gate("adam@haselbach.example")

    def work():
        with app.app_context():
            jobs.try_account()

    older = threading.Thread(target=work)
    older.start()
    assert gate.reached.wait(10)
    if meanwhile == "saved":
        fill(adam.get("/settings/mail"), server).submit(from_name="Other")
    else:
        adam.get("/settings/mail").form("/settings/mail/test").submit()
    gate.is_open.set()
    older.join(10)
    page = adam.get("/settings/mail")
    assert not page.has("accepted:") and page.has("On its way") is (meanwhile == "asked again")
    server.manners["dot"] = None
    jobs.try_account()
    assert adam.get("/settings/mail").has("accepted:") is (meanwhile == "asked again")


def test_the_bell_of_a_test_that_was_asked_for_anew_sends_nothing(browse, server):
    adam = browse.signed_in("Adam")
    fill(adam.get("/settings/mail"), server).submit()
    adam.get("/settings/mail").form("/settings/mail/test").submit()
    jobs.try_account("0ld0ne")
    assert not server.mails and adam.get("/settings/mail").has("On its way")


def test_the_password_is_neither_shown_nor_kept_in_clear(browse, server):
    adam = browse.signed_in("Adam")
    form = fill(adam.get("/settings/mail"), server)
    form.submit(user="me", password="hunter2-secret")
    assert "hunter2" not in db.session.query(MailAccount).one().sealed_url
    assert "hunter2" not in adam.get("/settings/mail").html
    fill(adam.get("/settings/mail"), server).submit(user="me")
    db.session.rollback()
    assert "hunter2-secret" in queries.smtp_url()


@pytest.mark.parametrize("moved", [
    {"host": "mail.evil.example"}, {"port": "2525"}, {"security": "starttls"}, {"user": "you"},
])  # fmt: skip
def test_a_kept_password_goes_to_no_other_server(browse, server, moved):
    adam = browse.signed_in("Adam")
    fill(adam.get("/settings/mail"), server).submit(user="me", password="hunter2-secret")
    before = queries.smtp_url()
    form = fill(adam.get("/settings/mail"), server)
    page = form.submit(**{"user": "me", "from_name": "Typed", **moved})
    assert page.status == 422 and page.has("Enter the password again")
    assert 'value="Typed"' in page.html and next(iter(moved.values())) in page.html
    db.session.rollback()
    assert queries.smtp_url() == before, "nothing was saved"
    again = {"user": "me", "password": "typed-again", **moved}
    assert fill(adam.get("/settings/mail"), server).submit(**again).status == 303
    assert "hunter2" not in queries.smtp_url() and "typed-again" in queries.smtp_url()


def test_without_a_kept_password_or_a_user_none_is_asked_for(browse, server):
    adam = browse.signed_in("Adam")
    fill(adam.get("/settings/mail"), server).submit(user="me")
    assert fill(adam.get("/settings/mail"), server).submit(user="you", port="26").status == 303
    fill(adam.get("/settings/mail"), server).submit(user="me", password="hunter2-secret")
    assert fill(adam.get("/settings/mail"), server).submit(user="").status == 303
    assert "hunter2" not in queries.smtp_url()


@pytest.mark.parametrize("bad", [{"host": "a b"}, {"port": "99999"}, {"from_address": "x"}])
def test_a_wrong_server_comes_back_with_words(browse, server, bad):
    page = fill(browse.signed_in("Adam").get("/settings/mail"), server).submit(**bad)
    assert page.status == 422


def test_a_password_without_a_user_name_is_refused_at_its_field(browse, server):
    page = fill(browse.signed_in("Adam").get("/settings/mail"), server).submit(password="secret")
    assert page.status == 422
    assert page.has("A password needs a user name")
    assert not db.session.query(MailAccount).count()


@pytest.mark.parametrize("who", ["Mona", "Max", "Eva"])
def test_only_administrators_enter_the_server(browse, who):
    assert browse.signed_in(who).get("/settings/mail").status == 403


def test_waiting_mail_is_said_on_every_page(browse, post, the_clock):
    post()
    the_clock.forward(seconds=2)
    assert browse.signed_in("Mona").get("/outbox").has("no mail server is entered")


def test_old_mail_is_said_too(browse, post, the_clock, smtp):
    post()
    the_clock.forward(minutes=3)
    assert browse.signed_in("Mona").get("/outbox").has("waiting for 3 minutes")


def test_a_link_from_a_mail_opens_the_record_after_sign_in(app, browse, contact_of):
    number = contact_of("Ada")
    path = links.go("contact", number).removeprefix("http://localhost")
    assert browse.get(path).location.startswith("/login?next=")
    assert browse.signed_in("Eva").get(path).location == f"/contacts/{number}"


def test_a_link_to_a_gone_record_says_so(browse, contact_of):
    from crm.contacts.models import Contact
    from crm.core import clock

    number = contact_of("Ada")

    def delete():
        db.session.get(Contact, number).deleted_at = clock.now()

    run(delete)
    path = links.go("contact", number).removeprefix("http://localhost")
    page = browse.signed_in("Eva").get(path)
    assert page.status == 410 and page.has("This record is gone")


@pytest.mark.parametrize("token", ["x", "WyJjb250YWN0IiwxXQ.forged", "a" * 500])
def test_a_forged_link_is_not_found(browse, token):
    assert browse.get(f"/go/{token}").status == 404
