"""What a transaction reads again: all that somebody else may have changed, and nothing more."""

import pytest
from sqlalchemy import event, text

from crm.accounts.models import Team, User
from crm.core.db import db, hold, transaction


@pytest.fixture
def statements(app):
    found = []

    def note(_connection, _cursor, statement, *_rest):
        found.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield found
    event.remove(db.engine, "before_cursor_execute", note)


def rename_elsewhere(user, name):
    with db.engine.connect() as other:
        other.execute(
            text('UPDATE "user" SET name = :name WHERE id = :id'), {"name": name, "id": user}
        )
        other.commit()


def test_what_was_read_just_before_is_not_read_again(cast, statements):
    eva = db.session.get_one(User, cast["Eva"].id)
    assert eva.name == "Eva Lindqvist"
    statements.clear()
    with transaction():
        assert eva.name == "Eva Lindqvist"
    assert statements == []


def test_a_write_of_somebody_else_since_the_reading_is_seen(cast):
    eva, number = cast["Eva"], cast["Eva"].id
    assert eva.name == "Eva Lindqvist"
    rename_elsewhere(number, "Eva Berg")
    assert eva.name == "Eva Lindqvist"  # the reading goes on
    with transaction():
        assert eva.name == "Eva Berg"


def test_our_own_write_before_does_not_hide_that_of_somebody_else(cast):
    eva, number = cast["Eva"], cast["Eva"].id
    with transaction():
        cast["Finn"].name = "Finn Berg"
    assert eva.name == "Eva Lindqvist"
    rename_elsewhere(number, "Eva Berg")
    with transaction():
        assert eva.name == "Eva Berg"


def test_what_was_changed_before_it_opens_is_not_written(cast):
    eva = cast["Eva"]
    eva.name = "Eva Berg"
    with transaction():
        pass
    assert eva.name == "Eva Lindqvist"


def test_a_held_row_is_not_asked_for_after_a_commit(cast, statements):
    eva, finn = cast["Eva"], cast["Finn"]
    assert (eva.name, finn.name) == ("Eva Lindqvist", "Finn Aalto")
    hold(eva)
    with transaction() as session:
        with session.begin_nested():
            session.execute(text("SELECT 1"))
        assert eva in session
    statements.clear()
    assert eva.name == "Eva Lindqvist"
    assert eva in db.session
    assert statements == []
    assert finn.name == "Finn Aalto"
    assert len(statements) == 2  # BEGIN, and the row that was not held


def test_a_held_row_that_was_changed_is_read_afresh(cast):
    eva, number = cast["Eva"], cast["Eva"].id
    assert eva.team_ids
    hold(eva, *eva.teams)
    with transaction():
        eva.theme = "dark"
    rename_elsewhere(number, "Eva Berg")
    assert (eva.name, eva.theme) == ("Eva Berg", "dark")


def test_a_held_row_in_an_undone_transaction_is_read_afresh(cast):
    eva = cast["Eva"]
    assert eva.theme == "auto"
    hold(eva)
    with pytest.raises(ZeroDivisionError), transaction() as session:
        eva.theme = "dark"
        session.flush()
        raise ZeroDivisionError
    assert eva.theme == "auto"


def test_a_team_that_a_held_user_joins_is_there_after_the_commit(cast):
    eva = cast["Eva"]
    before = list(eva.team_ids)
    hold(eva)
    with transaction():
        eva.teams = [*eva.teams, *db.session.query(Team).where(Team.id.not_in(before))]
    assert len(eva.team_ids) > len(before)
