"""A statement made ready answers as the session does, with fewer questions."""

from datetime import timedelta

import pytest
from sqlalchemy import bindparam, event, func, literal, select, union_all
from sqlalchemy.exc import DBAPIError

from crm.accounts.models import Team, User
from crm.core import clock, reading
from crm.core.db import Instant, db
from crm.core.ready import Ready, ready

LATER = timedelta(days=365)


@ready
def people(is_late):
    since = User.created_at <= bindparam("at", type_=Instant())
    return (
        select(User.id, User.name, User.created_at, User.keys_on, Team.id, literal("x").label("x"))
        .outerjoin(User.teams)
        .where(User.id.in_(bindparam("ids", expanding=True)), since if is_late else ~since)
        .where(User.role.in_(("rep", "manager")))
        .order_by(User.id, Team.id)
        .limit(bindparam("size"))
    )


def both_ways(values):
    at_once = db.session.connection().execute(people(True).statement, values).all()
    made = reading.rows(people(True), values)
    assert [tuple(row) for row in made] == [tuple(row) for row in at_once]
    return made


@pytest.mark.parametrize("names", [(), ("Eva",), ("Eva", "Finn", "Mona"), ("Otto", "Rita") * 5])
def test_it_answers_lists_of_any_length(cast, names):
    rows = both_ways(
        {"ids": [cast[name].id for name in names], "at": clock.now() + LATER, "size": 50}
    )
    assert {row.name for row in rows} == {cast[name].name for name in {*names} - {"Rita"}}
    assert all(row.x == "x" and row.created_at.tzinfo for row in rows)
    assert not any(hasattr(row, "id") for row in rows)  # two columns have that name


def test_other_values_give_other_rows(cast):
    values = {"ids": [cast["Eva"].id, cast["Finn"].id], "at": clock.now() + LATER}
    assert [row.name for row in both_ways(values | {"size": 1})] == [cast["Eva"].name]
    assert len(both_ways(values | {"size": 2})) == 2
    assert both_ways(values | {"size": 2, "at": clock.now() - LATER}) == []


def test_a_value_that_is_missing_is_an_error(cast):
    with pytest.raises(KeyError):
        reading.rows(people(True), {"ids": [1], "at": clock.now() + LATER})


def test_it_is_one_statement_and_built_once(cast):
    said = []
    db.session.connection()
    event.listen(db.engine, "before_cursor_execute", lambda *sent: said.append(sent[2]))
    for size in (3, 4):
        ids = [cast[name].id for name in ("Eva", "Finn", "Mona", "Otto")][:size]
        reading.rows(people(True), {"ids": ids, "at": clock.now() + LATER, "size": 9})
    assert len(said) == 2
    assert said[0] == said[1]  # three are asked for as four
    assert people(True) is people(True)
    assert people(True) is not people(False)


def test_a_union_and_a_single_value_are_read_too(cast):
    @ready
    def names():
        parts = [select(Team.name.label("name")), select(User.name)]
        return union_all(*parts).order_by("name")

    @ready
    def counted():
        return select(func.count()).select_from(User).where(User.id == bindparam("number"))

    assert cast["Eva"].name in [row.name for row in reading.rows(names())]
    assert reading.value(counted(), {"number": cast["Eva"].id}) == 1
    assert reading.value(counted(), {"number": 0}) == 0


def test_who_listens_hears_of_it_and_gets_the_same_rows(cast):
    values = {"ids": [cast["Eva"].id], "at": clock.now() + LATER, "size": 50}
    first, alone = reading.rows(people(True), values), reading.rows(people(True), values)
    heard = []
    listener = [db.engine, "before_cursor_execute", lambda *sent: heard.append(sent[2])]
    event.listen(*listener)
    try:
        db.session.rollback()
        listened = reading.rows(people(True), values)
    finally:
        event.remove(*listener)
    assert first == alone == listened
    assert len([text for text in heard if text.startswith("SELECT")]) == 1


def test_what_is_wrong_is_told_as_sqlalchemy_tells_it(app):
    one = Ready(select(literal("x").label("x"), func.json_extract(bindparam("text"), "$")))
    assert reading.value(one, {"text": "[1]"}) == "x"
    with pytest.raises(DBAPIError):
        reading.rows(one, {"text": "[1"})
