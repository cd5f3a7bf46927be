"""Who sees what of the history: changes of records that they may see, and what the house shares."""

from sqlalchemy import ColumnElement, and_, exists, false, or_, true
from sqlalchemy.orm import aliased

from crm.accounts.models import User
from crm.accounts.queries import visible
from crm.accounts.rules import may
from crm.history import writing
from crm.history.models import ChangeSet, ChangeValue
from crm.history.rules import RECORDS, Tracked

LINKS = {
    "contact": ChangeValue.contact_id,
    "company": ChangeValue.company_id,
    "deal": ChangeValue.deal_id,
}
NEAREST = ("deal", "contact", "company")


def seen_set(user: User) -> ColumnElement[bool]:
    """The condition that leaves the acts of which `user` may see anything.

    A tag or option that came with records tells of them only to those who see one of these.
    """
    if not user.is_authenticated or not user.is_active:
        return false()
    if user.sees_all:
        return true()
    here = ChangeValue.change_set_id == ChangeSet.id
    other = aliased(ChangeValue)
    links = [getattr(other, f"{kind}_id").is_not(None) for kind in RECORDS]
    is_of_records = exists().where(other.change_set_id == ChangeSet.id, or_(*links))
    return or_(
        ChangeSet.user_id == user.id,
        exists().where(here, or_(*_of_records(user))),
        and_(~is_of_records, exists().where(here, or_(false(), *_of_house(user)))),
    )


def seen_value(user: User) -> ColumnElement[bool]:
    """The condition that leaves the changes of records that `user` may see, trash included.

    What the house shares is told too, where anything of its act may be seen.
    """
    if user.sees_all:
        return true()
    return or_(*_of_records(user), *_of_house(user))


def _of_records(user: User) -> list[ColumnElement[bool]]:
    """What belongs to a record, or to somebody, that `user` sees.

    What hangs on several records is told to those who see the nearest: a call on a deal stands in
    the history of its contact too, but belongs to the deal. What has an owner of its own, such as
    a task, goes by that.
    """
    owned = {
        table: tracked
        for table, tracked in writing.TABLES.items()
        if _is_owned(tracked.model) and not tracked.record
    }
    ways: list[ColumnElement[bool]] = [false()]
    others: list[ColumnElement[bool]] = [ChangeValue.table.not_in(list(owned))]
    for record in NEAREST:
        if record in writing.TABLES:
            model = writing.TABLES[record].model
            is_seen = exists().where(model.id == LINKS[record], visible(user, model))
            ways.append(and_(*others, is_seen))
            others.append(LINKS[record].is_(None))
    for table, tracked in owned.items():
        if _may_read(user, tracked):
            mine = exists().where(
                tracked.model.id == ChangeValue.row_id, visible(user, tracked.model)
            )
            ways.append(and_(ChangeValue.table == table, mine))
    return ways


def _of_house(user: User) -> list[ColumnElement[bool]]:
    """Words and settings of the whole house, such as tags."""
    alone = and_(*(link.is_(None) for link in LINKS.values()))
    return [
        and_(ChangeValue.table == table, alone)
        for table, tracked in writing.TABLES.items()
        if not (tracked.links or _is_owned(tracked.model)) and _may_read(user, tracked)
    ]


def _is_owned(model: type) -> bool:
    return hasattr(model, "owner_id") and hasattr(model, "team_id")


def _may_read(user: User, tracked: Tracked) -> bool:
    return not tracked.right or may(user, tracked.right)
