"""Companies from a file."""

from collections.abc import Mapping, Sequence, Set
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from crm.accounts.models import User
from crm.accounts.queries import visible
from crm.companies import actions
from crm.companies.many import Seed, create_many
from crm.companies.models import Company, CompanyDomain
from crm.companies.rules import is_public_domain, registrable_domain
from crm.core.db import db
from crm.core.folding import fold
from crm.core.refusal import Refused
from crm.fields import queries as field_queries
from crm.transfer.drafts import Draft
from crm.transfer.writers.base import (
    by_number,
    by_own_number,
    custom_of,
    defaults_of,
    folded,
    set_custom,
)
from crm.transfer.writers.held import Held, Holder, mark_of_record
from crm.transfer.writers.keyed import KeyedWriter
from crm.transfer.writers.links import names_of, parents

PLAIN = ("phone", "website", "street", "postcode", "city", "country", "size")


class CompanyWriter(KeyedWriter):
    """Organisations: found by domain, number elsewhere, or name with city."""

    record = "company"
    model = Company
    guarded = frozenset()
    has_many = True
    loads = (selectinload(Company.domains), selectinload(Company.field_values))
    own_key = "domain"
    own_rows = (CompanyDomain.domain, CompanyDomain.company_id, CompanyDomain.freed_at)
    matches = {
        "domain": _l("Domain"),
        "id": _l("Number in the other program"),
        "tend": _l("Number in Tend"),
        "name": _l("Name and city"),
    }  # fmt: skip

    def keys_of(self, draft: Draft, match: str) -> list[str]:
        if match == "domain":
            return _domains(draft)
        if match in {"id", "tend"}:
            return [draft[match]] if draft[match] else []
        key = folded(draft["name"], draft["city"])
        return [key] if key else []

    def numbers(self, drafts: Sequence[Draft], match: str, by: User) -> dict[str, int]:
        if match == "tend":
            return by_own_number(drafts)
        if match == "id":
            return by_number("company", drafts)
        if match == "domain":
            keys = [key for draft in drafts for key in _domains(draft)]
            rows = db.session.execute(
                select(CompanyDomain.domain, CompanyDomain.company_id).where(
                    CompanyDomain.domain.in_(keys), CompanyDomain.freed_at.is_(None)
                )
            )
            return dict(rows.all()) if keys else {}
        names = [fold(draft["name"])[:60] for draft in drafts if draft["name"] and draft["city"]]
        found = db.session.execute(
            select(Company.id, Company.name, Company.city)
            .where(Company.sort_name.in_(names), Company.deleted_at.is_(None), visible(by, Company))
            .order_by(Company.id.desc())
        )
        return {folded(name, city): number for number, name, city in found}

    def link(self, drafts: Sequence[Draft], by: User) -> None:
        found = parents([draft["parent"] or "" for draft in drafts], by)
        for draft in drafts:
            draft.parent = found.get(draft["parent"] or "")
            draft.parent_mark = mark_of_record(draft.parent.id) if draft.parent else ""

    def late(self, draft: Draft) -> bool:
        return bool(draft["parent"]) and draft.parent is None

    def unlinked(self, draft: Draft) -> str:
        if not self.late(draft):
            return ""
        text = draft["parent"][:60]
        words = _("The company “%(text)s” is not there. Put its row above this one.", text=text)
        return str(words)

    def names(self, draft: Draft) -> list[str]:
        own = [*names_of(draft["name"] or ""), *(f"~{one}" for one in _domains(draft))]
        return [*own, *names_of(draft["parent"] or "")]

    def follow(self, draft: Draft, holder: Holder) -> None:
        held = (holder(key) for key in (names_of(draft["parent"]) if self.late(draft) else ()))
        found = next((one for one in held if one and one.mark), None)
        if found is not None:
            draft.parent, draft.parent_mark = draft["parent"], found.mark

    def leaves(self, draft: Draft, then: Mapping[str, Any], mark: str) -> dict[str, Held]:
        number = draft.found.id if draft.found is not None else None
        names = [*names_of(then["name"]), *(f"~{one}" for one in then["domain"])]
        found = dict.fromkeys(names, Held(mark, number))
        if draft.parent_mark and then.get("parent") == _parent(draft):
            found[f"^{mark}"] = Held(draft.parent_mark, getattr(draft.parent, "id", None))
        return found

    def refuse_circle(self, draft: Draft, keys: Set[str], holder: Holder) -> None:
        at = Held(draft.parent_mark, getattr(draft.parent, "id", None))
        passed = set[str]()
        while "parent" in keys and at.mark and at.mark not in passed:
            if at.mark == draft.mark:
                parent = getattr(draft.parent, "name", draft["parent"])
                raise actions.circle(parent, getattr(draft.found, "name", draft["name"]))
            passed.add(at.mark)
            at = holder(f"^{at.mark}") or _above(at.record_id)

    def fault(self, draft: Draft) -> str:
        return "" if draft["name"] else _("No name stands in this row.")

    def create(self, draft: Draft, by: User) -> Company:
        return self.create_many([draft], (), by)[0]

    def create_many(self, drafts: Sequence[Draft], tags: Sequence[str], by: User) -> list[Company]:
        return create_many([_seed(draft) for draft in drafts], by=by)

    def keys_held(self, draft: Draft, values: Mapping[str, Any], match: str) -> list[str]:
        if match == "domain":
            return list(values.get("domain") or ())
        return self.keys_of(draft, match) if values else []

    def own_taken(self, key: str) -> Refused:
        return actions.taken(key)

    def snapshot(self, row: Company, by: User) -> dict[str, Any]:
        return {
            "name": row.name,
            **{key: getattr(row, key) for key in PLAIN},
            "domain": [one.domain for one in row.domains],
            "parent": row.parent_id,
            "owner": row.owner_id,
            **field_queries.values_of(row),
        }

    def blank(self, by: User) -> dict[str, Any]:
        texts = dict.fromkeys(("name", *PLAIN, "parent", "owner"))
        return {**texts, "domain": [], **defaults_of("company")}

    def plain(self, draft: Draft) -> dict[str, Any]:
        return {
            **{key: draft[key] for key in ("name", *PLAIN) if draft[key]},
            "domain": _domains(draft),
            "parent": _parent(draft),
            "owner": draft["owner"],
            **custom_of(draft),
        }

    def change(self, draft: Draft, changes: Mapping[str, Any], by: User) -> None:
        then = {key: pair[1] for key, pair in changes.items() if not key.startswith("cf_")}
        if "owner" in then:
            then["owner_id"] = then.pop("owner")
        if "parent" in then:
            then["parent_id"] = then.pop("parent")
        if "domain" in then:
            then["domains"] = then.pop("domain")
        actions.change(draft.found, then, by=by)
        set_custom(draft.found, changes, by)


def _seed(draft: Draft) -> Seed:
    facts = {"owner_id": draft.owner, **{key: draft[key] for key in PLAIN if draft[key]}}
    parent = draft.parent.id if isinstance(draft.parent, Company) else None
    return Seed(draft["name"], _domains(draft), custom_of(draft), facts, parent)


def _parent(draft: Draft) -> int | str | None:
    """The parent as `snapshot` writes it; of one that the file brings, what the row calls it."""
    return draft.parent.id if isinstance(draft.parent, Company) else draft.parent


def _above(number: int | None) -> Held:
    """The parent that a company has now."""
    company = db.session.get(Company, number) if number else None
    above = company.parent_id if company else None
    return Held(mark_of_record(above), above) if above else Held("")


def _domains(draft: Draft) -> list[str]:
    """The registrable domains of a row; public mail domains belong to nobody."""
    found = [registrable_domain(text) for text in draft["domain"] or ()]
    return [one for one in dict.fromkeys(found) if one and not is_public_domain(one)]
