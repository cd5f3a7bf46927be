"""I3, I4, I6: many companies and deals of a file at once hold what they would hold one by one."""

from datetime import date

import pytest
from sqlalchemy import event, func, select

from crm.activities.models import Entry
from crm.batches import jobs
from crm.batches.models import BatchItem
from crm.companies import actions as companies
from crm.companies.models import Company, CompanyDomain
from crm.contacts import actions as contacts
from crm.core.db import db
from crm.deals import actions as deals
from crm.deals.models import Closure, Deal, Stage, StageVisit
from crm.fields import actions as fields
from crm.fields.queries import values_of
from crm.leads.models import LifecycleChange
from crm.notices.models import Notice
from crm.transfer.models import ExternalId
from tests.transfer.test_imports import batch, import_of, mapped, upload
from tests.transfer.test_many import count

pytestmark = pytest.mark.filterwarnings("error::sqlalchemy.exc.SADeprecationWarning")


@pytest.fixture
def eva(browse):
    return browse.signed_in("Eva")


def reasons(number):
    rows = select(BatchItem.position, BatchItem.reason).where(
        BatchItem.batch_id == number, BatchItem.state == "refused"
    )
    return dict(db.session.execute(rows.order_by(BatchItem.position)).all())


def company(name):
    return db.session.scalars(select(Company).where(Company.name == name)).one()


def deal(name):
    return db.session.scalars(select(Deal).where(Deal.name == name)).one()


def test_i3_companies_done_together_hold_all_that_stands_in_them(eva, cast):
    rows = "".join(
        f"c{n},Firm {n},www.firm{n}.example,030 {n}55,Berlin,{'Big' if n == 7 else ''}\n"
        for n in range(60)
    )
    asked = []
    event.listen(db.engine, "before_cursor_execute", lambda *said: asked.append(said[2]))
    number = mapped(eva, upload(eva, f"ID,Name,Domain,Phone,City,Note\n{rows}".encode(),
                                record="company"))  # fmt: skip
    jobs.work_on(number)
    eva.post(f"/batches/{number}/start")
    asked.clear()
    jobs.work_on(number)
    assert len(asked) < 120  # for 60 rows; one by one it was 8 a row
    assert batch(number).counts == {"created": 60}
    one = company("Firm 7")
    assert (one.phone, one.city, one.team_id) == ("030 755", "Berlin", cast.sales.id)
    assert [row.domain for row in one.domains] == ["firm7.example"]
    entries = select(Entry.kind, Entry.body).where(Entry.company_id == one.id).order_by(Entry.id)
    assert db.session.execute(entries).all() == [("created", ""), ("note", "Big")]
    assert db.session.scalar(select(ExternalId.value).where(ExternalId.record_id == one.id)) == "c7"
    assert eva.get("/search?q=Firm 33").has("Firm 33")


def test_i4_a_domain_that_somebody_has_refuses_its_own_row_only(eva, write, cast):
    write(lambda: companies.create("Ada", domains=["a.example"], team_id=cast.partners.id).id)
    key = write(lambda: fields.create("company", "No.", "text", by=None, is_unique=True).id)
    rows = "".join(
        f"F{n},Ulm,{'a' if n == 3 else f'f{n}'}.example,{n if n != 9 else 8}\n" for n in range(20)
    )
    data = f"Name,City,Domain,No.\n{rows}F20,Ulm,f5.example,20\n".encode()
    number, _planned, after = import_of(
        eva, data, record="company", match="name", **{"column-3": f"cf_{key}"}
    )
    assert after == {"created": 18, "refused": 3}
    found = reasons(number)
    assert list(found) == [4, 10, 21]
    assert "a.example already belongs" in found[4] and "f5.example already" in found[21]
    assert values_of(company("F8"))[f"cf_{key}"] == "8"
    assert count(CompanyDomain, CompanyDomain.domain == "a.example") == 1


@pytest.fixture
def stages(write):
    write(deals.create_default_pipeline)
    return {stage.name: stage.id for stage in db.session.scalars(select(Stage))}


HEAD = "Name,Amount,Stage,Company,Contact,Closed on,Owner,Lost reason\n"


def test_i3_deals_done_together_are_opened_closed_and_linked(eva, write, cast, stages):
    team = cast.sales.id
    write(lambda: companies.create("Hafen GmbH", team_id=team).id)
    mira = write(
        lambda: contacts.create(name="Mira S", emails=["mi@gmail.com"], team_id=team, source="fair")
    ).id
    where = ("Discovery,", "Won,", "Lost,")
    rows = "".join(
        f"Sale {n},{n}.50 EUR,{where[n % 3]}Hafen GmbH,m.i+crm@gmail.com,"
        f"{'2026-01-15' if n % 3 else ''},,{'Too expensive' if n % 3 == 2 else ''}\n"
        for n in range(60)
    )
    number, planned, after = import_of(
        eva, (HEAD + rows).encode(), record="deal", **{"column-0": "name"}
    )
    assert (planned, after) == ({"creates": 60}, {"created": 60})
    one = deal("Sale 4")
    closing = one.closure
    assert (one.amount_cents, one.currency, one.stage.name) == (450, "EUR", "Won")
    assert (one.contact_id, one.company.name, one.source) == (mira, "Hafen GmbH", "fair")
    assert (closing.is_won, closing.closed_on, closing.amount_cents, closing.reason) == (
        True, date(2026, 1, 15), 450, "",
    )  # fmt: skip
    assert closing.stage_before_id == stages["Lead in"]
    stays = select(StageVisit).where(StageVisit.deal_id == one.id).order_by(StageVisit.id)
    first, last = db.session.scalars(stays)
    assert (first.stage_id, last.stage_id, last.from_stage_id) == (
        stages["Lead in"], stages["Won"], stages["Lead in"],
    )  # fmt: skip
    assert first.left_at == last.entered_at and last.left_at is None
    kinds = select(Entry.kind).where(Entry.deal_id == one.id).order_by(Entry.id)
    assert list(db.session.scalars(kinds)) == ["created", "stage", "closure"]
    assert deal("Sale 2").closure.reason == "price" and deal("Sale 0").closure is None
    column = select(Deal.name).where(Deal.stage_id == stages["Discovery"]).order_by(Deal.rank)
    assert list(db.session.scalars(column))[:2] == ["Sale 57", "Sale 54"]
    assert count(Notice, Notice.kind == "deal_closed") == 0
    eva.post(f"/history/{batch(number).change_set_id}/undo")
    jobs.work_on(batch(number).id + 1)
    eva.post(f"/batches/{batch(number).id + 1}/start")
    jobs.work_on(batch(number).id + 1)
    assert count(Deal, Deal.deleted_at.is_(None)) == 0


def test_i2_the_dry_run_tells_of_links_that_lead_nowhere(eva, write, cast, stages):
    team = cast.sales.id
    for name in ("Twice", "Twice", "Once"):
        write(lambda name=name: contacts.create(name=name, team_id=team).id)
    write(
        lambda: contacts.create(name="Far", emails=["far@x.example"], team_id=cast.partners.id).id
    )
    rows = (
        "A,1,Discovery,,Once,,\n"
        "B,1,Discovery,,Twice,,\n"
        "C,1,Discovery,,far@x.example,,\n"
        "D,1,Discovery,Nowhere Ltd,,,\n"
        "E,1,Won,,,2031-01-01,\n"
        "F,1,,,,,\n"
    )
    number, planned, after = import_of(
        eva, (HEAD + rows).encode(), record="deal", **{"column-0": "name"}
    )
    assert planned == {"creates": 2, "refused": 4}
    assert after == {"created": 2, "refused": 4}
    found = reasons(number)
    assert list(found) == [2, 3, 4, 5]
    assert "“far@x.example” is not there" in found[3] and "today or earlier" in found[5]
    assert deal("A").contact.name == "Once" and deal("F").stage.name == "Lead in"
    assert count(Closure) == 0


def test_i3_a_deal_that_a_file_closes_tells_nobody(eva, write, cast, stages):
    finn = cast["Finn"].id
    write(
        lambda: (
            deals.create(
                "Old", stage=db.session.get(Stage, stages["Discovery"]), by=cast["Finn"]
            ).id
        )
    )
    old = deal("Old").id
    data = f"Tend,Name,Stage\n{old},Old,Won\n".encode()
    _number, _planned, after = import_of(
        eva, data, record="deal",
        **{"column-0": "tend", "column-1": "name", "match": "tend", "policy-2": "overwrite"},
    )  # fmt: skip
    assert after == {"updated": 1}
    assert deal("Old").closure.is_won
    assert count(Notice, Notice.user_id == finn, Notice.kind == "deal_closed") == 0
    assert db.session.scalar(select(func.count()).select_from(Closure)) == 1


def test_d4_a_file_that_loses_deals_says_why(eva, write, cast, stages):
    first = stages["Discovery"]
    write(lambda: deals.create("Old", stage=db.session.get(Stage, first), by=cast["Eva"]).id)
    old = {"column-0": "name", "match": "tend", "policy-1": "overwrite"}
    rows = f"New,Lost,,\nOld,Lost,,{deal('Old').id}\n"
    data = f"Name,Stage,Why it was lost,Tend number\n{rows}"
    number, planned, _after = import_of(eva, data.encode(), record="deal", **old)
    assert planned == {"refused": 2}
    way_out = "Lost needs a reason. Map a column of the file to “Why it was lost”."
    assert set(reasons(number).values()) == {way_out}
    data = data.replace("Lost,,", "Lost,No need after all,")
    _number, planned, after = import_of(eva, data.encode(), record="deal", **old)
    assert (planned, after) == ({"creates": 1, "updates": 1}, {"created": 1, "updated": 1})
    assert [deal(name).closure.reason for name in ("New", "Old")] == ["need", "need"]


def test_c5_a_file_that_ends_leads_says_why(eva, write, cast):
    write(lambda: contacts.create(name="Ada", emails=["a@x.example"], owner_id=cast["Eva"].id).id)
    data = "Email,Lifecycle,Unqualified reason\na@x.example,Spam,\nb@x.example,Disqualified,\n"
    number, planned, _after = import_of(eva, data.encode(), **{"policy-1": "overwrite"})
    assert planned == {"refused": 2}
    assert reasons(number)[2] == (
        "Disqualified needs a reason. Map a column of the file to “Reason for the lifecycle”."
    )
    data = data.replace(",\n", ",No budget\n")
    _number, planned, after = import_of(eva, data.encode(), **{"policy-1": "overwrite"})
    assert (planned, after) == ({"creates": 1, "updates": 1}, {"created": 1, "updated": 1})
    said = select(LifecycleChange.to_lifecycle, LifecycleChange.reason)
    assert set(db.session.execute(said).all()) == {
        ("spam", "No budget"), ("disqualified", "No budget"),
    }  # fmt: skip
