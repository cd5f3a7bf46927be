"""The pages that are open all day send few statements, however many rows they show."""

import pytest

from crm.contacts import actions
from crm.core.db import db

MOST = 8


@pytest.mark.parametrize("name", ["Eva", "Mona", "Olga"])
@pytest.mark.parametrize("url", ["/contacts", "/contacts?sort=name", "/deals", "/search?q=a"])
def test_lists_take_eight_statements_at_most(browse, name, url):
    page = browse.signed_in(name).get(url)
    assert page.status == 200
    assert page.statements <= MOST, page.statements


def test_the_frame_takes_one_statement_besides_the_sign_in(browse):
    assert browse.signed_in("Eva").get("/new").statements == 2
    assert browse.signed_in("Olga").get("/new").statements == 2  # how mail stands included


def test_the_day_takes_eight_statements_at_most(browse):
    page = browse.signed_in("Eva").get("/")
    assert page.statements <= MOST, page.statements


def test_a_record_takes_eight_statements_at_most(browse, cast, write):
    eva_id, team_id = cast["Eva"].id, cast.sales.id

    def mira() -> int:
        found = actions.create(
            name="Mira Sommer",
            emails=["mira@hafen.example"],
            owner_id=eva_id,
            team_id=team_id,
        )
        db.session.flush()
        return found.id

    page = browse.signed_in("Eva").get(f"/contacts/{write(mira)}")
    assert page.has("Mira Sommer")
    assert page.statements <= MOST, page.statements
