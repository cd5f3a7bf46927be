"""Whom not to write to: a keyed hash of the address, so that it outlives erasure."""

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from crm.contacts.rules import canonical_email
from crm.core import clock, signing
from crm.core.db import db
from crm.mail.models import Suppression


def suppress(address: str, *, scope: str, reason: str, source: str = "") -> None:
    """Write no more to `address`: `scope` is "all" or "marketing"; harmless when repeated.

    Raises ValueError for what is no address.
    """
    hash_ = signing.keyed_hash("address", canonical_email(address))
    suppress_hash(hash_, scope=scope, reason=reason, source=source)


def suppress_hash(address_hash: str, *, scope: str, reason: str, source: str = "") -> None:
    """As suppress, where only the keyed hash is known (the contact was erased)."""
    dialect = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    row = dialect.insert(Suppression).values(
        address_hash=address_hash,
        scope=scope,
        reason=reason,
        source=source,
        created_at=clock.now(),
    )
    again = {"lifted_at": None, "reason": reason, "source": source}
    db.session.execute(
        row.on_conflict_do_update(index_elements=["address_hash", "scope"], set_=again)
    )


def lift(hashes: list[str], *, scope: str) -> None:
    """Allow writing again; the row stays as proof that it was once asked for."""
    rows = select(Suppression).where(
        Suppression.address_hash.in_(hashes),
        Suppression.scope == scope,
        Suppression.lifted_at.is_(None),
    )
    for row in db.session.scalars(rows):
        row.lifted_at = clock.now()
