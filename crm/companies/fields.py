"""What companies offer: their place in the frame, their fields and relations."""

from operator import attrgetter

from flask_babel import lazy_gettext as _l

from crm.companies.bulk import BATCHES, SETTINGS  # noqa: F401 - offered to create_app
from crm.companies.lists import MENU
from crm.companies.models import Company, CompanyDomain
from crm.companies.rules import SIZES
from crm.fields.queries import team_options
from crm.fields.rules import Field, Relation, Through, choices
from crm.web.shell import ShellItem

SHELL = [
    ShellItem(_l("Companies"), "/companies", "building-2", order=30),
    ShellItem(
        _l("Company"),
        "/companies/new",
        "building-2",
        order=20,
        place="new",
        right="edit_records",
        help=_l("An organisation by its domain"),
    ),
]

SIZE_WORDS = {size: size for size in SIZES}


MODELS = [("company", Company)]
LISTS = [MENU]
FIELDS: list[Field | Relation] = [
    Field("company", "name", _l("Name"), "text", Company.name, attrgetter("name"),
          sort_column=Company.sort_name, is_required=True, is_sortable=True, is_editable=True,
          is_importable=True),
    Field("company", "domain", _l("Domains"), "text", CompanyDomain.domain,
          lambda company: [row.domain for row in company.domains],
          Through(CompanyDomain.company_id), is_editable=True, is_importable=True),
    Field("company", "phone", _l("Phone"), "phone", Company.phone, attrgetter("phone"),
          is_editable=True, is_importable=True),
    Field("company", "website", _l("Website"), "url", Company.website, attrgetter("website"),
          is_editable=True, is_importable=True),
    Field("company", "street", _l("Street"), "text", Company.street, attrgetter("street"),
          is_editable=True, is_importable=True),
    Field("company", "postcode", _l("Postcode"), "text", Company.postcode,
          attrgetter("postcode"), is_editable=True, is_importable=True),
    Field("company", "city", _l("City"), "text", Company.city, attrgetter("city"),
          is_sortable=True, is_editable=True, is_importable=True),
    Field("company", "country", _l("Country"), "text", Company.country, attrgetter("country"),
          is_sortable=True, is_editable=True, is_importable=True),
    Field("company", "size", _l("People"), "select", Company.size, attrgetter("size"),
          options=choices(SIZE_WORDS), is_editable=True, is_importable=True),
    Field("company", "parent", _l("Parent company"), "reference", Company.parent_id,
          attrgetter("parent_id"), target="company", is_importable=True),
    Field("company", "owner", _l("Owner"), "user", Company.owner_id, attrgetter("owner_id"),
          is_sortable=True, is_editable=True, is_importable=True),
    Field("company", "team", _l("Team"), "select", Company.team_id, attrgetter("team_id"),
          options=team_options),
    Field("company", "created_at", _l("Added"), "at", Company.created_at,
          attrgetter("created_at"), is_sortable=True),
    Field("company", "updated_at", _l("Changed"), "at", Company.updated_at,
          attrgetter("updated_at"), is_sortable=True),
]  # fmt: skip
