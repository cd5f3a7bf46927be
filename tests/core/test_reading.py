"""Rows and entities read without the ORM's loading are those that it would have loaded."""

from sqlalchemy import func, inspect, select

from crm.accounts.models import Team, User
from crm.core import clock, reading
from crm.core.db import db, transaction


def read(model, number):
    statement = select(*reading.columns(model)).where(model.id == number)
    return reading.entity(model, reading.rows(statement)[0])


def test_an_entity_is_the_one_that_the_session_would_have_loaded(cast):
    number = cast["Eva"].id
    loaded = {a.key: getattr(cast["Eva"], a.key) for a in inspect(User).column_attrs}
    teams = [team.id for team in cast["Eva"].teams]
    db.session.expunge_all()
    eva = read(User, number)
    assert {key: getattr(eva, key) for key in loaded} == loaded
    assert inspect(eva).persistent
    assert not db.session.is_modified(eva)
    assert db.session.get(User, number) is eva
    assert [team.id for team in eva.teams] == teams  # asked for now


def test_what_is_changed_of_it_is_written_and_read_again(cast):
    number = cast.sales.id
    db.session.expunge_all()
    team = read(Team, number)
    with transaction():
        team.name = "Field sales"
    db.session.expunge_all()
    assert read(Team, number).name == "Field sales"


def test_one_that_the_session_has_already_stays_as_it_is(cast):
    with transaction():
        cast.sales.name = "Field sales"
        # What is not written yet is written before it is asked for.
        assert read(Team, cast.sales.id) is cast.sales
        named = select(Team.name).where(Team.id == cast.sales.id)
        assert reading.value(named) == "Field sales"


def test_what_was_told_to_wait_is_not_written_by_a_question(cast):
    with transaction(), db.session.no_autoflush:
        north = Team(name="North", created_at=clock.now())
        db.session.add(north)
        before = reading.value(select(func.count(Team.id)))
        assert north in db.session.new
        db.session.flush()
        assert reading.value(select(func.count(Team.id))) == before + 1
