"""The house's own fields in the history: told in words, undone and restored (C7, O6)."""

import pytest

from crm.contacts.models import Contact
from crm.core.db import db
from crm.fields import actions as fields
from crm.fields import queries
from tests.history.conftest import contact, last

KINDS = {
    "text": ("Ada", "Countess", "Ada", "Countess", {}),
    "number": ("10", "12.5", "10", "12.5", {}),
    "money": ([100_00, "EUR"], [250_50, "USD"], "€100", "$250.50", {"currency": "EUR"}),
    "on": ("2026-11-24", "2026-12-01", "24 Nov", "1 Dec", {}),
    "bool": (True, False, "yes", "no", {}),
    "select": ("1", "2", "Crafts", "Food", {"options": ["Crafts", "Food"]}),
    "multi": (["1", "2"], ["3"], "Food", "Solar", {"options": ["Crafts", "Food", "Solar"]}),
}


@pytest.mark.parametrize("kind", KINDS)
def test_C7_a_field_is_told_undone_and_restored(kind, act, undo, ada, cast, write, browse):
    first, second, first_words, second_words, more = KINDS[kind]
    olga = cast["Olga"]
    key = write(lambda: fields.create("contact", "Our field", kind, by=olga, **more)).key

    def say(value):
        return act("Eva", lambda eva: fields.set_values(contact_now(), {key: value}, eva))

    def contact_now():
        return db.session.get_one(Contact, ada)

    def now():
        return queries.values_of(contact(ada))[key]

    given = say(first)
    undo(given)
    assert now() is None
    undo(last().id)
    assert now() == first
    number = say(second)
    page = browse.signed_in("Eva").get(f"/history/{number}")
    assert page.has("Our field")
    assert first_words in page.text
    assert second_words in page.text
    undo(number)
    assert now() == first
    undo(last().id)
    assert now() == second
    if kind == "multi":
        return  # several rows: each word of its own
    form = next(n for n in page.root.all("form") if n["action"].endswith("/restoration"))
    field = form.one("input", name="field")["value"]
    browse.signed_in("Eva").post(form["action"], {"field": field})
    assert now() == first


def test_o6_what_is_changed_of_an_own_field_and_its_options_is_undone(cast, write, browse):
    def make():
        one = fields.create(
            "contact", "Sector", "select", by=cast["Olga"], options=["Food", "Solar"]
        )
        two = fields.create("contact", "Badge", "text", by=cast["Olga"])
        return one.id, two.id, [option.id for option in one.options]

    sector, badge, options = write(make)
    olga, here = browse.signed_in("Olga"), "/settings/fields"

    def now():
        db.session.rollback()
        rows = queries.defined("contact")
        return [(row.label, row.help, [one.label for one in row.options]) for row in rows]

    def takes_back(url, **said):
        olga.post(f"{here}/{url}", data=said)
        assert now() != before
        assert olga.post(f"/history/{last().id}/undo").follow().has("Undone.")
        assert now() == before

    before = now()
    assert before == [("Sector", "", ["Food", "Solar"]), ("Badge", "", [])]
    takes_back(f"{badge}/edit", label="Number", help_text="On the door")
    takes_back(f"{badge}/archive")
    takes_back(f"{badge}/place", to="up")
    takes_back(f"{sector}/options/{options[0]}", label="Groceries")
    takes_back(f"{sector}/options/{options[1]}/place", to="up")


def test_o6_what_the_history_only_tells_of_says_so(cast, write, browse):
    olga = browse.signed_in("Olga")
    made = olga.get("/settings/fields/new?record=contact&kind=text")
    made.form("/settings/fields", label="Badge").submit()
    page = olga.get(f"/history/{last().id}")
    assert not page.root.all("form", action=f"/history/{last().id}/undo")
    said = olga.post(f"/history/{last().id}/undo").follow()
    assert said.has("The history only tells of this") and not said.has("all of it was changed")
