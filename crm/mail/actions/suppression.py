"""Whom not to write to: a keyed hash of the address, so that it outlives erasure."""

from flask_babel import gettext as _
from sqlalchemy import case, select
from sqlalchemy.dialects import postgresql, sqlite

from crm.accounts import actions as accounts
from crm.accounts.models import User
from crm.contacts.rules import canonical_email
from crm.core import clock, signing
from crm.core.db import db
from crm.core.refusal import Refused
from crm.mail import unwanted
from crm.mail.lists import Found
from crm.mail.models import Suppression
from crm.mail.queries import hash_is_suppressed


def suppress(address: str, *, scope: str, reason: str, source: str = "") -> None:
    """Write no more to `address`: `scope` is "all" or "marketing"; harmless when repeated.

    Raises ValueError for what is no address.
    """
    hash_ = signing.keyed_hash("address", canonical_email(address))
    suppress_hash(hash_, scope=scope, reason=reason, source=source)


def suppress_hash(address_hash: str, *, scope: str, reason: str, source: str = "") -> None:
    """As suppress, where only the keyed hash is known (the contact was erased).

    A row that was taken back stands again since now.
    """
    _put([{"address_hash": address_hash, "scope": scope, "reason": reason, "source": source}])


def _put(rows: list[dict[str, str]]) -> None:
    """One statement, however many there are: a long list must not keep others from writing."""
    now = clock.now()
    dialect = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    table = Suppression.__table__
    row = dialect.insert(table)
    since = case(
        (table.c.lifted_at.is_not(None), row.excluded.created_at), else_=table.c.created_at
    )
    new = {name: row.excluded[name] for name in ("reason", "source")}
    again = {"lifted_at": None, "created_at": since, **new}
    statement = row.on_conflict_do_update(index_elements=["address_hash", "scope"], set_=again)
    db.session.connection().execute(statement, [{**said, "created_at": now} for said in rows])


def lift(hashes: list[str], *, scope: str) -> None:
    """Allow writing again; the row stays as proof that it was once asked for."""
    rows = select(Suppression).where(
        Suppression.address_hash.in_(hashes),
        Suppression.scope == scope,
        Suppression.lifted_at.is_(None),
    )
    for row in db.session.scalars(rows):
        row.lifted_at = clock.now()


def suppress_by_hand(address: str, *, scope: str, why: str, by: User, network: str = "") -> None:
    """Put an address on the list because one of us says so; who and why stays in the log.

    Refused where it stands there already: what somebody said for themselves is not written over.
    """
    if hash_is_suppressed(unwanted.hashes_of(address), scope):
        raise Refused(_("This address is on the list already."), field="address")
    suppress(address, scope=scope, reason=why, source="staff")
    accounts.note("suppressed", by=by, address=network, scope=scope, why=why)


def suppress_listed(found: Found, *, scope: str, why: str, by: User, network: str = "") -> int:
    """Put all of a list on ours; who, why and how many stays in the log. How many there were.

    Rows of our own file keep the reason and source they had. Refused where nothing is new.
    """
    if not found.new:
        raise Refused(_("Nobody in it is new to the list."), field="file")
    _put(
        [
            {
                "address_hash": line.hashes[0],
                "scope": line.scope or scope,
                "reason": line.reason or why,
                "source": line.source or "staff",
            }
            for line in found.new
        ]
    )
    count = len(found.new)
    accounts.note("suppressed", by=by, address=network, scope=scope, why=why, rows=count)
    return count


def lift_by_hand(row: Suppression, by: User, *, why: str, network: str = "") -> None:
    """Take a row back; who and why stays in the log. Refused for what somebody said themselves."""
    if unwanted.is_theirs(row):
        raise Refused(_("They asked for it themselves: only they can take it back."))
    if row.lifted_at is not None:
        raise Refused(_("This was taken back already."))
    row.lifted_at = clock.now()
    accounts.note("unsuppressed", by=by, address=network, row=row.id, why=why)
