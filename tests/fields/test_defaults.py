"""C7: the default of a field is given when it is added, and to the records there are if wanted."""

import pytest
from sqlalchemy import func, select

from crm.batches import jobs
from crm.batches.models import Batch
from crm.contacts import actions as contacts
from crm.contacts.models import Contact
from crm.core.db import db
from crm.fields import queries
from crm.fields.models import CustomField, FieldValue


@pytest.fixture
def three(cast, write):
    """Three contacts of the Sales team, and one of Otto's team that only admins see."""
    return write(
        lambda: [
            contacts.create(name=f"Row {n}", team_id=team.id, by=cast["Eva"]).id
            for n, team in enumerate((cast.sales, cast.sales, cast.sales, cast["Otto"].teams[0]))
        ]
    )


def new(person, kind, **said):
    page = person.get(f"/settings/fields/new?record=contact&kind={kind}")
    return page.form("/settings/fields", **said).submit()


def defined():
    db.session.remove()
    return db.session.scalars(select(CustomField).order_by(CustomField.id.desc())).first()


@pytest.mark.parametrize(
    ("kind", "said", "kept"),
    [
        ("text", {"cf_0": " a  b "}, "a b"),
        ("number", {"cf_0": "1,234.5"}, "1234.5"),
        ("money", {"cf_0": "100", "currency": "chf"}, [10000, "CHF"]),
        ("on", {"cf_0": "2026-12-24"}, "2026-12-24"),
        ("bool", {"cf_0": "no"}, False),
        ("url", {"cf_0": "tend.example"}, "https://tend.example"),
        ("text", {}, None),
    ],
)
def test_c7_a_default_is_typed_while_the_field_is_added(cast, browse, kind, said, kept):
    answer = new(browse.signed_in("Olga"), kind, label="Own", **said)
    assert answer.location.endswith("/settings/fields?record=contact")
    assert defined().default == kept


def test_c7_options_are_the_default_by_their_words(cast, browse):
    olga = browse.signed_in("Olga")
    assert new(olga, "select", label="Sector", options="2\n1", default="1").status == 303
    row = defined()
    assert row.default == str(next(one.id for one in row.options if one.label == "1"))
    assert new(olga, "multi", label="Words", options="A\nB\nC", default="c\nA").status == 303
    row = defined()
    assert row.default == [str(one.id) for one in row.options if one.label in "AC"]
    wrong = new(olga, "select", label="Other", options="A\nB", default="D")
    assert wrong.status == 422
    assert wrong.has("“D” is none of the options.")
    assert wrong.root.one("textarea", name="default").text.strip() == "D"
    many = new(olga, "select", label="Other", options="A\nB", default="A\nB")
    assert many.has("One of a list has one default.")


def test_c7_what_the_default_cannot_be_is_said_at_its_input(cast, browse):
    olga = browse.signed_in("Olga")
    wrong = new(olga, "number", label="Seats", cf_0="many")
    assert wrong.status == 422
    assert wrong.root.one("input", id="cf_0")["aria-invalid"] == "true"
    both = new(olga, "text", label="Own number", cf_0="1", is_unique="y")
    assert both.has("Values that must differ have no default.")
    page = olga.get("/settings/fields/new?record=contact&kind=user")
    assert not page.root.all("input", name="fills")


def test_c7_records_there_are_get_the_default_as_one_act_that_is_undone(cast, browse, three):
    mona = browse.signed_in("Mona")  # she sees Sales alone
    answer = new(mona, "number", label="Seats", cf_0="5", fills="y")
    number = int(answer.location.rsplit("/", 1)[1])
    jobs.work_on(number)
    key = queries.customs("contact")[0].key

    def said():
        db.session.remove()
        return [queries.values_of(db.session.get(Contact, one))[key] for one in three]

    assert said() == ["5", "5", "5", None]
    batch = db.session.get(Batch, number)
    assert batch.counts == {"done": 3}
    assert mona.get(f"/batches/{number}").has("Default of “Seats” for the records there are")
    mona.post(f"/history/{batch.change_set_id}/undo")
    assert said() == [None] * 4
    assert db.session.scalar(select(func.count()).select_from(FieldValue)) == 0
    assert defined().default == "5"


def test_c7_a_changed_default_may_be_given_to_those_that_say_nothing(cast, browse, three, write):
    olga = browse.signed_in("Olga")
    assert new(olga, "text", label="Colour").status == 303
    key = queries.customs("contact")[0].key
    write(lambda: contacts.change(db.session.get(Contact, three[0]), {key: "red"}, by=cast["Olga"]))
    url = f"/settings/fields/{defined().id}/edit"
    none = olga.get(url).form(url, fills="y").submit()
    assert none.status == 422
    assert none.has("Give the field a default first.")
    answer = olga.get(url).form(url, **{key: "blue"}, fills="y").submit()
    jobs.work_on(int(answer.location.rsplit("/", 1)[1]))
    db.session.remove()
    values = [queries.values_of(db.session.get(Contact, one))[key] for one in three]
    assert values == ["red", "blue", "blue", "blue"]
