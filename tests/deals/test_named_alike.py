"""Records named by hand in the forms of deals and tasks: others with the name change nothing."""

import json
import re

import pytest

from crm.activities import actions as activities
from crm.activities.models import Task
from crm.companies import actions as companies
from crm.contacts import actions as contacts
from crm.contacts.models import Contact
from crm.core import clock
from crm.core.db import db
from crm.deals import actions
from crm.deals.models import Deal


@pytest.fixture
def alike(cast, write, stages):
    """Of each kind two with one name, and a task about the second ones; ids by kind."""

    def add():
        eva, team, stage = cast["Eva"], cast.sales.id, stages["Discovery"]
        kept = {"owner_id": eva.id, "team_id": team, "by": eva}
        made = {
            "company": [companies.create("Zwilling AG", **kept) for _ in range(2)],
            "contact": [
                contacts.create(name="Hans Gleich", phones=[f"+49405550{n}01"], **kept)
                for n in range(2)
            ],
            "deal": [actions.create("Jahresvertrag", stage=stage, by=eva) for _ in range(2)],
        }
        db.session.flush()
        ids = {kind: [row.id for row in rows] for kind, rows in made.items()}
        about = {f"{kind}_id": numbers[0] for kind, numbers in ids.items()}
        about["company_id"] = ids["company"][1]
        ids["task"] = [activities.add_task("Call", owner_id=eva.id, by=eva, **about).id]
        return ids

    return write(add)


def the_deal(name):
    return db.session.query(Deal).filter_by(name=name).one()


def test_a_form_saved_untouched_keeps_the_records_it_was_opened_with(browse, alike):
    eva = browse.signed_in("Eva")
    for company, contact in zip(alike["company"], alike["contact"], strict=True):
        page = eva.get(f"/deals/new?company={company}&contact={contact}")
        assert page.form("/deals", name=f"For {company}").submit().status == 303
        made = the_deal(f"For {company}")
        assert (made.company_id, made.contact_id) == (company, contact)
        url = f"/deals/{made.id}"
        assert eva.get(f"{url}/edit").form(url, close_on="2027-01-05").submit().status == 303
        db.session.expire_all()
        made = the_deal(f"For {company}")
        assert (made.company_id, made.contact_id) == (company, contact)
    task = db.session.get(Task, alike["task"][0])
    before = (task.contact_id, task.company_id, task.deal_id)
    url = f"/tasks/{task.id}"
    assert eva.get(f"{url}/edit").form(url, title="Call soon", note="x").submit().status == 303
    db.session.expire_all()
    task = db.session.get(Task, alike["task"][0])
    assert (task.title, before) == ("Call soon", (task.contact_id, task.company_id, task.deal_id))


@pytest.mark.parametrize(
    ("kind", "name"),
    [("contact", "hans gleich"), ("company", "zwilling ag"), ("deal", "JAHRESVERTRAG")],
)
def test_a_changed_text_that_several_have_is_refused_with_texts_to_choose(
    browse, alike, kind, name
):
    eva, url = browse.signed_in("Eva"), f"/tasks/{alike['task'][0]}"
    page = eva.get(f"{url}/edit").form(url, **{kind: name}).submit()
    # Written another way it is another text: nobody knows whether the same one is meant.
    assert page.status == 422
    assert page.has("Several have this name.")
    options = [one["value"] for one in page.root.all("option") if "(no. " in one.get("value", "")]
    numbers = [int(re.search(r"no\. (\d+)\)$", text)[1]) for text in options]
    assert sorted(numbers) == alike[kind]
    for number, text in zip(numbers, options, strict=True):
        assert page.form(url, **{kind: text}).submit().status == 303
        db.session.expire_all()
        assert getattr(db.session.get(Task, alike["task"][0]), f"{kind}_id") == number
        page = eva.get(f"{url}/edit")


def test_the_cell_of_a_deal_understands_the_number(browse, alike, write, cast):
    eva, deal = browse.signed_in("Eva"), alike["deal"][0]
    url = f"/cells/deal/{deal}/company"
    assert eva.get(url).form(url, value="Zwilling AG").submit().status == 422
    typed = f"Zwilling AG (no. {alike['company'][1]})"
    assert eva.get(url).form(url, value=typed).submit().status in (200, 303)
    assert db.session.get(Deal, deal).company_id == alike["company"][1]


@pytest.mark.parametrize("is_merely_trashed", [True, False])
def test_a_record_of_somebody_who_is_gone_can_be_saved(
    browse, alike, write, cast, is_merely_trashed
):
    number = alike["contact"][1]
    deal, task = alike["deal"][0], alike["task"][0]

    def leave():
        contact = db.session.get(Contact, number)
        db.session.get(Deal, deal).contact_id = number
        db.session.get(Task, task).contact_id = number
        contact.deleted_at = clock.now()
        if not is_merely_trashed:
            contact.name = "Deleted on request"

    write(leave)
    eva = browse.signed_in("Eva")
    for url, typed in ((f"/deals/{deal}", "name"), (f"/tasks/{task}", "title")):
        assert eva.get(f"{url}/edit").form(url, **{typed: "Renamed"}).submit().status == 303
    db.session.expire_all()
    assert db.session.get(Deal, deal).name == "Renamed"
    assert db.session.get(Deal, deal).contact_id == number
    assert db.session.get(Task, task).contact_id == number
    url = f"/deals/{deal}"
    assert eva.get(f"{url}/edit").form(url, contact="").submit().status == 303
    db.session.expire_all()
    assert db.session.get(Deal, deal).contact_id is None


@pytest.mark.parametrize("junk", ["", "[]", "{", '{"contact": 5}', '{"contact": [[1], "x"]}'])
def test_what_the_form_kept_counts_only_if_it_can_be_read(browse, alike, junk):
    url = f"/tasks/{alike['task'][0]}"
    page = browse.signed_in("Eva").get(f"{url}/edit").form(url, was=junk).submit()
    assert page.status == 422
    assert page.has("Several have this name.")


def test_a_number_one_may_not_see_is_as_if_nothing_was_there(browse, alike, cast, write):
    otto, partners = cast["Otto"], cast.partners.id
    hidden = write(
        lambda: companies.create("Secret Works", owner_id=otto.id, team_id=partners, by=otto).id
    )
    eva = browse.signed_in("Eva")
    forged = json.dumps({"company": [hidden, "Secret Works"]})
    for typed in ("Secret Works", f"Secret Works (no. {hidden})"):
        page = eva.get("/deals/new").form("/deals", name="Mine", company=typed, was=forged)
        answer = page.submit()
        assert answer.status == 422
        assert answer.has("No company of this name.")


def test_two_editors_and_two_of_one_name_are_merged(browse, alike):
    eva, url = browse.signed_in("Eva"), f"/tasks/{alike['task'][0]}"
    mine = eva.get(f"{url}/edit").form(url, note="Mine")
    theirs = f"Zwilling AG (no. {alike['company'][0]})"
    assert eva.get(f"{url}/edit").form(url, company=theirs).submit().status == 303
    assert mine.submit().status == 303
    db.session.expire_all()
    task = db.session.get(Task, alike["task"][0])
    assert (task.note, task.company_id) == ("Mine", alike["company"][0])


def test_a_contact_is_added_to_the_second_company_of_a_name(browse, alike):
    eva, company = browse.signed_in("Eva"), alike["company"][1]
    page = eva.get(f"/contacts/new?company={company}")
    assert page.form("/contacts", name="Dri Ling").submit().status == 303
    made = db.session.query(Contact).filter_by(name="Dri Ling").one()
    assert made.company_id == company
