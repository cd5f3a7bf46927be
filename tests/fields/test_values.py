"""C7: what records say for the house's own fields, on both databases."""

import shutil
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from crm import create_app
from crm.contacts.models import Contact
from crm.core import clock
from crm.core import db as core_db
from crm.core.db import db
from crm.core.refusal import Conflict, Refused
from crm.demo import people
from crm.fields import actions, queries
from crm.fields.models import FieldValue
from tests.conftest import settings
from tests.servers import Postgres


@pytest.fixture(scope="module")
def server():
    postgres = Postgres()
    yield postgres
    postgres.stop()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def app(request, tmp_path, the_clock, empty_database):
    """The application with the cast, once on each database."""
    more = {}
    shutil.copy(empty_database, tmp_path / "tend.sqlite3")
    if request.param == "postgresql":
        url = request.getfixturevalue("server").url(f"f{tmp_path.name[-40:]}".lower())
        more["DATABASE_URL"] = url.replace("postgresql://", "postgresql+psycopg://", 1)
    app = create_app(settings(tmp_path, the_clock.path, **more))
    with app.app_context():
        if more:
            db.create_all()
            with core_db.transaction():
                people.add()
        yield app
        db.session.remove()
        db.engine.dispose()
    clock.use_file("")


def said(row, key):
    return queries.values_of(db.session.get(type(row), row.id))[key]


def test_c7_every_kind_comes_back_as_it_was_set(cast, write, keys, mira, holger):
    eva = cast["Eva"]
    sector = {o.label: o.value for o in queries.custom_of("contact", keys["select"]).options}
    tongue = {o.label: o.value for o in queries.custom_of("contact", keys["multi"]).options}
    values = {
        "text": "Miri",
        "long": "Two lines\nof it",
        "number": "12.5",
        "money": [1_440_050, "EUR"],
        "on": "1990-02-28",
        "at": "2026-11-24T12:30:00+00:00",
        "bool": False,
        "select": sector["Solar"],
        "multi": [tongue["German"], tongue["Polish"]],
        "url": "https://mira.example/me",
        "user": eva.id,
        "reference": holger.id,
    }
    changed = write(
        lambda: actions.set_values(mira, {keys[kind]: v for kind, v in values.items()}, eva)
    )
    assert sorted(changed) == sorted(keys.values())
    db.session.expire_all()
    assert queries.values_of(db.session.get(Contact, mira.id)) == {
        keys[kind]: value for kind, value in values.items()
    }
    write(lambda: actions.set_values(mira, dict.fromkeys(keys.values()), eva))
    assert db.session.scalar(select(func.count()).select_from(FieldValue)) == 0


def test_c7_a_condition_asks_columns_of_the_kind_and_one_record_alike(cast, write, keys, mira):
    write(
        lambda: actions.set_values(
            mira,
            {keys["number"]: "12.5", keys["money"]: [1200, "EUR"], keys["on"]: "1990-02-28",
             keys["at"]: "2026-11-24T12:30:00+00:00", keys["bool"]: True},
            cast["Eva"],
        )
    )  # fmt: skip
    expected = {
        "number": Decimal("12.5"),
        "money": 1200,
        "on": date(1990, 2, 28),
        "at": datetime(2026, 11, 24, 12, 30, tzinfo=UTC),
        "bool": True,
    }
    row = db.session.get(Contact, mira.id)
    for kind, value in expected.items():
        field = queries.fields_of("contact")[keys[kind]]
        found = db.session.scalars(
            select(field.through.link).where(*field.through.where, field.column == value)
        ).all()
        assert found == [mira.id], kind
        assert field.read(row) == [value], kind
    number = queries.fields_of("contact")[keys["number"]]
    assert db.session.scalar(select(func.sum(number.column))) == Decimal("12.5")


def test_c7_a_unique_value_belongs_to_one_record(cast, write, add, mira, holger):
    number, eva = add("contact", "Customer number", "text", is_unique=True), cast["Eva"]
    write(lambda: actions.set_values(mira, {number: "K-1042"}, eva))
    with pytest.raises(Refused, match="Customer number: another contact says this") as refused:
        write(lambda: actions.set_values(holger, {number: " k-1042 "}, eva))
    assert refused.value.field == number
    assert said(holger, number) is None
    write(lambda: actions.set_values(mira, {number: "K-1043"}, eva))
    write(lambda: actions.set_values(holger, {number: "K-1042"}, eva))
    assert said(holger, number) == "K-1042"


def test_c7_the_database_itself_keeps_unique_values_unique(cast, write, add, mira, holger):
    number = add("contact", "Customer number", "text", is_unique=True)
    field_id = queries.custom_of("contact", number).id
    write(lambda: actions.set_values(mira, {number: "K-1"}, cast["Eva"]))
    with pytest.raises(core_db.DBAPIError):
        write(
            lambda: db.session.add(
                FieldValue(field_id=field_id, contact_id=holger.id, record_id=holger.id,
                           text="k-1", match_key="k-1", is_unique=True)
            )
        )  # fmt: skip


def test_c7_a_field_becomes_unique_only_while_no_two_say_the_same(cast, write, add, mira, holger):
    key, olga = add("contact", "Badge", "text"), cast["Olga"]
    for row in (mira, holger):
        write(lambda row=row: actions.set_values(row, {key: "7"}, olga))
    field_id = queries.custom_of("contact", key).id

    def make(is_unique):
        row = queries.definition(field_id)
        actions.change(row, by=olga, label="Badge", is_unique=is_unique)

    with pytest.raises(Refused, match="Two records say the same"):
        write(lambda: make(True))
    write(lambda: actions.set_values(holger, {key: "8"}, olga))
    write(lambda: make(True))
    with pytest.raises(Refused, match="Badge: another contact"):
        write(lambda: actions.set_values(holger, {key: "7"}, olga))


def test_c7_saves_over_each_other_merge_or_show_both(cast, write, keys, mira):
    eva, text, number = cast["Eva"], keys["text"], keys["number"]
    seen = db.session.get(Contact, mira.id).version
    write(lambda: actions.change_value(mira, number, "3", cast["Finn"], version=seen))
    assert db.session.get(Contact, mira.id).version == seen + 1
    write(lambda: actions.change_value(mira, text, "Miri", eva, version=seen, base=None))
    assert (said(mira, text), said(mira, number)) == ("Miri", "3")
    with pytest.raises(Conflict) as conflict:
        write(lambda: actions.change_value(mira, number, "4", eva, version=seen, base=None))
    assert conflict.value.fields == {number: ("3", "4")}
    assert said(mira, number) == "3"


def test_c7_a_disabled_option_stays_where_it_is_and_is_given_to_nobody_else(
    cast, write, keys, mira, holger
):
    eva, key = cast["Eva"], keys["select"]
    crafts = queries.custom_of("contact", key).options[0].value
    write(lambda: actions.set_values(mira, {key: crafts}, eva))

    def disable():
        row = queries.definition(queries.custom_of("contact", key).id)
        actions.allow_option(row, row.options[0], eva, is_allowed=False)

    write(disable)
    assert said(mira, key) == crafts
    write(lambda: actions.set_values(mira, {key: crafts, keys["text"]: "Miri"}, eva))
    with pytest.raises(Refused, match="“Crafts” may no longer be chosen"):
        write(lambda: actions.set_values(holger, {key: crafts}, eva))


def test_c7_an_archived_field_keeps_its_values_and_brings_them_back(cast, write, keys, mira):
    eva, key = cast["Olga"], keys["text"]
    field_id = queries.custom_of("contact", key).id
    write(lambda: actions.set_values(mira, {key: "Miri"}, eva))
    write(lambda: actions.archive(queries.definition(field_id), eva))
    assert key not in queries.fields_of("contact")
    assert key not in queries.values_of(db.session.get(Contact, mira.id))
    with pytest.raises(Refused, match="archived"):
        write(lambda: actions.set_values(mira, {key: "Other"}, eva))
    write(lambda: actions.restore(queries.definition(field_id), eva))
    assert said(mira, key) == "Miri"
    assert list(queries.fields_of("contact"))[-1] == key


def test_c7_lists_are_sorted_by_the_places_of_options(cast, write, keys, mira, holger):
    eva, key = cast["Eva"], keys["select"]
    field = queries.fields_of("contact")[key]
    crafts, food, _solar = (one.value for one in field.options())
    write(lambda: actions.set_values(mira, {key: food}, eva))
    write(lambda: actions.set_values(holger, {key: crafts}, eva))

    def order():
        return db.session.scalars(
            select(field.through.link).where(*field.through.where).order_by(field.sort_column)
        ).all()

    assert order() == [holger.id, mira.id]

    def swap():
        row = queries.definition(field.custom_id)
        actions.place_option(row, row.options[0], eva, up=False)

    write(swap)
    assert order() == [mira.id, holger.id]
    assert [one.label for one in queries.custom_of("contact", key).options][:2] == [
        "Food",
        "Crafts",
    ]


def test_c7_erasing_a_record_takes_its_values_along(cast, write, keys, mira):
    write(lambda: actions.set_values(mira, {keys["text"]: "Miri"}, cast["Eva"]))
    write(lambda: db.session.delete(db.session.get(Contact, mira.id)))
    assert db.session.scalar(select(func.count()).select_from(FieldValue)) == 0
