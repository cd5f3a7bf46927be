"""Whom not to write to, from another tool's file and out as our own."""

import csv
import io

from sqlalchemy import event, func, select

from crm.accounts.actions import switch_rights
from crm.accounts.models import SecurityEvent, User
from crm.accounts.rules import RIGHTS
from crm.core.db import db, run
from crm.mail import actions, lists
from crm.mail.models import Suppression
from crm.mail.queries import is_suppressed

URL = "/settings/mail/suppressions"
OTHERS = (
    "Email;Status;When\r\n"
    "Mira@Hafen.example;unsubscribed;2024-02-01\r\n"
    '"Ben Voss" <ben@velovoss.example>;cleaned;\r\n'
    "known@x.example;unsubscribed;\r\n"
    "broken@;;\r\n"
    "mira@hafen.example;again;\r\n"
).encode("cp1252")


def send(person, data, act="look", scope="marketing", why="old newsletter tool"):
    sent = {"file": (io.BytesIO(data), "list.csv"), "scope": scope, "why": why, "act": act}
    return person.post(f"{URL}/import", data=sent)


def count():
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Suppression))


def test_c10_a_file_of_another_tool_is_looked_at_first_and_then_taken(browse):
    run(lambda: actions.suppress("known@x.example", scope="all", reason="unsubscribed"))
    adam = browse.signed_in("Adam")
    page = send(adam, OTHERS)
    assert page.status == 200
    assert page.has("2 new addresses. One is on the list already. One is no address: broken@.")
    assert page.has("Nothing has changed yet.") and count() == 1
    assert send(adam, OTHERS, act="do").status == 303
    for address in ("mira@hafen.example", "ben@velovoss.example"):
        assert is_suppressed(address, "marketing") and not is_suppressed(address, "all")
    assert count() == 3
    again = send(adam, OTHERS, act="do")
    assert again.status == 422 and again.has("Nobody in it is new to the list.")
    db.session.rollback()
    kept = db.session.scalars(select(SecurityEvent).where(SecurityEvent.kind == "suppressed")).one()
    assert kept.details["rows"] == 2 and kept.details["why"] == "old newsletter tool"


def test_c10_what_was_written_out_comes_back_as_it_was(browse):
    run(lambda: actions.suppress("a@x.example", scope="all", reason="=cmd", source="staff"))
    run(lambda: actions.suppress("b@x.example", scope="marketing", reason="unsubscribed",
                                 source="link"))  # fmt: skip
    adam = browse.signed_in("Adam")
    data = adam.get(f"{URL}/export.csv").response.data
    rows = list(csv.reader(io.StringIO(data.decode())))
    assert [row[1:4] for row in rows] == [
        ["scope", "reason", "source"],
        ["all", "'=cmd", "staff"],
        ["marketing", "unsubscribed", "link"],
    ]  # fmt: skip
    assert b"x.example" not in data, "no address is kept, so none is written"
    assert send(adam, data).has("0 new addresses. 2 are on the list already.")
    run(lambda: db.session.query(Suppression).delete())
    assert send(adam, data, act="do").status == 303
    assert is_suppressed("a@x.example", "all") and is_suppressed("b@x.example", "marketing")
    db.session.rollback()
    said = db.session.execute(select(Suppression.reason, Suppression.source)).all()
    assert [tuple(row) for row in said] == [("=cmd", "staff"), ("unsubscribed", "link")]


def test_c10_a_list_needs_a_file_a_reason_and_the_right(browse):
    adam = browse.signed_in("Adam")
    assert adam.post(f"{URL}/import", data={"why": "x"}).has("Choose a file first.")
    assert send(adam, OTHERS, why="").has("Say why: it stands on the list.")
    mona = browse.signed_in("Mona")
    assert mona.get(f"{URL}/import").status == 403
    assert mona.get(f"{URL}/export.csv").status == 403


def test_c10_an_administrator_who_may_not_export_takes_no_list_along(browse):
    usual = {right for right, roles in RIGHTS.items() if "admin" in roles}
    run(lambda: switch_rights("admin", usual - {"export_records"}, owner()))
    adam = browse.signed_in("Adam")
    assert not adam.get(URL).has("Download as CSV")
    assert adam.get(f"{URL}/export.csv").status == 403


def owner():
    return db.session.scalars(select(User).where(User.role == "owner")).one()


def test_c10_our_own_file_saved_anew_with_other_line_ends_is_read(app):
    rows = ("address_hash,scope,reason,source,since", "a" * 64 + ",all,x,staff,", "")
    found = lists.read("\r".join(rows).encode(), "marketing")
    assert [(line.scope, line.reason) for line in found.new] == [("all", "x")]


def test_c10_a_long_list_is_written_at_once_so_that_others_need_not_wait(cast, write):
    found = lists.read(b"\n".join(b"a%d@x.example" % n for n in range(300)), "all")
    sent = []
    note = lambda *said: sent.append(said[2])  # noqa: E731
    event.listen(db.engine, "before_cursor_execute", note)
    adam = cast.users["Adam"].id
    write(lambda: actions.suppress_listed(
        found, scope="all", why="x", by=db.session.get_one(User, adam)))  # fmt: skip
    event.remove(db.engine, "before_cursor_execute", note)
    assert count() == 300
    assert len([one for one in sent if one.startswith("INSERT INTO suppression")]) == 1
