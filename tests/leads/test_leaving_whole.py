"""O3, O6: one undo gives back all that somebody who left handed on, settings included."""

from datetime import timedelta

from sqlalchemy import inspect, select

from crm.accounts.models import Leave, User
from crm.activities import actions as activities
from crm.batches import actions as batches
from crm.batches import jobs
from crm.batches.holding import counts, holdings
from crm.batches.models import Batch
from crm.companies import actions as companies
from crm.contacts import actions as contacts
from crm.core import clock
from crm.core.db import db
from crm.deals import actions as deals
from crm.deals.models import Stage
from crm.fields import actions as fields
from crm.filters import actions as filters
from crm.history.rules import NEVER
from crm.leads import leaving
from crm.leads.models import Pool, PoolMember, RoutingRule
from crm.quizzes.models import Quiz
from crm.sequences.models import Enrolment, Sequence, SequenceVersion


def fill(cast):
    """One thing of each kind in Eva's hands; in one pool Finn is too."""
    eva, now = cast["Eva"], clock.now()
    person = contacts.create(name="Ada", owner_id=eva.id, team_id=cast.sales.id, by=eva)
    companies.create("Desk GmbH", owner_id=eva.id, team_id=cast.sales.id)
    activities.add_task("Call", owner_id=eva.id, contact_id=person.id, by=eva)
    deals.create_default_pipeline()
    db.session.flush()
    stage = db.session.scalars(select(Stage).order_by(Stage.position)).first()
    # Of nobody: a deal of Ada would end her sequence, as soon as anything settles her.
    deals.create("Deal", stage=stage, by=eva, owner=eva)
    for gone in (
        contacts.create(name="Gone", owner_id=eva.id, team_id=cast.sales.id, by=eva),
        companies.create("Gone GmbH", owner_id=eva.id, team_id=cast.sales.id),
        deals.create("Gone deal", stage=stage, by=eva, owner=eva),
    ):
        gone.deleted_at = now
    field = fields.create("contact", "Account manager", "user", by=None)
    fields.set_values(person, {field.key: eva.id}, eva)
    for name, people in (("One", ["Eva"]), ("Two", ["Eva", "Finn"])):
        pool = Pool(name=name, created_at=now)
        pool.members = [
            PoolMember(user_id=cast[one].id, position=n) for n, one in enumerate(people)
        ]
        db.session.add(pool)
    db.session.add(
        RoutingRule(
            name="To Eva", position=10, steps={"user_id": eva.id}, created_at=now, updated_at=now
        )
    )
    filters.create_view("Mine", "contact", {}, by=eva)
    filters.create_segment("Few", by=eva, kind="static", members=[person.id])
    today = now.date()
    db.session.add(
        Leave(
            user_id=cast["Sam"].id, delegate_id=eva.id, starts_on=today,
            ends_on=today + timedelta(days=3),
        )
    )  # fmt: skip
    db.session.add(Quiz(slug="q", name="Q", sender_id=eva.id, created_at=now, updated_at=now))
    sequence = Sequence(
        name="S", slug="s", state="live", sender_id=eva.id, created_at=now, updated_at=now
    )
    db.session.add(sequence)
    db.session.flush()
    version = SequenceVersion(sequence_id=sequence.id, n=1, spec={"steps": []}, published_at=now)
    db.session.add(version)
    db.session.flush()
    db.session.add(
        Enrolment(
            sequence_id=sequence.id, version_id=version.id, contact_id=person.id, anchor_at=now,
            zone="UTC", sender_id=eva.id, started_at=now,
        )
    )  # fmt: skip


def state():
    """Every value of all kinds of things that people may have."""
    db.session.rollback()
    found = {}
    for kind in holdings():
        names = [one.key for one in inspect(kind.model).column_attrs if one.key not in NEVER]
        for row in db.session.scalars(select(kind.model)):
            found[kind.key, row.id] = {name: getattr(row, name) for name in names}
    return found


def test_O3_one_undo_gives_back_all_that_was_handed_on(app, cast, write, browse):
    write(lambda: fill(cast))
    app.extensions["tend.by_hand"] = lambda path, args: None
    ids = {name: cast[name].id for name in ("Eva", "Finn", "Olga")}
    assert all(count for _kind, count in counts(ids["Eva"]))
    before = state()

    def plan():
        choices = {kind.key: str(ids["Finn"]) for kind in holdings()}
        eva, olga = (db.session.get_one(User, ids[one]) for one in ("Eva", "Olga"))
        return leaving.plan(eva, choices, olga).id

    number = write(plan)
    olga = ids["Olga"]
    write(lambda: batches.start(
        db.session.get_one(Batch, number), db.session.get_one(User, olga)))  # fmt: skip
    jobs.work_on(number)
    db.session.expire_all()
    assert not any(count for _kind, count in counts(ids["Eva"]))
    change = db.session.get_one(Batch, number).change_set_id
    browse.signed_in("Olga").post(f"/history/{change}/undo")
    after = state()
    for row in after.values():  # how often a day was promised only rises
        row.pop("due_version", None)
    for row in before.values():
        row.pop("due_version", None)
    assert after == before
    assert not db.session.get_one(User, ids["Eva"]).is_active
