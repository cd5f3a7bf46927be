"""Many companies at once: those of a file, and those that the people of a file work for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from crm.accounts.models import User
from crm.accounts.queries import may_see, visible
from crm.activities import actions as activities
from crm.companies import actions
from crm.companies.models import Company, CompanyDomain
from crm.companies.rules import fold, is_public_domain, registrable_domain
from crm.core.db import db, numbered
from crm.fields import actions as fields


@dataclass(frozen=True)
class Seed:
    """A company to be added. `custom` are plain values by key, `facts` further columns."""

    name: str
    domains: Sequence[str] = ()
    custom: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    parent_id: int | None = None


def create_many(seeds: Sequence[Seed], *, by: User) -> list[Company]:
    """Add companies with all that is said of them, in the order of `seeds`.

    Raises Refused where a domain or a unique value is taken: none is added then.
    """
    made = [_unwritten(seed, by) for seed in seeds]
    actions.refuse_taken([row.domain for company in made for row in company.domains])
    _write([(row, seed.custom) for row, seed in zip(made, seeds, strict=True)], by)
    return made


class Firms:
    """The companies that people of a file work for: asked for once, made once.

    `names` are all that the file says, `domains` the mail domains of its people.
    """

    def __init__(self, by: User, names: Iterable[str], domains: Iterable[str]) -> None:
        self.by = by
        self.made: list[Company] = []
        self.by_key = self._by_key({key_of(name) for name in names if name.strip()})
        self.by_domain = self._by_domain(set(own_domains(domains)))

    def of(self, name: str, domains: Sequence[str], **common: int | None) -> Company | None:
        """Somebody's company: the one of the name, else that of the mail domain.

        A new one takes the mail domains that are free; `common` are its further columns.
        """
        own = own_domains(domains)
        found = next((self.by_domain[one] for one in own if one in self.by_domain), None)
        seen = found if found is not None and may_see(self.by, found) else None
        if not name.strip() or (seen is not None and fold(seen.name) == fold(name)):
            return seen
        return self.by_key.get(key_of(name)) or self._make(name, own, **common)

    def write(self) -> None:
        """Write the new ones and tell of them."""
        _write([(company, {}) for company in self.made], self.by)

    def _make(self, name: str, domains: Sequence[str], **common: int | None) -> Company:
        free = [one for one in domains if one not in self.by_domain]
        made = actions.unwritten(name, by=self.by, **common)
        made.domains = [CompanyDomain(domain=one) for one in free]
        self.made.append(made)
        self.by_key[key_of(name)] = made
        self.by_domain |= dict.fromkeys(free, made)
        return made

    def _by_key(self, keys: set[str]) -> dict[str, Company]:
        rows = select(Company).where(
            Company.sort_name.in_(keys), Company.deleted_at.is_(None), visible(self.by, Company)
        )
        found = db.session.scalars(rows.order_by(Company.id.desc())) if keys else ()
        return {company.sort_name: company for company in found}

    @staticmethod
    def _by_domain(domains: set[str]) -> dict[str, Company]:
        rows = (
            select(CompanyDomain.domain, Company)
            .join(Company, Company.id == CompanyDomain.company_id)
            .where(CompanyDomain.domain.in_(domains), CompanyDomain.freed_at.is_(None))
        )
        return {domain: company for domain, company in db.session.execute(rows)} if domains else {}


def _unwritten(seed: Seed, by: User) -> Company:
    company = actions.unwritten(seed.name, by=by, **seed.facts)
    company.parent_id = seed.parent_id
    company.domains = [CompanyDomain(domain=one) for one in actions.typed_domains(seed.domains)]
    return company


def _write(pairs: Sequence[tuple[Company, Mapping[str, Any]]], by: User) -> None:
    made = [company for company, _custom in pairs]
    numbered(made)
    numbered([row for company in made for row in company.domains])
    db.session.add_all(made)
    db.session.flush()
    activities.record_all(
        [{"kind": "created", "company_id": company.id, "user_id": by.id} for company in made]
    )
    fields.set_first(pairs, by)


def key_of(name: str) -> str:
    """By what companies of one name are told: as `sort_name` is kept."""
    return fold(name)[: actions.SORT_LENGTH]


def own_domains(domains: Iterable[str]) -> list[str]:
    """The registrable ones, each once; those of mail providers are nobody's own."""
    keys = dict.fromkeys(registrable_domain(one) for one in domains)
    return [key for key in keys if key and not is_public_domain(key)]
