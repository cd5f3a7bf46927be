"""Whoever is erased is nowhere in what was merged, tried or told of it."""

from sqlalchemy import select

from crm.contacts import actions as contacts
from crm.contacts.models import Contact
from crm.core.db import db
from crm.transfer import actions as transfer


def test_c10_erasing_reaches_what_was_merged_into_what_was_merged(cast, pair, act, plan, go):
    one, two = pair

    def add(eva):
        emails, team = ["adal.orenz@gmail.com"], cast.sales.id
        return contacts.create(
            name="Adalorenz", emails=emails, owner_id=eva.id, team_id=team, by=eva
        ).id

    third = act("Eva", add)
    plan([one, two, third])  # never done
    go(plan([one, two], key="contacts.merge", keep=two, take={}))
    go(plan([two, third], key="contacts.merge", keep=third, take={}))
    act("Olga", lambda olga: transfer.erase(db.session.get_one(Contact, third), olga, "asked"))
    db.session.remove()
    told = {
        table.name: [row for row in db.session.execute(select(table)) if "lorenz" in str(row)]
        for table in db.metadata.sorted_tables
    }
    assert {name: rows for name, rows in told.items() if rows} == {}
