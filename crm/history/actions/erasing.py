"""Emptying the values of erased records: that something changed stays, what it was does not."""

from collections.abc import Collection

from sqlalchemy import update

from crm.core.db import db
from crm.history.models import ChangeValue
from crm.history.queries import LINKS
from crm.history.writing import blank


def empty(record: str, ids: Collection[int]) -> int:
    """Empty all values kept of these records (contact, company or deal); how many there were.

    Those of the open transaction too, as far as it has come: call it last.
    """
    blank(record, ids)
    found = db.session.execute(
        update(ChangeValue)
        .where(LINKS[record].in_(ids))
        .values(old=None, new=None)
        .execution_options(synchronize_session=False)
    )
    return found.rowcount  # type: ignore[attr-defined]
