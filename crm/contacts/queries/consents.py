"""What a contact agreed to: the newest word counts, and what waits for a click is none yet."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, or_, select
from sqlalchemy.orm import aliased

from crm.contacts.models import Consent
from crm.contacts.queries.people import by_email
from crm.contacts.rules import canonical_email
from crm.core import reading
from crm.core.db import db
from crm.core.ready import Ready

# A box left unticked says nothing: anybody may type a known address. No is said by a link of
# ours, by the person to one of us, or by the erasure of what they gave.
# What still waits for a click in a mail says nothing either.
UNTICKED = ("quiz", "form", "api")


def _said(row: Any) -> ColumnElement[bool]:
    return and_(row.state != "pending", or_(row.is_granted, row.source.not_in(UNTICKED)))


_SAID = _said(Consent)

CONSENTS = (
    select(*reading.columns(Consent), _SAID)
    .where(Consent.contact_id == bindparam("of_contact"))
    .order_by(Consent.id)
)
_ALL = Ready(CONSENTS)  # built once: every lead that comes in is asked for it


def counts() -> ColumnElement[bool]:
    """Of consents only the newest word on each purpose, for conditions of lists and segments."""
    later = aliased(Consent)
    newer = (
        select(later.id)
        .where(
            later.contact_id == Consent.contact_id,
            later.purpose == Consent.purpose,
            later.id > Consent.id,
            _said(later),
        )
        .correlate(Consent)
    )
    return and_(_SAID, ~newer.exists())


def counting(contact_id: int) -> list[Consent]:
    """The newest words of a contact, one a purpose."""
    return list(
        db.session.scalars(select(Consent).where(Consent.contact_id == contact_id, counts()))
    )


def has_consent(contact_id: int, purpose: str) -> bool:
    """Whether the newest word on a purpose is yes; nothing said is no."""
    newest = db.session.scalar(
        select(Consent.is_granted)
        .where(Consent.contact_id == contact_id, Consent.purpose == purpose, _SAID)
        .order_by(Consent.id.desc())
        .limit(1)
    )
    return bool(newest)


@dataclass(frozen=True)
class Consents:
    """How a contact stands on each purpose: what counts, and what waits for a click in a mail."""

    said: dict[str, Consent]
    asked: dict[str, Consent]

    def get(self, purpose: str) -> Consent | None:
        """The newest word on a purpose, else the box left unticked."""
        return self.said.get(purpose)


def consents_of(contact_id: int) -> Consents:
    """What counts for a contact on each purpose, and what waits to be confirmed."""
    return consents_from(reading.rows(_ALL, {"of_contact": contact_id}))


def consents_from(rows: Iterable[Sequence[Any]]) -> Consents:
    """What rows of CONSENTS come to."""
    said: dict[str, Consent] = {}
    asked: dict[str, Consent] = {}
    silent: dict[str, Consent] = {}
    read = [(reading.entity(Consent, row[:-1]), row[-1]) for row in rows]
    for row, is_word in sorted(read, key=lambda one: one[0].id):
        if is_word:
            said[row.purpose] = row
            asked.pop(row.purpose, None)
        elif row.state == "pending":
            asked[row.purpose] = row
        else:
            silent[row.purpose] = row
    return Consents(silent | said, asked)


_ON = Ready(
    select(Consent.is_granted, Consent.state, Consent.source)
    .where(Consent.contact_id == bindparam("of_contact"), Consent.purpose == bindparam("purpose"))
    .order_by(Consent.id)
)


def standing(contact_id: int, purpose: str) -> tuple[bool, bool]:
    """Whether the newest word on a purpose is yes, and whether a tick waits for its click."""
    return stands(reading.rows(_ON, {"of_contact": contact_id, "purpose": purpose}))


def stands(said: Iterable[tuple[bool, str, str]]) -> tuple[bool, bool]:
    """The same of all that was ever said: whether it was granted, its state and its source."""
    agrees = waits = False
    for is_granted, state, source in said:
        if state != "pending" and (is_granted or source not in UNTICKED):
            agrees, waits = is_granted, False
        elif state == "pending":
            waits = True
    return agrees, waits


def unconfirmed(contact_id: int, purpose: str) -> Consent | None:
    """The consent that waits for a click in a mail; None once anything was said after it."""
    rows = select(Consent).where(
        Consent.contact_id == contact_id,
        Consent.purpose == purpose,
        or_(Consent.state == "pending", _SAID),
    )
    newest = db.session.scalars(rows.order_by(Consent.id.desc()).limit(1)).first()
    return newest if newest is not None and newest.state == "pending" else None


def is_confirmed(address: str, purpose: str) -> bool:
    """Whether whoever reads this mailbox has confirmed it, and still agrees to `purpose`."""
    found = by_email(address)
    if found is None or found[1] != "email":
        return False
    canonical = canonical_email(address)
    is_ours = any(row.confirmed_at for row in found[0].emails if row.canonical == canonical)
    return is_ours and has_consent(found[0].id, purpose)


def consent_log(contact_id: int) -> list[Consent]:
    """Everything ever said about a contact's consents, the newest first."""
    rows = select(Consent).where(Consent.contact_id == contact_id).order_by(Consent.id.desc())
    return list(db.session.scalars(rows.limit(200)))
