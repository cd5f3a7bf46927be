"""The list of whom not to write to, as those who look after mail read it: hashes, no addresses."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from crm.contacts.rules import canonical_email
from crm.core import keyset, signing
from crm.core.db import db
from crm.mail.models import Suppression

PAGE = 50
# What somebody said for themselves is taken back by them alone.
THEIRS = ("unsubscribed", "erased", "complained")
REASONS = {
    "unsubscribed": _l("Unsubscribed"),
    "erased": _l("Asked to be deleted"),
    "complained": _l("Reported our mail as unwanted"),
    "bounced": _l("The mailbox does not exist"),
}
SOURCES = {
    "one_click": _l("the button of their mailbox"),
    "link": _l("the link in a mail"),
    "preferences": _l("what they chose to get"),
    "erasure": _l("an erasure by one of us"),
    "data page": _l("the page about their own data"),
    "staff": _l("one of us, by hand"),
}
SCOPES = {"marketing": _l("Mails about offers"), "all": _l("Every mail")}


def is_theirs(row: Suppression) -> bool:
    """Whether its person said it: what one of us typed is ours, whatever words it uses."""
    return row.source != "staff" and row.reason in THEIRS


def listed(
    *, is_lifted: bool = False, address: str = "", before: str | None = None
) -> Sequence[Suppression]:
    """The newest first, one more than a page; `address` finds its own rows by their hashes."""
    found = select(Suppression)
    if address:
        found = found.where(Suppression.address_hash.in_(hashes_of(address)))
    else:
        lifted = Suppression.lifted_at.is_not(None)
        found = found.where(lifted if is_lifted else ~lifted)
    place = keyset.unpack(before, int)
    if place:
        found = found.where(Suppression.id < place[0])
    return db.session.scalars(found.order_by(Suppression.id.desc()).limit(PAGE + 1)).all()


def hashes_of(address: str) -> list[str]:
    """Under which hashes an address may stand; none for what is no address."""
    try:
        return signing.keyed_hashes("address", canonical_email(address))
    except ValueError:
        return []


def suppression(number: int) -> Suppression | None:
    """One row of the list."""
    return db.session.get(Suppression, number)
