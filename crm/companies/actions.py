"""Every change to companies and the domains they are known by."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from crm.accounts.models import User
from crm.accounts.queries import first_team, home_team
from crm.accounts.rules import check_restorer
from crm.activities import actions as activities
from crm.activities.actions.changes import facts, tell_changes
from crm.companies import queries
from crm.companies.models import Company, CompanyDomain
from crm.companies.rules import fold, is_public_domain, name_of_domain, registrable_domain
from crm.core import clock
from crm.core.db import db
from crm.core.refusal import Refused
from crm.core.versions import merged
from crm.fields import actions as fields
from crm.fields import queries as field_queries
from crm.fields.naming import Several, looked_up

SORT_LENGTH = 60
PLAIN_FIELDS = ("phone", "website", "street", "postcode", "city", "country", "size", "owner_id")
FIELDS = ("name", "domains", *PLAIN_FIELDS)


def create(
    name: str,
    *,
    domains: Sequence[str] = (),
    owner_id: int | None = None,
    team_id: int | None = None,
    by: User | None = None,
    custom: dict[str, Any] | None = None,
    parent: str = "",
    **facts: Any,
) -> Company:
    """Add a company; refuses a domain that another company has or that belongs to everybody.

    `custom` are plain values of custom fields by key, `parent` is the name of a company that `by`
    sees.
    """
    company = unwritten(name, owner_id=owner_id, team_id=team_id, by=by, **facts)
    company.domains = [CompanyDomain(domain=one) for one in clean_domains(domains, None)]
    if parent and by is not None:
        company.parent_id = _parent_named(company, parent, by)
    db.session.add(company)
    db.session.flush()
    _tell(company, "created", by)
    fields.fill_defaults(company)
    fields.set_values(company, custom or {}, by)
    return company


def unwritten(
    name: str,
    *,
    owner_id: int | None = None,
    team_id: int | None = None,
    by: User | None = None,
    **facts: Any,
) -> Company:
    """A new company without domains that is not in the session yet. Refuses an empty name."""
    now = clock.now()
    return Company(
        name=_name(name),
        sort_name=fold(name)[:SORT_LENGTH],
        owner_id=owner_id,
        team_id=home_team(owner_id, first_team(by)) if team_id is None else team_id,
        created_at=now,
        updated_at=now,
        domains=[],
        field_values=[],
        **{key: value or None for key, value in facts.items() if key in PLAIN_FIELDS},
    )


def find_or_create_by_domain(
    domain: str,
    *,
    name: str | None = None,
    team_id: int | None = None,
    owner_id: int | None = None,
) -> Company | None:
    """The company of a mail domain, made if need be; None for a public domain without a name.

    Two processes that make the same company end with one: the second finds the first's.
    """
    key = registrable_domain(domain)
    if key is None or is_public_domain(key):
        return create(name, team_id=team_id, owner_id=owner_id) if name else None
    found = queries.by_domain(key)
    if found is not None:
        return found
    title = name or name_of_domain(key)
    try:
        with db.session.begin_nested():
            return create(title, domains=[key], team_id=team_id, owner_id=owner_id)
    except (IntegrityError, Refused):
        return queries.by_domain(key)


def change(
    company: Company,
    values: dict[str, Any],
    *,
    by: User,
    version: int | None = None,
    base: dict[str, Any] | None = None,
) -> Company:
    """Save `values` (any of FIELDS) over the version the person saw.

    `parent_id` is taken in the place of a parent's name. Where others changed it meanwhile: fields
    only one side touched are merged; a field both touched raises Conflict with (theirs, mine).
    `base` holds what the person's form began with.
    """
    if version is not None and version != company.version:
        values = merged(snapshot(company, by), values, base or {})
    before = facts(company, ("name", "parent_id", *PLAIN_FIELDS))
    if "name" in values:
        company.name = _name(values["name"])
        company.sort_name = fold(company.name)[:SORT_LENGTH]
    if "domains" in values:
        _set_domains(company, clean_domains(values["domains"], company.id))
    if "parent" in values:
        company.parent_id = _parent_named(company, values["parent"] or "", by)
    if "parent_id" in values:
        company.parent_id = _parent_of(company, values["parent_id"])
    for field in PLAIN_FIELDS:
        if field in values:
            setattr(company, field, values[field] or None)
    if "owner_id" in values:
        company.team_id = home_team(company.owner_id, company.team_id)
    fields.set_values(company, field_queries.only_custom(values), by)
    company.updated_at = clock.now()
    tell_changes(company, before, by)
    return company


def claim(company: Company, by: User) -> Company:
    """Take a company that nobody has. Raises Refused when somebody was faster."""
    if company.owner_id is not None:
        raise Refused(_("Somebody has this already."))
    return change(company, {"owner_id": by.id}, by=by)


def snapshot(company: Company, viewer: User) -> dict[str, Any]:
    """The fields of `change` as `viewer` sees them, comparable with what a form began with."""
    found: dict[str, Any] = {field: getattr(company, field) for field in PLAIN_FIELDS}
    parent = queries.company_for(viewer, company.parent_id)
    found["parent"] = parent.name if parent else ""
    found["name"] = company.name
    found["domains"] = [row.domain for row in company.domains]
    return found | field_queries.values_of(company, viewer)


def delete(company: Company, by: User) -> None:
    """Put a company into the trash; its people stay, its domains become free."""
    now = clock.now()
    company.deleted_at, company.deleted_by_id, company.updated_at = now, by.id, now
    for row in company.domains:
        row.freed_at = now
    fields.free(company)


def restore(company: Company, by: User) -> list[str]:
    """Take a company out of the trash; gives the domains that somebody else has by now."""
    check_restorer(company, by)
    if company.merged_into_id:
        raise Refused(_("It was merged into another company. Undo that in the history."))
    lost = {row.domain for row in queries.taken_domains([d.domain for d in company.domains])}
    for row in list(company.domains):
        if row.domain in lost:
            company.domains.remove(row)
        else:
            row.freed_at = None
    company.deleted_at = company.deleted_by_id = None
    company.updated_at = clock.now()
    return sorted(lost) + fields.claim(company)


def _parent_named(company: Company, name: str, by: User) -> int | None:
    """The company of this name; an empty one lets go of what the person sees, nothing else."""
    now = queries.company_for(by, company.parent_id)
    if not name.strip():
        return None if now else company.parent_id
    if now and fold(now.name) == fold(name):
        return now.id
    try:
        found = looked_up(by, "company", name)
    except Several as several:
        raise Refused(str(several), "parent") from None
    if found is None:
        raise Refused(_("There is no company “%(name)s”. Add it first.", name=name), "parent")
    return _parent_of(company, found.id)


def _parent_of(company: Company, number: int | None) -> int | None:
    """The number of a parent. Raises Refused for one that belongs to the company itself."""
    found = db.session.get(Company, number) if number else None
    if found is not None and company.id is not None and company.id in queries.line_of(found):
        raise circle(found.name, company.name)
    return found.id if found else None


def circle(parent: str, name: str) -> Refused:
    """The refusal of a parent that belongs to the company itself."""
    words = _("%(parent)s belongs to %(name)s itself, directly or not.", parent=parent, name=name)
    return Refused(words, "parent")


def _name(name: str) -> str:
    clean = " ".join(name.split())[:200]
    if not clean:
        raise Refused(_("Give the company a name."), field="name")
    return clean


def clean_domains(domains: Iterable[str], company_id: int | None = None) -> list[str]:
    """The registrable domains of what was typed; refuses one that another company has."""
    clean = typed_domains(domains)
    refuse_taken(clean, company_id)
    return clean


def typed_domains(domains: Iterable[str]) -> list[str]:
    """The registrable domains of what was typed, each once. Raises Refused for other texts."""
    clean: list[str] = []
    for text in domains:
        key = registrable_domain(text)
        if key is None:
            raise Refused(
                _("“%(text)s” is not a domain such as example.com.", text=text), field="domains"
            )
        if is_public_domain(key):
            raise Refused(
                _("%(key)s belongs to a mail provider, not to one company. Leave it out.", key=key),
                field="domains",
            )
        if key not in clean:
            clean.append(key)
    return clean


def refuse_taken(domains: list[str], company_id: int | None = None) -> None:
    """Refuse domains of which another company has one, or that stand among them twice."""
    others = [row.domain for row in queries.taken_domains(domains, apart_from=company_id)]
    others += [one for one, times in Counter(domains).items() if times > 1]
    if others:
        raise taken(others[0])


def taken(domain: str) -> Refused:
    """The refusal of a domain that another company has."""
    words = _(
        "%(domain)s already belongs to another company. A domain has one company.", domain=domain
    )
    return Refused(words, field="domains")


def _set_domains(company: Company, domains: list[str]) -> None:
    kept = {row.domain: row for row in company.domains}
    for row in list(company.domains):
        if row.domain not in domains:
            company.domains.remove(row)
    for domain in domains:
        if domain not in kept:
            company.domains.append(CompanyDomain(domain=domain))
    db.session.flush()


def _tell(company: Company, kind: str, by: User | None) -> None:
    activities.record(
        kind,
        company_id=company.id,
        actor="user" if by else "rule",
        user_id=by.id if by else None,
    )
