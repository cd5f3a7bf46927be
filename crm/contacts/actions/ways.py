"""How to reach a contact: adding and replacing addresses and numbers."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from crm.accounts.queries import workspace
from crm.contacts import queries
from crm.contacts.models import Contact, ContactEmail, ContactPhone
from crm.contacts.rules import canonical_email, digits, domain_of, mailbox_key, parse_phone
from crm.core import clock
from crm.core.db import db
from crm.core.inserts import new
from crm.core.refusal import Refused

KINDS = ("work", "private", "mobile", "other")
STATES = {ContactEmail: ("valid", "bounced", "opted_out"), ContactPhone: ("valid", "do_not_call")}


@dataclass(frozen=True)
class Way:
    """An address or number as typed, its kind, and whether it is the first to use."""

    text: str
    kind: str = "work"
    is_primary: bool = False


def add_email(contact: Contact, address: str) -> ContactEmail | None:
    """Add an address; None if it belongs to somebody else. Has it already: that row.

    Raises ValueError if it is no address. The first one becomes the primary.
    """
    canonical = canonical_email(address)
    for row in contact.emails:
        if row.canonical == canonical:
            return row
    try:
        with db.session.begin_nested():
            added = email_row(Way(address, is_primary=not contact.emails))
            contact.emails.append(added)
            db.session.flush()
    except IntegrityError:
        db.session.refresh(contact, ["emails"])
        return None
    return added


def add_phone(contact: Contact, raw: str, country: str | None = None) -> ContactPhone | None:
    """Add a number unless the contact has it; the first becomes the primary."""
    row = phone_row(Way(raw, is_primary=not contact.phones), country)
    if row is None:
        return None
    for known in contact.phones:
        if (known.e164 or known.digits) == (row.e164 or row.digits):
            return known
    contact.phones.append(row)
    db.session.flush()
    return row


def replace_emails(contact: Contact, ways: Sequence[Way]) -> None:
    """Make `ways` the addresses of the contact; raises Refused at the field `emails`."""
    wanted = _wanted_emails(contact, ways)
    kept = {row.canonical: row for row in contact.emails}
    for row in list(contact.emails):
        if row.canonical not in wanted:
            contact.emails.remove(row)
    db.session.flush()
    for canonical, way in wanted.items():
        known = kept.get(canonical)
        if known is None:
            contact.emails.append(email_row(way))
        else:
            known.address, known.kind = way.text.strip().lower(), way.kind
            known.is_primary = way.is_primary
    try:
        with db.session.begin_nested():
            db.session.flush()
    except IntegrityError:
        raise Refused(
            _("Somebody else was given one of these addresses just now."), field="emails"
        ) from None


def replace_phones(contact: Contact, ways: Sequence[Way]) -> None:
    """Make `ways` the numbers of the contact."""
    kept = {row.raw: row for row in contact.phones}
    rows = []
    for way in one_primary([way for way in ways if way.text.strip()]):
        row = kept.pop(way.text.strip(), None) or phone_row(way)
        if row is not None:
            row.kind, row.is_primary = way.kind, way.is_primary
            rows.append(row)
    contact.phones = rows
    db.session.flush()


def mark_way(contact: Contact, row: ContactEmail | ContactPhone, state: str, reason: str) -> None:
    """Say how an address or number stands, and why; raises Refused at `state` or `reason`.

    Sequences write to valid addresses only, and no number that is not to be called is offered.
    """
    if state not in STATES[type(row)]:
        raise Refused(_("Choose one of the states."), field="state")
    if not reason.strip():
        raise Refused(_("Say why, for those who come after you."), field="reason")
    row.state, row.state_reason = state, reason.strip()
    if isinstance(row, ContactEmail):
        row.state_at = clock.now()
    contact.updated_at = clock.now()


def email_rows(emails: Sequence[str | Way]) -> list[ContactEmail]:
    """Rows for addresses, each once, exactly one of them the primary."""
    found = [Way(email) if isinstance(email, str) else email for email in emails]
    rows: dict[str, ContactEmail] = {}
    for way in one_primary([way for way in found if way.text.strip()]):
        row = email_row(way)
        rows.setdefault(row.canonical, row)
    return list(rows.values())


def phone_rows(phones: Sequence[str | Way]) -> list[ContactPhone]:
    """Rows for numbers, exactly one of them the primary; what has no digit is left out."""
    found = [Way(phone) if isinstance(phone, str) else phone for phone in phones]
    rows = [phone_row(way) for way in one_primary([way for way in found if digits(way.text)])]
    return [row for row in rows if row is not None]


def email_row(way: Way) -> ContactEmail:
    """The row of an address; raises ValueError if it is none."""
    canonical = canonical_email(way.text)
    return new(
        ContactEmail,
        address=way.text.strip().lower(),
        canonical=canonical,
        mailbox_key=mailbox_key(canonical),
        domain=domain_of(canonical),
        kind=way.kind if way.kind in KINDS else "other",
        is_primary=way.is_primary,
    )


def phone_row(way: Way, country: str | None = None) -> ContactPhone | None:
    """The row of a number, read as dialled in `country` or at home; None without any digit."""
    house = workspace()
    e164 = parse_phone(way.text, country or (house.country if house else ""))
    plain = digits(e164 or way.text)
    if not plain:
        return None
    return ContactPhone(
        raw=way.text.strip()[:60],
        e164=e164,
        digits=plain[:40],
        kind=way.kind if way.kind in KINDS else "other",
        is_primary=way.is_primary,
    )


def _wanted_emails(contact: Contact, ways: Sequence[Way]) -> dict[str, Way]:
    wanted: dict[str, Way] = {}
    for way in one_primary([way for way in ways if way.text.strip()]):
        try:
            canonical = canonical_email(way.text)
        except ValueError as error:
            raise Refused(str(error), field="emails") from None
        found = queries.by_email(way.text)
        if found and found[0].id != contact.id and found[1] == "email":
            raise taken(way.text.strip())
        wanted.setdefault(canonical, way)
    return wanted


def taken(address: str) -> Refused:
    """The refusal of an address that another contact has."""
    words = _("%(address)s already belongs to another contact.", address=address)
    return Refused(words, field="emails")


def one_primary(ways: Sequence[Way]) -> list[Way]:
    """The same ways with exactly one primary: the one marked, else the first."""
    chosen = next((place for place, way in enumerate(ways) if way.is_primary), 0)
    return [Way(way.text, way.kind, place == chosen) for place, way in enumerate(ways)]
