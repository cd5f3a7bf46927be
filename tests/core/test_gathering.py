"""Several selects in one statement: each gets its own rows back, as it would have asked itself."""

from sqlalchemy import bindparam, select

from crm.accounts.models import Team, User
from crm.activities.models import Entry
from crm.core import reading
from crm.core.db import db
from crm.core.gathering import Gathered
from crm.core.ready import Ready

PARTS = {
    "people": select(User.id, User.created_at, User.is_oldest_first, User.phone, User.name)
    .where(User.id <= bindparam("most"))
    .order_by(User.name.desc())
    .limit(3),
    "teams": select(Team.name, Team.id, Team.id).order_by(Team.name).limit(9),
    "nobody": select(User.id).where(User.id == bindparam("never")),
    "entries": select(Entry.details, Entry.at, Entry.title).order_by(Entry.id).limit(9),
}


def test_each_part_gets_its_own_rows_with_values_of_their_types(cast, write):
    def add():
        details = {"amount_cents": [1, None]}
        return Entry(kind="note", at=cast["Eva"].created_at, created_at=cast["Eva"].created_at,
                     actor="user", title="One", body="", details=details)  # fmt: skip

    write(lambda: db.session.add(add()))
    asked = {"most": 5, "never": 0}
    found = Gathered(**PARTS).rows(asked)
    assert found["nobody"] == [] and len(found["people"]) == 3 and len(found["entries"]) == 1
    assert found["entries"][0][0] == {"amount_cents": [1, None]}
    assert found["people"][0][2] is False
    for name, part in PARTS.items():
        alone = reading.rows(Ready(part), asked)
        assert [tuple(row) for row in found[name]] == [tuple(row) for row in alone]
