"""Pieces of the frame are kept, and still everybody reads their own."""

import pytest
from jinja2 import UndefinedError

from crm.core.db import run
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
