"""Contacts and companies that the rows of a file name: asked for once for all of them."""

import re
from collections.abc import Iterable, Sequence

from sqlalchemy import or_, select

from crm.accounts.models import User
from crm.accounts.queries import may_see, visible
from crm.companies.models import Company, CompanyDomain
from crm.companies.rules import registrable_domain
from crm.contacts.models import Contact, ContactEmail
from crm.contacts.rules import canonical_email, mailbox_key
from crm.core.db import db
from crm.core.folding import fold
from crm.transfer.drafts import Draft

NUMBER = re.compile(r"#\d{1,15}")
NAME = 60  # as much of a name as `sort_name` keeps


def link(drafts: Sequence[Draft], by: User) -> None:
    """Set `links` of each draft: the contact and the company it names, where `by` sees just one.

    A contact is named by an address (leads 3.2) or by a name that nobody else has, a company by
    its name or a domain.
    """
    texts = {draft["contact"] for draft in drafts if draft["contact"]}
    addressed = _by_address([text for text in texts if "@" in text], by)
    named = _by_name([text for text in texts if text not in addressed], by)
    firms = _firms({draft["company"] for draft in drafts if draft["company"]}, by)
    for draft in drafts:
        contact = addressed.get(draft["contact"]) or named.get(_key(draft["contact"]))
        draft.links = {"contact": contact, "company": firms.get(_key(draft["company"]))}


def parents(texts: Iterable[str], by: User) -> dict[str, Company]:
    """Companies that `by` sees by what rows call them: a name, a domain, or "#12", the number."""
    said = {text for text in texts if text}
    numbers = {text: int(text[1:]) for text in said if NUMBER.fullmatch(text)}
    rows = select(Company).where(
        Company.id.in_(numbers.values()), Company.deleted_at.is_(None), visible(by, Company)
    )
    by_number = {row.id: row for row in db.session.scalars(rows)} if numbers else {}
    firms = _firms(said - numbers.keys(), by)
    found = {text: firms.get(_key(text)) for text in said - numbers.keys()}
    found |= {text: by_number.get(number) for text, number in numbers.items()}
    return {text: one for text, one in found.items() if one is not None}


def names_of(text: str) -> list[str]:
    """By what a company of the file is found that a later row calls so."""
    domain = registrable_domain(text) if "." in text else None
    return [*([f"~{domain}"] if domain else []), f"~{_key(text)}"]


def _key(text: str | None) -> str:
    return fold(text or "")[:NAME]


def _by_address(texts: Iterable[str], by: User) -> dict[str, Contact]:
    keys = {}
    for text in texts:
        try:
            keys[text] = canonical_email(text)
        except ValueError:
            continue  # no address after all: perhaps a name
    mailboxes = {mailbox_key(one) for one in keys.values()}
    rows = (
        db.session.execute(
            select(Contact, ContactEmail.canonical, ContactEmail.mailbox_key)
            .join(ContactEmail, ContactEmail.contact_id == Contact.id)
            .where(
                or_(
                    ContactEmail.canonical.in_(set(keys.values())),
                    ContactEmail.mailbox_key.in_(mailboxes),
                ),
                ContactEmail.freed_at.is_(None),
                Contact.deleted_at.is_(None),
            )
            .order_by(Contact.id.desc())
        ).all()
        if keys
        else []
    )
    same = {row.canonical: row.Contact for row in rows}
    near = {row.mailbox_key: row.Contact for row in rows}
    found = {text: same.get(one) or near.get(mailbox_key(one)) for text, one in keys.items()}
    return {text: one for text, one in found.items() if one is not None and may_see(by, one)}


def _by_name(texts: Iterable[str], by: User) -> dict[str, Contact]:
    """Those that only one contact has."""
    names = {_key(text) for text in texts}
    rows = select(Contact).where(
        Contact.sort_name.in_(names), Contact.deleted_at.is_(None), visible(by, Contact)
    )
    alike: dict[str, list[Contact]] = {}
    for contact in db.session.scalars(rows) if names else ():
        alike.setdefault(contact.sort_name, []).append(contact)
    return {name: found[0] for name, found in alike.items() if len(found) == 1}


def _firms(texts: Iterable[str], by: User) -> dict[str, Company]:
    texts = {*texts}
    return _by_domain(texts, by) | _by_company_name(texts, by)


def _by_domain(texts: Iterable[str], by: User) -> dict[str, Company]:
    """Companies by what may be a domain of theirs."""
    known = {text: registrable_domain(text) for text in texts if "." in text}
    domains = {text: domain for text, domain in known.items() if domain}
    if not domains:
        return {}
    rows = db.session.execute(
        select(CompanyDomain.domain, Company)
        .join(Company, Company.id == CompanyDomain.company_id)
        .where(
            CompanyDomain.domain.in_(set(domains.values())),
            CompanyDomain.freed_at.is_(None),
            Company.deleted_at.is_(None),
            visible(by, Company),
        )
    )
    found: dict[str, Company] = dict(row._tuple() for row in rows)
    return {_key(text): found[domain] for text, domain in domains.items() if domain in found}


def _by_company_name(texts: Iterable[str], by: User) -> dict[str, Company]:
    names = {_key(text) for text in texts}
    rows = select(Company).where(
        Company.sort_name.in_(names), Company.deleted_at.is_(None), visible(by, Company)
    )
    found = db.session.scalars(rows.order_by(Company.id.desc())) if names else ()
    return {company.sort_name: company for company in found}
