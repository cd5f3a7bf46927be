"""What other tools tell of a record: purchases, payments, tickets; each taken once."""

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from babel.numbers import list_currencies
from flask_babel import gettext as _
from sqlalchemy import select, update

from crm.accounts.models import User
from crm.activities.actions.entries import record
from crm.activities.models import Entry
from crm.core import clock
from crm.core.db import db
from crm.core.refusal import Refused

EXTERNAL_KINDS = ("purchase", "payment", "refund", "ticket", "membership", "other")
LONGEST = 200
# What an event stands on, the nearest first.
PLACES = ("deal_id", "contact_id", "company_id")


class StandsElsewhere(Refused):
    """Another record has the event with this number: `entry`."""

    def __init__(self, entry: Entry) -> None:
        words = _("Another record has the event with this number.")
        super().__init__(words, field="external_id")
        self.entry = entry


def take_external_event(
    *,
    kind: str,
    title: str,
    source: str = "",
    external_id: str = "",
    amount_cents: int | None = None,
    currency: str = "",
    url: str = "",
    at: datetime | None = None,
    contact_id: int | None = None,
    company_id: int | None = None,
    deal_id: int | None = None,
    by: User | None = None,
) -> Entry:
    """An event of a billing, shop or support tool as one timeline entry.

    `kind` is one of EXTERNAL_KINDS, the amount is in cents of `currency` (ISO 4217), `url` opens
    it there (http or https). `source` and `external_id` make it the same one: taken again on its
    record, the entry that is there comes back. Raises Refused for what cannot be right,
    StandsElsewhere where another record has it.
    """
    _refuse_words(kind, title, source, external_id)
    _refuse_values(amount_cents, currency, url, at)
    details: dict[str, Any] = {
        "type": kind,
        "source": source,
        "external_id": external_id,
        "url": url,
    }
    if amount_cents is not None:
        details |= {"amount_cents": amount_cents, "currency": currency}
    if by:
        _free_number(source, external_id)
    ids: dict[str, Any] = {"contact_id": contact_id, "company_id": company_id, "deal_id": deal_id}
    entry = record(
        "external",
        **ids,
        at=at,
        actor="user" if by else "system",
        user_id=by.id if by else None,
        title=title.strip(),
        details={name: value for name, value in details.items() if value not in ("", None)},
        dedupe_key=_key(source, external_id) if external_id else None,
    )
    # A deal's event names its person too, who may have changed since: the nearest one counts.
    nearest = next((name for name in PLACES if ids[name]), None)
    if nearest and getattr(entry, nearest) != ids[nearest]:
        raise StandsElsewhere(entry)
    return entry


def event_taken(source: str, external_id: str) -> Entry | None:
    """The event of a tool with this number, if one stands in a timeline."""
    key = Entry.dedupe_key == _key(source, external_id)
    return db.session.scalar(select(Entry).where(key, Entry.removed_at.is_(None)))


def _key(source: str, external_id: str) -> str:
    return f"external:{source}:{external_id}"


def _free_number(source: str, external_id: str) -> None:
    """Let go of the number of an event that was taken away: a person gives it to another one."""
    if not external_id:
        return
    db.session.connection().execute(
        update(Entry.__table__)  # type: ignore[arg-type]
        .where(
            Entry.__table__.c.dedupe_key == _key(source, external_id),
            Entry.__table__.c.removed_at.is_not(None),
        )
        .values(dedupe_key=None)
    )


def _refuse_words(kind: str, title: str, source: str, external_id: str) -> None:
    if kind not in EXTERNAL_KINDS:
        raise Refused(_("Say what kind of event it is."), field="type")
    if not title.strip():
        raise Refused(_("Give the event a title."), field="title")
    if max(map(len, (title, source, external_id))) > LONGEST:
        raise Refused(_("Titles and numbers have at most 200 characters."), field="title")


def _refuse_values(amount_cents: int | None, currency: str, url: str, at: datetime | None) -> None:
    if amount_cents is not None and currency not in list_currencies():
        raise Refused(_("Give the currency of the amount, for example EUR."), field="currency")
    if url and not is_web_address(url):
        raise Refused(_("Give a web address that begins with https://."), field="url")
    if at is not None and at > clock.now():
        raise Refused(_("This time is still to come."), field="at")


def is_web_address(url: str) -> bool:
    """Whether a link is an http or https address with a host: nothing else is ever linked."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and len(url) <= 2000
