"""Statements that are compiled once and run by their text."""

import pytest
from sqlalchemy import bindparam, insert, select, update

from crm.activities.models import Entry
from crm.contacts.models import Tag
from crm.core import clock
from crm.core.db import db, transaction
from crm.core.prepared import Prepared, columns

ADD = Prepared(insert(Tag.__table__), columns(Tag.__table__))
NAME = Prepared(
    update(Tag.__table__)
    .where(Tag.__table__.c.id == bindparam("number"))
    .values(name=bindparam("called"))
)


def _tag(name, at=None):
    at = at or clock.now()
    return {"name": name, "folded": name.lower(), "colour": 3, "created_at": at}


def test_rows_come_back_as_the_session_reads_them(app):
    at = clock.now()
    with transaction() as session:
        number = ADD.number(session.connection(), _tag("Late", at))
        ADD.run_many(session.connection(), [_tag("One"), _tag("Two")])
        assert NAME.run(session.connection(), {"number": number, "called": "Soon"}) == 1
    rows = db.session.scalars(select(Tag).order_by(Tag.id)).all()
    assert [(row.name, row.colour) for row in rows] == [("Soon", 3), ("One", 3), ("Two", 3)]
    assert (rows[0].id, rows[0].created_at) == (number, at)


def test_what_would_not_be_written_as_it_is_meant_is_refused(app):
    with transaction() as session:
        with pytest.raises(TypeError, match="defaults"):
            Prepared(insert(Entry.__table__), ["kind"]).run(session.connection(), {"kind": "note"})
        with pytest.raises(TypeError, match="of its own"):
            fixed = update(Tag.__table__).values(colour=5)
            Prepared(fixed).run(session.connection(), {})
