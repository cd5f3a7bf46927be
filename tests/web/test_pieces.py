"""Pieces of the frame are kept, and still everybody reads their own."""

from datetime import UTC, datetime

import pytest
from jinja2 import UndefinedError
from markupsafe import Markup

from crm.accounts.models import User
from crm.contacts import actions as contacts
from crm.core.db import db, run
from crm.notices import actions


def test_two_people_in_turn_read_their_own_frame(cast, browse):
    number, (evas, ritas) = cast["Rita"].id, (cast["Eva"].name, cast["Rita"].name)
    run(lambda: actions.tell(number, kind="x", title="For Rita", url="/", dedupe_key="x"))
    eva, rita, olga = (browse.signed_in(name) for name in ("Eva", "Rita", "Olga"))
    for _round in range(2):  # the second time from what is kept
        mine = eva.get("/contacts")
        assert f"{evas}: your profile" in mine.html
        assert "0 new notices" in mine.html
        assert 'href="/new"' in mine.html
        hers = rita.get("/contacts")
        assert f"{ritas}: your profile" in hers.html
        assert "1 new notice<" in hers.html
        assert 'href="/new"' not in hers.html
        assert 'href="/contacts" aria-current="page"' in hers.html
        assert 'href="/deals" aria-current="page"' in olga.get("/deals").html


def test_a_piece_reaches_nothing_that_it_is_not_told(app):
    piece = app.jinja_env.globals["piece"]
    with app.test_request_context("/contacts"):
        first = piece("layouts/_bottombar.html", nav=(), may_edit=True)
        assert 'href="/new"' in first
        assert piece("layouts/_bottombar.html", nav=(), may_edit=True) is first
        assert 'href="/new"' not in piece("layouts/_bottombar.html", nav=(), may_edit=False)
        with pytest.raises(UndefinedError):  # nor who reads, nor the request
            piece("ui/_bell.html")


def test_rows_of_lists_are_kept_and_still_everybody_reads_their_own(cast, browse):
    def make():
        hana = contacts.create(name="Hana <b>Ito</b>", owner_id=cast["Eva"].id, by=cast["Eva"])
        hana.last_touch_at = datetime(2026, 11, 3, 23, 30, tzinfo=UTC)
        db.session.get(User, cast["Rita"].id).timezone = "Asia/Tokyo"
        return hana.id

    number = run(make)
    eva, rita = browse.signed_in("Eva"), browse.signed_in("Rita")
    for _round in range(2):  # the second time from what is kept
        mine, hers = eva.get("/contacts").html, rita.get("/contacts").html
        assert "Hana &lt;b&gt;Ito&lt;/b&gt;" in mine
        assert f'href="/cells/contact/{number}/name"' in mine
        assert "/cells/" not in hers
        assert 'class="person"><span class="avatar me"' in mine
        assert 'class="person"><span class="avatar"' in hers
        assert 'datetime="2026-11-04T00:30+01:00"' in mine
        assert 'datetime="2026-11-04T08:30+09:00"' in hers


def test_a_row_reaches_nothing_that_it_is_not_told(app):
    lines, row = app.jinja_env.globals["lines"], (7, "<b>", *[None] * 16)
    with app.test_request_context("/contacts"):
        plain = lines("contacts/_line.html", picks=False, may_set=False, from_here="list=1")
        assert "&lt;b&gt;" in plain(*row)
        assert plain(*row) is plain(*row)
        # Text and Markup of the same letters compare as equal: neither is handed out for the other.
        assert "&lt;b&gt;" not in plain(7, Markup("<b>"), *[None] * 16)
        assert "&lt;b&gt;" in plain(*row)
        boxed = lines("contacts/_line.html", picks=True, may_set=True, from_here="list=1")
        assert 'type="checkbox"' in boxed(*row)
        assert "/cells/contact/7/name" in boxed(*row)
