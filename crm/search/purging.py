"""Emptying the trash: what nobody took out of it within 30 days is gone for good.

It stands here because the words by which a record is found go with it.
"""

from datetime import timedelta
from typing import Any

from sqlalchemy import delete, or_, select, update

from crm.activities.models import Entry, Task
from crm.companies.models import Company
from crm.contacts.models import Contact
from crm.core import clock
from crm.core.db import db
from crm.deals.models import Deal
from crm.search.actions import KINDS
from crm.search.models import SearchWord
from crm.search.rules import words_of
from crm.search.spelling import forget_unused

KEPT = timedelta(days=30)
BATCH = 100
# What is told of a record stays where it is also told of one of these.
STAYS: dict[type[Any], tuple[str, ...]] = {
    Deal: ("contact_id", "company_id"),
    Contact: ("deal_id",),
    Company: ("contact_id", "deal_id"),
}


def purge_trash() -> int:
    """Delete up to BATCH deals, contacts and companies each; how many there were.

    The database takes along what hangs on them alone. Runs inside a transaction.
    """
    return sum(_purge(model) for model in (Deal, Contact, Company))


def _purge(model: type[Any]) -> int:
    late = model.deleted_at < clock.now() - KEPT
    if hasattr(model, "merged_into_id"):
        # The number of a merged record leads to the one that stays, for as long as that is there.
        late &= model.merged_into_id.is_(None)
    if hasattr(model, "erased_at"):
        late &= model.erased_at.is_(None)  # kept for the counts
    ids = list(db.session.scalars(select(model.id).where(late).order_by(model.id).limit(BATCH)))
    if not ids:
        return 0
    _let_go(model, ids)
    if hasattr(model, "merged_into_id"):
        _change(model, model.merged_into_id.in_(ids), "merged_into_id")
    words = SearchWord.kind == KINDS[model], SearchWord.record_id.in_(ids)
    names = db.session.scalars(select(model.name).where(model.id.in_(ids)))
    said = {word for name in names for word in words_of(name)}
    for gone in (delete(SearchWord).where(*words), delete(model).where(model.id.in_(ids))):
        db.session.execute(gone.execution_options(synchronize_session=False))
    forget_unused(said)
    db.session.expire_all()
    return len(ids)


def _let_go(model: type[Any], ids: list[int]) -> None:
    name = f"{model.__tablename__}_id"
    for table in (Entry, Task):
        others = or_(*(getattr(table, other).is_not(None) for other in STAYS[model]))
        _change(table, getattr(table, name).in_(ids) & others, name)


def _change(table: type[Any], where: Any, name: str) -> None:
    db.session.execute(
        update(table).where(where).values({name: None}).execution_options(synchronize_session=False)
    )
