"""What of companies the history keeps, in which words, and how adding one is undone."""

from flask_babel import lazy_gettext as _l

from crm.companies import actions
from crm.companies.models import Company, CompanyDomain
from crm.history.rules import Tracked


def _to_trash(company: Company, by) -> None:
    if company.deleted_at is None:
        actions.delete(company, by)


HISTORY = [
    Tracked(
        Company,
        _l("Company"),
        links={"company": "id"},
        labels={
            "name": _l("Name"),
            "phone": _l("Phone"),
            "website": _l("Website"),
            "street": _l("Street"),
            "postcode": _l("Postcode"),
            "city": _l("City"),
            "country": _l("Country"),
            "size": _l("Size"),
            "parent_id": _l("Parent company"),
            "owner_id": _l("Owner"),
            "team_id": _l("Team"),
            "deleted_at": _l("In the trash since"),
            "merged_into_id": _l("Merged into"),
        },
        follows={
            "sort_name": "name",
            "deleted_by_id": "deleted_at",
            "merged_into_id": "deleted_at",
        },
        take_back=_to_trash,
        kept_by=(("contact", "company_id"), ("deal", "company_id"), ("company", "parent_id")),
    ),
    Tracked(
        CompanyDomain,
        _l("Domain"),
        links={"company": "company_id"},
        labels={"domain": _l("Domain")},
        is_part=True,
        is_dropped=True,
    ),
]
# What the history calls an act, by its endpoint.
ACTS = [
    ("companies.create", _l("Company added")),
    ("companies.update", _l("Company edited")),
    ("companies.delete", _l("Moved to the trash")),
    ("companies.restore", _l("Taken out of the trash")),
]
