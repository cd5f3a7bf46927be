"""Two people have one record open: what only one touched is merged, the rest is shown, and kept."""

import pytest

from crm.activities import actions as activities
from crm.companies import actions as companies
from crm.contacts import actions as contacts
from crm.contacts.models import Contact
from crm.core.db import db
from crm.deals import actions as deals
from crm.deals.models import Pipeline, Stage
from crm.fields import actions as fields

# Of each kind: the field both write, one that only the colleague writes, one that only I write.
FORMS = {
    "contacts": ("job_title", "tags", "name"),
    "companies": ("city", "street", "name"),
    "deals": ("name", "close_on", "amount"),
    "tasks": ("title", "day", "note"),
}
WORDS = {
    "close_on": "2026-12-24",
    "day": "2026-12-24",
    "amount": "500",
    "tags": "vip",
}


@pytest.fixture
def records(cast, write):
    """A record of each kind with a text field of the house's own, by the name of its pages."""

    def add():
        eva, team = cast["Eva"], cast.sales.id
        line = Pipeline(name="Line", created_at=eva.created_at)
        line.stages = [Stage(name="New", position=0)]
        db.session.add(line)
        db.session.flush()
        own = {
            kind: fields.create(kind, "Motto", "text", by=cast["Olga"]).key
            for kind in ("contact", "company", "deal")
        }
        person = contacts.create(name="Bo", owner_id=eva.id, team_id=team, by=eva)
        return {
            "contacts": (f"/contacts/{person.id}", own["contact"]),
            "companies": (
                f"/companies/{companies.create('Nord', owner_id=eva.id, team_id=team, by=eva).id}",
                own["company"],
            ),
            "deals": (
                f"/deals/{deals.create('Plan', stage=line.stages[0], by=eva, contact=person).id}",
                own["deal"],
            ),
            "tasks": (
                f"/tasks/{activities.add_task('Call', owner_id=eva.id, by=eva).id}",
                None,
            ),
        }

    return write(add)


def opened(person, url):
    """The edit form of a record, and where it is posted."""
    page = person.get(f"{url}/edit")
    action = f"{url}/edit" if url.startswith(("/contacts", "/companies")) else url
    return lambda **typed: page.form(action, **typed)


def value(person, url, name):
    """What the edit form shows in a field now."""
    page = person.get(f"{url}/edit")
    inputs = page.root.all("input") + page.root.all("textarea")
    found = next(one for one in inputs if one.get("name") == name)
    return found.get("value", "") or found.text


@pytest.mark.parametrize("kind", FORMS)
def test_what_only_one_of_two_touched_is_merged(kind, browse, records):
    eva, (url, own) = browse.signed_in("Eva"), records[kind]
    _both, hers, mine = FORMS[kind]
    colleague, form = opened(eva, url), opened(eva, url)
    more = {own: "Steady"} if own else {}
    assert colleague(**{hers: WORDS.get(hers, "Hers")}, **more).submit().status == 303
    assert form(**{mine: WORDS.get(mine, "Mine")}).submit().status == 303
    assert value(eva, url, hers) == WORDS.get(hers, "Hers")
    assert value(eva, url, mine) == WORDS.get(mine, "Mine")
    assert not own or value(eva, url, own) == "Steady"


@pytest.mark.parametrize("kind", FORMS)
def test_what_both_touched_is_shown_and_nothing_typed_is_lost(kind, browse, records):
    eva, (url, own) = browse.signed_in("Eva"), records[kind]
    both, hers, mine = FORMS[kind]
    colleague, form = opened(eva, url), opened(eva, url)
    more = {own: "Steady"} if own else {}
    colleague(**{both: "Theirs", hers: WORDS.get(hers, "Hers")}, **more).submit()
    page = form(**{both: "Ours", mine: WORDS.get(mine, "Mine")}).submit()
    assert page.status == 409
    assert page.has("Theirs")
    typed = {n.get("name"): n.get("value", "") or n.text for n in page.root.all("input")}
    assert typed[both] == "Ours"
    action = f"{url}/edit" if kind in ("contacts", "companies") else url
    assert page.form(action).submit().status == 303
    assert value(eva, url, both) == "Ours"
    assert value(eva, url, mine) == WORDS.get(mine, "Mine")
    # What only the colleague had touched was not on show: it stays theirs.
    assert value(eva, url, hers) == WORDS.get(hers, "Hers")
    assert not own or value(eva, url, own) == "Steady"


@pytest.mark.parametrize("kind", ["contacts", "companies", "deals"])
def test_the_same_field_of_the_house_written_twice_shows_both(kind, browse, records):
    eva, (url, own) = browse.signed_in("Eva"), records[kind]
    colleague, form = opened(eva, url), opened(eva, url)
    colleague(**{own: "Steady"}).submit()
    page = form(**{own: "Bold"}).submit()
    assert page.status == 409
    assert page.has("Steady")
    action = f"{url}/edit" if kind in ("contacts", "companies") else url
    assert page.form(action).submit().status == 303
    assert value(eva, url, own) == "Bold"


@pytest.mark.parametrize("kind", ["contacts", "companies", "deals", "tasks"])
def test_an_old_form_does_not_take_a_record_back_from_its_new_owner(kind, browse, cast, records):
    finn_id = cast["Finn"].id
    mona, (url, _own) = browse.signed_in("Mona"), records[kind]
    colleague, form = opened(mona, url), opened(mona, url)
    mine = FORMS[kind][2]
    assert colleague(owner_id=str(finn_id)).submit().status == 303
    assert form(**{mine: WORDS.get(mine, "Mine")}).submit().status == 303
    page = mona.get(f"{url}/edit")
    [chosen] = [
        option
        for select in page.root.all("select")
        if select.get("name") == "owner_id"
        for option in select.all("option")
        if "selected" in option.attrs
    ]
    assert chosen["value"] == str(finn_id)


def test_two_new_owners_at_once_are_shown_by_name(browse, cast, records):
    finn_id, finn, sam_id = cast["Finn"].id, cast["Finn"].name, cast["Sam"].id
    mona, (url, _own) = browse.signed_in("Mona"), records["contacts"]
    colleague, form = opened(mona, url), opened(mona, url)
    colleague(owner_id=str(finn_id)).submit()
    page = form(owner_id=str(sam_id)).submit()
    assert page.status == 409
    assert finn in page.by_id("conflict").text
    page.form(f"{url}/edit").submit()
    owner_id = db.session.get(Contact, int(url.rsplit("/", 1)[1])).owner_id
    assert owner_id == sam_id
