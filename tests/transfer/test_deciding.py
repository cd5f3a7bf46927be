"""I2, I6: words of a file that Tend does not know are mapped, added or left out, once each."""

import pytest
from sqlalchemy import func, select

from crm.batches import jobs
from crm.batches.models import BatchItem
from crm.contacts import actions as contacts
from crm.contacts.models import Contact, Tag
from crm.core.db import db
from crm.deals import actions as deals
from crm.deals.models import Deal
from crm.fields import actions as fields
from crm.fields.models import CustomField, FieldOption
from crm.fields.queries import custom_of, values_of
from tests.transfer.test_imports import batch, mapped, person_named, upload

PEOPLE = (
    b"Name;E-Mail;Sector;Words;Tags;Owner\n"
    b"Ada;ada@x.example;Crafts;A, B;vip;Eva\n"
    b"Ben;ben@x.example;Trade;B;VIPs;Finny\n"
    b"Cleo;cleo@x.example;trade;C;new;Finny\n"
    b"Dora;dora@x.example;Nonsense;;;Ghost\n"
    b"Emil;emil@x.example;Old;;;\n"
)


@pytest.fixture
def mona(browse):
    return browse.signed_in("Mona")


@pytest.fixture
def keys(cast, write):
    """A list of one and a list of several; "Old" is offered no longer, "vip" is worn by Mira."""

    def add():
        one = fields.create("contact", "Sector", "select", by=None, options=["Crafts", "Old"])
        fields.allow_option(one, one.options[1], cast["Olga"], is_allowed=False)
        many = fields.create("contact", "Words", "multi", by=None, options=["A"])
        mira = contacts.create(name="Mira", team_id=cast.sales.id, emails=["mira@x.example"])
        contacts.tag(mira, "vip", by=cast["Eva"])
        return one.key, many.key

    return write(add)


def values_page(person, data=PEOPLE, record="contact", **more):
    number = upload(person, data, record=record)
    answer = person.get(f"/import/{number}").form(f"/import/{number}/mapping", **more).submit()
    assert answer.location == f"/import/{number}/values"
    return number, answer.follow()


def rows_of(page, place):
    """The words asked for in one column: in how many rows each is, and what it may become."""
    rows = page.by_id(f"column-{place}").one("tbody").all("tr")
    return {
        row.one("th").text: (row.all("td")[0].text, [one.text for one in row.all("option")])
        for row in rows
    }


def sent(page, number, **said):
    """Say what words mean, by how they are written."""
    names = {row.one("th").text: one["name"] for row in page.root.all("tr")
             for one in (*row.all("select"), *row.all("input"))}  # fmt: skip
    return page.form(f"/import/{number}/values", **{names[k]: v for k, v in said.items()}).submit()


def option(key, label):
    one = custom_of("contact", key).options
    return next(o.value for o in one if o.label == label)


def go(person, number):
    jobs.work_on(number)
    before = dict(batch(number).counts)
    person.post(f"/batches/{number}/start")
    jobs.work_on(number)
    return before, dict(batch(number).counts)


def test_i2_each_unknown_word_is_asked_once_with_its_rows(mona, keys):
    _number, page = values_page(mona)
    sector = rows_of(page, 2)
    assert {word: said[0] for word, said in sector.items()} == {
        "Trade": "2", "Nonsense": "1", "Old": "1",
    }  # fmt: skip
    assert sector["Trade"][1] == ["Refuse these rows", "Add it as a choice", "Leave it empty",
                                  "Crafts"]  # fmt: skip
    assert {word: said[0] for word, said in rows_of(page, 3).items()} == {"B": "2", "C": "1"}
    tags = rows_of(page, 4)
    assert {word: said[0] for word, said in tags.items()} == {"VIPs": "1", "new": "1"}
    field = page.by_id("value-4-0")
    assert (field["value"], field["list"]) == ("VIPs", "tag-names")
    people = rows_of(page, 5)
    assert {word: said[0] for word, said in people.items()} == {"Finny": "2", "Ghost": "1"}
    assert people["Finny"][1][:2] == ["Refuse these rows", "Nobody"]


def test_i2_words_are_mapped_added_or_left_out_and_all_of_it_is_undone(mona, keys, cast):
    one, many = keys
    finn = cast["Finn"].id
    number, page = values_page(mona)
    answer = sent(page, number, Trade="+", Nonsense="-", Old="+", B="+", C=f"={option(many, 'A')}",
                  VIPs="VIP", new="", Finny=f"={finn}", Ghost="-")  # fmt: skip
    run = int(answer.location.rsplit("/", 1)[1])
    jobs.work_on(run)
    assert batch(run).counts == {"creates": 5}
    options = select(func.count()).select_from(FieldOption)
    assert db.session.scalar(options) == 3  # nothing is added before the run
    assert go(mona, run)[1] == {"created": 5}

    def said(name):
        return values_of(person_named(name))

    assert said("Ben")[one] == said("Cleo")[one] == option(one, "Trade")
    assert said("Dora")[one] is None
    assert said("Emil")[one] == option(one, "Old")
    assert said("Ada")[many] == [option(many, "A"), option(many, "B")]
    assert said("Cleo")[many] == [option(many, "A")]
    assert [tag.name for tag in person_named("Ben").tags] == ["vip"]
    assert not person_named("Cleo").tags
    assert person_named("Ben").owner_id == person_named("Cleo").owner_id == finn
    assert person_named("Dora").owner_id is None
    assert not db.session.scalars(select(Tag).where(Tag.name.in_(["VIPs", "new"]))).all()
    mona.post(f"/history/{batch(run).change_set_id}/undo")
    db.session.remove()
    assert not db.session.scalars(
        select(Contact.id).where(Contact.name == "Ada", Contact.deleted_at.is_(None))
    ).all()
    active = {o.label for key in keys for o in custom_of("contact", key).options if o.is_active}
    assert active == {"Crafts", "A"}


def test_i6_a_choice_that_somebody_took_meanwhile_stays_when_the_import_is_undone(
    mona, keys, cast, write
):
    one, _many = keys
    number, page = values_page(mona, b"Name;Sector\nAda;Trade\n")
    run = int(sent(page, number, Trade="+").location.rsplit("/", 1)[1])
    assert go(mona, run)[1] == {"created": 1}

    def take():
        mira = db.session.scalars(select(Contact).where(Contact.name == "Mira")).one()
        contacts.change(mira, {one: option(one, "Trade")}, by=cast["Eva"])

    write(take)
    mona.post(f"/history/{batch(run).change_set_id}/undo")
    db.session.remove()
    assert [o.label for o in custom_of("contact", one).options if o.is_active] == [
        "Crafts", "Trade",
    ]  # fmt: skip


def test_i2_what_nobody_decided_is_refused_as_before(mona, keys):
    number, page = values_page(mona)
    run = int(sent(page, number).location.rsplit("/", 1)[1])
    jobs.work_on(run)
    assert batch(run).counts == {"refused": 5}
    reasons = db.session.scalars(select(BatchItem.reason).where(BatchItem.batch_id == run)).all()
    assert any("“Nonsense” is none of the choices" in one for one in reasons)
    assert any("“Ghost” is nobody who may own records here." in one for one in reasons)
    assert "“Old” may no longer be chosen." in reasons


def test_i2_only_who_manages_fields_is_offered_a_new_choice(browse, keys):
    eva = browse.signed_in("Eva")
    number, page = values_page(eva)
    assert rows_of(page, 2)["Trade"][1] == ["Refuse these rows", "Leave it empty", "Crafts"]
    run = int(sent(page, number, Trade="+").location.rsplit("/", 1)[1])
    jobs.work_on(run)
    reasons = db.session.scalars(select(BatchItem.reason).where(BatchItem.batch_id == run)).all()
    assert any("“Trade” is none of the choices" in one for one in reasons)
    assert browse.signed_in("Otto").get(f"/import/{number}/values").status == 404


def test_i1_what_words_mean_is_kept_with_the_mapping_for_the_next_file(mona, keys):
    number, page = values_page(mona, preset="Fair")
    sent(page, number, Trade="+", Ghost="-")
    again = upload(mona, PEOPLE)
    preset = mona.get(f"/import/{again}").root.one("select", name="preset_id").one("option")
    mona.post(f"/import/{again}/preset", data={"preset_id": preset["value"]})
    answer = mona.get(f"/import/{again}").form(f"/import/{again}/mapping").submit().follow()
    chosen = {
        row.one("th").text: next(o["value"] for o in row.all("option") if "selected" in o.attrs)
        for row in answer.root.all("tr")
        if any("selected" in o.attrs for o in row.all("option"))
    }
    assert chosen["Trade"] == "+" and chosen["Ghost"] == "-"


def test_i2_stages_are_mapped_and_deals_go_to_nobody(mona, cast, write):
    line = write(lambda: [one.id for one in deals.create_default_pipeline().stages])
    data = b"Deal;Stage;Owner\nOne;Negotiating;Ghost\nTwo;Negotiating;Mona\n"
    number, page = values_page(mona, data, record="deal", match="name")
    assert page.root.all("a", href="/settings/pipelines")
    answer = sent(page, number, Negotiating=f"={line[1]}", Ghost="-")
    run = int(answer.location.rsplit("/", 1)[1])
    assert go(mona, run)[1] == {"created": 2}
    found = {one.name: one for one in db.session.scalars(select(Deal))}
    assert found["One"].stage_id == found["Two"].stage_id == line[1]
    assert found["One"].owner_id is None
    assert found["Two"].owner_id is not None


def test_i2_a_file_of_known_words_goes_straight_on(mona, keys):
    assert mapped(mona, upload(mona, b"Name;Sector;Tags\nAda;crafts;VIP\n"))
    assert db.session.scalar(select(func.count()).select_from(CustomField)) == 2
