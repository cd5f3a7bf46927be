"""A deal names a company or contact of another team only to those who may see that too."""

import pytest

from crm.companies import actions as companies
from crm.core.db import db
from crm.deals import actions
from crm.deals.models import Deal


@pytest.fixture
def lent(cast, write, stages):
    """A deal of Sales with a company of the partners and a contact of theirs."""
    from crm.contacts import actions as contacts

    def add():
        otto, partners = cast["Otto"], cast.partners.id
        company = companies.create(name="Secret Works", owner_id=otto.id, team_id=partners, by=otto)
        contact = contacts.create(
            name="Hidden Person", emails=["h@secret.example"], owner_id=otto.id, team_id=partners
        )
        made = actions.create(
            "Lent deal", stage=stages["Discovery"], by=cast["Eva"], company_id=company.id
        )
        made.contact_id, made.team_id = contact.id, cast.sales.id
        return made.id

    return write(add)


def test_neither_is_named_to_who_may_not_see_it(browse, lent):
    eva, olga = browse.signed_in("Eva"), browse.signed_in("Olga")
    for path in ("/deals", "/deals?as=table", f"/deals/{lent}", f"/deals/{lent}/edit", "/"):
        shown = eva.get(path)
        assert shown.status == 200, path
        assert "Secret" not in shown.html and "Hidden" not in shown.html, path
    assert olga.get("/deals").has("Hidden Person, Secret Works")
    assert olga.get(f"/deals/{lent}").has("Secret Works")


def test_they_cannot_be_found_by_it_either(browse, lent):
    eva = browse.signed_in("Eva")
    for word in ("secret", "hidden"):
        assert not eva.get(f"/deals?q={word}").has("Lent deal")
    assert browse.signed_in("Olga").get("/deals?q=secret").has("Lent deal")


def test_saving_what_one_sees_keeps_what_one_does_not(browse, lent):
    url = f"/deals/{lent}"
    eva = browse.signed_in("Eva")
    assert eva.get(url + "/edit").form(url, name="Renamed").submit().status == 303
    deal = db.session.get(Deal, lent)
    assert deal.name == "Renamed"
    assert (deal.company.name, deal.contact.name) == ("Secret Works", "Hidden Person")
