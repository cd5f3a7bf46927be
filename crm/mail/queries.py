"""Reading the outbox, the mail account and whom not to write to."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from flask import current_app
from sqlalchemy import ColumnElement, bindparam, case, func, or_, select, true

from crm.accounts.models import User, Workspace
from crm.accounts.queries import visible, workspace
from crm.accounts.rules import may
from crm.activities.models import Task
from crm.companies.models import Company
from crm.contacts.models import Contact
from crm.contacts.rules import canonical_email
from crm.core import clock, signing
from crm.core.db import Instant, db
from crm.deals.models import Deal
from crm.fields.queries import stays_of
from crm.mail.models import DeliveryEvent, MailAccount, Outbox, Suppression

WAITING = ("queued", "claimed")
FLOW = ("mail_held", "mail_since", "mail_account")
PAGE = 50
# A host that no mail can be answered to: a bare address, or a name without a domain.
NO_DOMAIN = re.compile(r"[\d.]+|[^.]*:.*|[^.]+")


def account() -> MailAccount | None:
    """What was entered in Settings, None before."""
    return db.session.scalars(select(MailAccount).order_by(MailAccount.id).limit(1)).first()


def smtp_url() -> str:
    """Where mail is handed over: SMTP_URL, else what Settings hold, else an empty text."""
    fixed = str(current_app.extensions["tend.config"]["SMTP_URL"])
    if fixed:
        return fixed
    found = account()
    return signing.unseal(found.sealed_url) if found and found.sealed_url else ""


def has_smtp() -> bool:
    """Whether mail can leave at all."""
    if current_app.extensions["tend.config"]["SMTP_URL"]:
        return True
    found = account()
    return bool(found and found.sealed_url)


def smtp_test() -> ColumnElement[bool]:
    """What `has_smtp` says, as part of a statement."""
    if current_app.extensions["tend.config"]["SMTP_URL"]:
        return true()
    return select(MailAccount.id).where(MailAccount.sealed_url != "").exists()


def from_address() -> str:
    """The address mails come from: MAIL_FROM, Settings, the workspace, else tend@ our host."""
    fixed = str(current_app.extensions["tend.config"]["MAIL_FROM"])
    if fixed:
        return fixed
    found = account()
    if found and found.from_address:
        return found.from_address
    house = workspace()
    return (house.contact_email if house else None) or f"tend@{_own_host()}"


def has_sender() -> bool:
    """Whether somebody said where mails come from, or our host has a name that could take mail."""
    found, house = account(), workspace()
    if current_app.extensions["tend.config"]["MAIL_FROM"] or (found and found.from_address):
        return True
    return bool(house and house.contact_email) or not NO_DOMAIN.fullmatch(_own_host())


def from_name() -> str:
    """The name beside the address when a mail brings none."""
    found = account()
    return found.from_name if found and found.from_name else "Tend"


def sending_domain() -> str:
    """The domain after the @ of our Message-IDs."""
    return from_address().rpartition("@")[2].strip("> ") or _own_host()


def _own_host() -> str:
    return urlsplit(str(current_app.extensions["tend.config"]["BASE_URL"])).hostname or "localhost"


def is_suppressed(address: str, scope: str) -> bool:
    """Whether `address` must not be written to: for everything, or for `scope` ("marketing")."""
    try:
        canonical = canonical_email(address)
    except ValueError:
        return False
    return hash_is_suppressed(signing.keyed_hashes("address", canonical), scope)


def hash_is_suppressed(hashes: list[str], scope: str) -> bool:
    """As is_suppressed, for an address of which only the keyed hashes are known."""
    scopes = {"all", scope}
    return bool(
        db.session.scalars(
            select(Suppression.id)
            .where(
                Suppression.address_hash.in_(hashes),
                Suppression.scope.in_(scopes),
                Suppression.lifted_at.is_(None),
            )
            .limit(1)
        ).first()
    )


def due_lanes() -> list[str]:
    """Lanes in which a mail could leave now."""
    return list(
        db.session.scalars(
            select(Outbox.lane)
            .where(Outbox.state == "queued", Outbox.not_before <= clock.now())
            .distinct()
        )
    )


# Since when the oldest mail waits that should have left, tries included.
_OLDEST = select(
    func.min(case((Outbox.tries > 0, Outbox.created_at), else_=Outbox.not_before))
).where(
    Outbox.state.in_(WAITING),
    (Outbox.not_before <= bindparam("mail_now", type_=Instant())) | (Outbox.tries > 0),
)
# How mail stands, as parts of the statement of the frame: built once.
_FLOW: dict[str, ColumnElement[Any]] = {
    "mail_held": select(Workspace.is_mail_held).order_by(Workspace.id).limit(1).scalar_subquery(),
    "mail_since": _OLDEST.scalar_subquery(),
    "mail_account": select(MailAccount.id).where(MailAccount.sealed_url != "").exists(),
}


def oldest_waiting_seconds() -> int:
    """Age in seconds of the oldest mail that should have left; 0 when none waits."""
    return _age(db.session.scalar(_OLDEST, {"mail_now": clock.now()}))


def flow_part(name: str, user: User) -> tuple[ColumnElement[Any], dict[str, Any]] | None:
    """One of FLOW as part of a statement and its values; None for who cannot act on it."""
    if not may(user, "see_outbox"):
        return None
    return _FLOW[name], {"mail_now": clock.now()} if name == "mail_since" else {}


def flow(beside: Mapping[str, Any]) -> tuple[bool, int, bool]:
    """Whether mail is held, the age in seconds of the oldest that waits, and if any can leave.

    `beside` holds what the parts of FLOW were answered with.
    """
    fixed = bool(current_app.extensions["tend.config"]["SMTP_URL"])
    can_leave = fixed or bool(beside["mail_account"])
    return bool(beside["mail_held"]), _age(beside["mail_since"]), can_leave


def _age(since: datetime | None) -> int:
    return max(0, int((clock.now() - since).total_seconds())) if since else 0


def _seen_by(user: User) -> ColumnElement[bool]:
    """Mails to records and colleagues this person may see; their own always."""
    if user.sees_all:
        return Outbox.id.is_not(None)
    contacts = select(Contact.id).where(visible(user, Contact))
    return or_(Outbox.contact_id.in_(contacts), Outbox.user_id == user.id)


def outbox_for(user: User, state: str = "", before: int | None = None) -> list[Outbox]:
    """A page of mails, newest first, one more than PAGE when there are older ones."""
    found = select(Outbox).where(_seen_by(user)).order_by(Outbox.id.desc()).limit(PAGE + 1)
    if state:
        found = found.where(Outbox.state == state)
    if before:
        found = found.where(Outbox.id < before)
    return list(db.session.scalars(found))


def counts_by_state() -> dict[str, int]:
    """How many mails are in each state, for monitoring."""
    rows = db.session.execute(select(Outbox.state, func.count()).group_by(Outbox.state))
    return {row[0]: row[1] for row in rows}


def outbox_counts(user: User) -> dict[str, int]:
    """How many of the mails this person may see are in each state."""
    rows = db.session.execute(
        select(Outbox.state, func.count()).where(_seen_by(user)).group_by(Outbox.state)
    )
    return {row[0]: row[1] for row in rows}


def mail_for(user: User, id: int) -> Outbox | None:
    """A mail `user` may see."""
    return db.session.scalars(select(Outbox).where(Outbox.id == id, _seen_by(user))).first()


def events_of(row: Outbox) -> list[DeliveryEvent]:
    """What happened to a mail, oldest first."""
    return list(
        db.session.scalars(
            select(DeliveryEvent)
            .where(DeliveryEvent.outbox_id == row.id)
            .order_by(DeliveryEvent.id)
            .limit(100)
        )
    )


def exists(kind: str, id: int) -> bool:
    """Whether the record a /go/ link names still is there, whoever may see it."""
    model = {"contact": Contact, "company": Company, "deal": Deal, "task": Task, "outbox": Outbox}
    row = db.session.get(model[kind], id)
    return row is not None and getattr(row, "deleted_at", None) is None


def survivor(kind: str, id: int) -> int:
    """The record that a merged one has become; any other is itself."""
    return stays_of(kind, [id])[0]
