"""O1: who may not see amounts meets them nowhere: pages, lists, sums, filters, forms, mails."""

import re

import pytest
from sqlalchemy import select

from crm.accounts import actions as accounts
from crm.accounts.rules import RIGHTS
from crm.companies.models import Company
from crm.contacts.models import Contact
from crm.core.db import db
from crm.deals import actions as deals
from crm.deals.models import Deal
from crm.demo.everything import fill_records
from crm.fields import actions as fields
from crm.fields.models import CustomField
from crm.fields.queries import values_of
from tests.web.test_every_control import Walk

SUM = 98_765_400  # 987,654
MARKS = ("987,654", "987654", "987.654", "98765400")
REP = {right for right, roles in RIGHTS.items() if "rep" in roles}


@pytest.fixture
def house(app, cast, write):
    def fill():
        fill_records(cast)
        for deal in db.session.scalars(select(Deal)):
            deal.amount_cents = SUM
            deal.owner_id = cast["Eva"].id
        changed = db.session.scalars(select(Deal)).first()
        deals.update(changed, cast["Olga"], version=changed.version, amount_cents=SUM + 100)
        deals.update(changed, cast["Olga"], version=changed.version, amount_cents=SUM)
        for record, model in (("contact", Contact), ("company", Company), ("deal", Deal)):
            fee = fields.create(record, "Fee", "money", currency="EUR", by=cast["Olga"])
            db.session.flush()
            for row in db.session.scalars(select(model)):
                fields.set_values(row, {f"cf_{fee.id}": [SUM, "EUR"]}, cast["Olga"])

    write(fill)
    write(lambda: accounts.switch_rights("rep", REP - {"see_amounts"}, cast["Olga"]))


class Amounts(Walk):
    """A walk that also looks for sums."""

    seen = ()

    def _open(self, path, found_on):
        with self.app.app_context():
            text = self.reader.client.get(path).get_data(as_text=True)
        if any(mark in text for mark in MARKS):
            self.seen = (*self.seen, path)
        return super()._open(path, found_on)


def test_o1_no_page_shows_a_sum_to_who_may_not_see_it(app, house, browse):
    walk = Amounts(app, browse.signed_in("Eva"))
    walk.everything()
    opened = {re.sub(r"\d+", "7", path.partition("?")[0]) for path in walk.ids}
    assert {"/deals", "/deals/7", "/deals/7/edit", "/contacts/7", "/companies/7"} <= opened
    assert {"/contacts/7/edit", "/companies/7/edit"} <= opened
    assert walk.seen == ()
    assert browse.signed_in("Mona").get("/deals").has("987,654"), "others see them as before"


def rows(page):
    return {
        node["href"] for node in page.root.all("a") if re.fullmatch(r"/deals/\d+.*", node["href"])
    }


def test_o1_sums_cannot_be_asked_for_either(house, browse):
    eva = browse.signed_in("Eva")
    all_rows = eva.get("/deals?as=list")
    for query in ("filter=amount.gt:100", "sort=amount", "columns=name,amount"):
        page = eva.get(f"/deals?as=list&{query}")
        assert page.status == 200
        assert not any(mark in page.text for mark in MARKS)
    over = eva.get("/deals?as=list&filter=amount.gt:2000000")
    under = eva.get("/deals?as=list&filter=amount.lt:2000000")
    # A filter that is nothing to this reader finds nobody, and says the same of every sum.
    assert rows(over) == rows(under) == set() != rows(all_rows)


def test_o1_a_field_that_holds_a_sum_is_no_address_for_who_sees_none(house, browse):
    eva, mona = browse.signed_in("Eva"), browse.signed_in("Mona")
    for record, model, custom in (
        ("contacts", Contact, "contact"),
        ("companies", Company, "company"),
        ("deals", Deal, "deal"),
    ):
        number = db.session.scalars(select(model.id).order_by(model.id)).first()
        field = select(CustomField.id).where(
            CustomField.record == custom, CustomField.kind == "money"
        )
        path = f"/{record}/{number}/fields/{db.session.scalar(field)}"
        assert mona.get(path).status == 200
        assert eva.get(path).status == 404
        assert eva.post(path, {"value": "1"}).status == 404


def test_o1_a_stale_form_neither_shows_nor_loses_a_sum(house, browse):
    eva, mona = browse.signed_in("Eva"), browse.signed_in("Mona")
    number = db.session.scalars(select(Contact.id).order_by(Contact.id)).first()
    path = f"/contacts/{number}/edit"
    hers = eva.get(path).form(path, job_title="Purchasing lead")
    assert mona.get(path).form(path, job_title="Head of buying").submit().status == 303
    shown = hers.submit()
    assert shown.status == 409 and shown.has("Head of buying")
    assert not any(mark in shown.text for mark in MARKS)
    db.session.expire_all()
    assert list(values_of(db.session.get(Contact, number)).values())[-1] == [SUM, "EUR"]


def test_o1_a_deal_keeps_the_value_that_its_editor_does_not_see(house, browse):
    eva = browse.signed_in("Eva")
    deal = db.session.scalars(select(Deal).where(~Deal.closures.any()).order_by(Deal.id)).first()
    number = deal.id
    form = eva.get(f"/deals/{number}/edit").form(f"/deals/{number}", name="Renamed")
    assert "amount" not in form.values
    assert form.submit(amount="1").status == 303
    db.session.expire_all()
    found = db.session.get(Deal, number)
    assert (found.name, found.amount_cents) == ("Renamed", SUM)


def test_o1_others_forms_keep_the_value_when_closing(house, browse):
    eva = browse.signed_in("Eva")
    deal = db.session.scalars(select(Deal).where(~Deal.closures.any()).order_by(Deal.id)).first()
    number = deal.id
    said = {"outcome": "won", "amount": "1", "closed_on": "2026-11-24"}
    assert eva.post(f"/deals/{number}/closure", said).status == 303
    db.session.expire_all()
    assert db.session.get(Deal, number).closure.amount_cents == SUM
    assert db.session.scalar(select(Contact.id).limit(1))
