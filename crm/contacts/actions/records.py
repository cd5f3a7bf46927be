"""Contacts themselves: adding, filling, changing, giving away."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from crm.accounts.models import User
from crm.accounts.queries import first_team, home_team, may_see
from crm.activities import actions as activities
from crm.activities.actions.changes import facts, tell_changes
from crm.companies import actions as company_actions
from crm.companies import queries as companies
from crm.companies.rules import is_public_domain, registrable_domain
from crm.contacts import queries
from crm.contacts.actions import ways
from crm.contacts.actions.tags import set_tags, tag_all
from crm.contacts.actions.ways import Way
from crm.contacts.models import Contact
from crm.contacts.rules import canonical_email, fold, split_name
from crm.core import clock
from crm.core.db import guarded
from crm.core.inserts import hung_on, insert_whole, new
from crm.core.refusal import Conflict, Refused
from crm.core.versions import merged
from crm.fields import actions as fields
from crm.fields import queries as field_queries
from crm.fields.naming import meant_or_new

SORT_LENGTH = 60
PLAIN_FIELDS = ("job_title", "locale", "timezone")


def create(
    *,
    name: str,
    emails: Sequence[str | Way] = (),
    phones: Sequence[str | Way] = (),
    company_id: int | None = None,
    job_title: str | None = None,
    owner_id: int | None = None,
    team_id: int | None = None,
    source: str = "",
    locale: str | None = None,
    timezone: str | None = None,
    by: User | None = None,
    lifecycle: str = "captured",
    tags: Sequence[str] = (),
    set_by: str = "user",
    facts: Mapping[str, Any] | None = None,
    has_looked: bool = False,
) -> Contact:
    """Add a contact. Where an address belongs to somebody already, that contact comes back.

    So two processes that take in the same person end with one contact. Without a company the
    mail domain links one that is known. `facts` are further columns that are known at once;
    `has_looked`: the addresses are free by a look in this transaction. Raises ValueError for an
    address that is none.
    """
    team_id = home_team(owner_id, first_team(by)) if team_id is None else team_id
    known = {
        "job_title": job_title or None,
        "owner_id": owner_id,
        "locale": locale or None,
        "timezone": timezone or None,
    }
    contact = blank(name, team_id, source, lifecycle, **(known | dict(facts or {})))
    mails, numbers = ways.email_rows(emails), ways.phone_rows(phones)
    # None of them is left out, so that nobody has to ask the database.
    hung_on(contact, emails=mails, phones=numbers, taggings=[], field_values=[])
    tag_all(contact, tags, set_by=set_by, by=by)
    contact.company_id = company_id or _company_of(contact, by)
    try:
        with guarded(has_looked=has_looked) as savepoint:
            insert_whole(contact)
    except IntegrityError:
        if savepoint is None:
            raise _taken() from None  # all of it is undone
        return _who_was_first(mails)
    if by is None:
        activities.note_rule("created", contact_id=contact.id, details={"source": source})
    else:
        activities.record(
            "created", contact_id=contact.id, user_id=by.id, details={"source": source}
        )
    fields.fill_defaults(contact)
    return contact


def check_free(emails: Sequence[Way | str], taken: Collection[str] | None = None) -> None:
    """Refuse addresses of which somebody has one already: `taken` ones, where that is known."""
    for text in (way.text if isinstance(way, Way) else way for way in emails):
        found = queries.by_email(text) if taken is None else None
        if (found and found[1] == "email") or (taken and canonical_email(text) in taken):
            raise Refused(
                _("%(address)s already belongs to another contact.", address=text.strip()),
                field="emails",
            )


def enter(
    *,
    by: User,
    tags: Sequence[str] = (),
    company: str = "",
    custom: dict[str, Any] | None = None,
    are_free: bool = False,
    **values: Any,
) -> Contact:
    """Add a contact that a person typed; refuses an address that somebody has already.

    `company` is a name: the company of that name, made if there is none. `custom` are plain
    values of custom fields by key. `are_free`: `check_free` said so in this transaction.
    """
    if not are_free:
        check_free(values.get("emails", ()))
    try:
        source = values.pop("source", "") or "by hand"
        contact = create(by=by, source=source, has_looked=True, **values)
    except ValueError as error:
        raise Refused(str(error), field="emails") from None
    if company:
        contact.company_id = _company_named(contact, company, by)
    set_tags(contact, tags, by)
    fields.set_values(contact, custom or {}, by)
    return contact


def fill_empty(
    contact: Contact,
    *,
    name: str | None = None,
    phone: str | None = None,
    company_id: int | None = None,
    job_title: str | None = None,
    locale: str | None = None,
) -> None:
    """Fill what is not known yet; what a person entered stays (spec leads 3.3)."""
    if name and _is_only_mail(contact):
        _set_name(contact, name)
    if phone and not contact.phones:
        ways.add_phone(contact, phone)
    contact.company_id = contact.company_id or company_id
    contact.job_title = contact.job_title or job_title or None
    contact.locale = contact.locale or locale or None
    contact.updated_at = clock.now()


def change(
    contact: Contact,
    values: dict[str, Any],
    *,
    by: User,
    version: int | None = None,
    base: dict[str, Any] | None = None,
    field: str | None = None,
) -> Contact:
    """Save `values` (keys of `snapshot`) over the version the person saw.

    Where others changed it meanwhile: fields that only one side touched are merged; one that
    both touched raises Conflict with (theirs, mine). `base` is what the person's form began with,
    `field` the input a refusal belongs to where the form has but one.
    """
    try:
        return _change(contact, values, by, version, base or {})
    except Conflict:
        raise
    except Refused as refusal:
        raise Refused(refusal.message, field or refusal.field) from None


def _change(
    contact: Contact,
    values: dict[str, Any],
    by: User,
    version: int | None,
    base: dict[str, Any],
) -> Contact:
    if version is not None and version != contact.version:
        values = merged(snapshot(contact, by), values, base)
    before = facts(contact, ("name", "company_id", *PLAIN_FIELDS))
    if "name" in values:
        _set_name(contact, values["name"])
    for name in PLAIN_FIELDS:
        if name in values:
            setattr(contact, name, values[name] or None)
    if "company" in values:
        contact.company_id = _company_named(contact, values["company"], by)
    if "emails" in values:
        ways.replace_emails(contact, [Way(*entry) for entry in values["emails"]])
    if "phones" in values:
        ways.replace_phones(contact, [Way(*entry) for entry in values["phones"]])
    if "tags" in values:
        set_tags(contact, values["tags"], by)
    fields.set_values(contact, field_queries.only_custom(values), by)
    contact.updated_at = clock.now()
    tell_changes(contact, before, by)
    return contact


def snapshot(contact: Contact, viewer: User) -> dict[str, Any]:
    """The fields of `change` as `viewer` may see them now, as plain values that JSON can hold."""
    company = queries.company_seen(viewer, contact)
    found: dict[str, Any] = {field: getattr(contact, field) for field in PLAIN_FIELDS}
    found["name"] = contact.name
    found["company"] = company.name if company else ""
    found["emails"] = [[row.address, row.kind, row.is_primary] for row in contact.emails]
    found["phones"] = [[row.raw, row.kind, row.is_primary] for row in contact.phones]
    found["tags"] = [tag.name for tag in contact.tags]
    return found | field_queries.values_of(contact, viewer)


def set_owner(contact: Contact, user: User | None, by: User | None) -> None:
    """Make `user` the owner; the contact moves to their team where they are not of its team."""
    contact.owner_id = user.id if user else None
    contact.team_id = home_team(contact.owner_id, contact.team_id)
    contact.updated_at = clock.now()


def blank(name: str, team_id: int | None, source: str, lifecycle: str, **facts: Any) -> Contact:
    now = clock.now()
    begun = {
        "team_id": team_id,
        "lifecycle": lifecycle,
        "lifecycle_at": now,
        "source": source,
        "created_at": now,
        "updated_at": now,
    }
    return new(Contact, **(_named(name) | begun | facts))


def _set_name(contact: Contact, name: str) -> None:
    for column, text in _named(name).items():
        setattr(contact, column, text)


def _named(name: str) -> dict[str, str]:
    clean = " ".join(name.split())[:200]
    if not clean:
        raise Refused(_("Give the contact a name."), field="name")
    first, last = split_name(clean)
    sort_name = fold(clean)[:SORT_LENGTH]
    return {"name": clean, "first_name": first, "last_name": last, "sort_name": sort_name}


def _is_only_mail(contact: Contact) -> bool:
    return any(contact.name.lower() == row.address.lower() for row in contact.emails)


def _company_named(contact: Contact, name: str, by: User) -> int | None:
    """The company a person typed; a new one takes the contact's mail domain if it is free."""
    seen = queries.company_seen(by, contact)
    if not name.strip():
        # An empty field clears what it showed, never a company that was kept from this person.
        return None if seen else contact.company_id
    if seen and fold(seen.name) == fold(name):
        return contact.company_id
    try:
        found = meant_or_new(by, "company", name)
    except ValueError as error:
        raise Refused(str(error), "company") from None
    if found is not None:
        return int(found.id)
    keys = [registrable_domain(row.domain) for row in contact.emails]
    free = [key for key in keys if key and not is_public_domain(key)]
    taken = {row.domain for row in companies.taken_domains(free)}
    made = company_actions.create(
        name,
        domains=[key for key in dict.fromkeys(free) if key not in taken],
        owner_id=contact.owner_id,
        team_id=contact.team_id,
        by=by,
    )
    return made.id


def _company_of(contact: Contact, by: User | None) -> int | None:
    """The company of the mail domain; a person links only one that they may see."""
    for row in contact.emails:
        key = registrable_domain(row.domain)
        if key and not is_public_domain(key):
            found = companies.holder_of(key)
            if found and (by is None or may_see(by, found)):
                return int(found.id)
    return None


def _who_was_first(rows: Sequence[Any]) -> Contact:
    for row in rows:
        found = queries.by_email(row.address)
        if found is not None:
            return found[0]
    raise _taken()


def _taken() -> Refused:
    return Refused(_("Somebody else has one of these addresses."), field="emails")
