"""What names somebody where no list shows it: own fields, and records in the trash (O3)."""

from typing import Any

from flask_babel import lazy_gettext as _l

from crm.accounts.models import User
from crm.accounts.queries import home_team
from crm.batches.holding import Holding
from crm.companies.models import Company
from crm.contacts.models import Contact
from crm.core import clock
from crm.core.db import db
from crm.deals.models import Deal
from crm.fields import actions as fields
from crm.fields import queries
from crm.fields.models import FieldValue

PLACES = {"contact": "contacts", "company": "companies", "deal": "deals"}


def _of_people() -> dict[int, str]:
    """The own fields of kind "Somebody of the team", by number."""
    return {
        one.id: one.label
        for record in queries.CUSTOM_RECORDS
        for one in queries.customs(record)
        if one.kind == "user"
    }


def _record(row: FieldValue) -> Any:
    """The record that says it, in the trash or not."""
    if row.contact_id:
        return db.session.get(Contact, row.contact_id)
    return db.session.get(Company if row.company_id else Deal, row.record_id)


def _named(row: FieldValue, leaver: User, to: User, by: User) -> None:
    fields.set_values(_record(row), {f"cf_{row.field_id}": to.id}, by)


def _url(row: FieldValue) -> str:
    record = _record(row)
    return "" if record.deleted_at else f"/{PLACES[queries.kind_of(record)]}/{record.id}"


def _put_away(row: Any, leaver: User, to: User, by: User) -> None:
    """Whoever takes it out of the trash finds it with somebody who is there."""
    row.owner_id, row.updated_at = to.id, clock.now()
    row.team_id = home_team(to.id, row.team_id)


HOLDINGS = [
    Holding(13, "field", _l("Own fields that name them"), FieldValue,
            lambda who: (FieldValue.field_id.in_(list(_of_people())), FieldValue.ref == who),
            _named,
            name=lambda row: f"{_of_people().get(row.field_id, '')}: {_record(row).name}",
            url=_url, one=_l("Own field"), about=_record),
    Holding(14, "gone_contact", _l("Contacts in the trash"), Contact,
            lambda who: (Contact.owner_id == who, Contact.deleted_at.is_not(None),
                         Contact.merged_into_id.is_(None), Contact.erased_at.is_(None)), _put_away,
            one=_l("Contact in the trash")),
    Holding(15, "gone_company", _l("Companies in the trash"), Company,
            lambda who: (Company.owner_id == who, Company.deleted_at.is_not(None),
                         Company.merged_into_id.is_(None)), _put_away,
            one=_l("Company in the trash")),
    Holding(16, "gone_deal", _l("Deals in the trash"), Deal,
            lambda who: (Deal.owner_id == who, Deal.deleted_at.is_not(None)), _put_away,
            one=_l("Deal in the trash")),
]  # fmt: skip
