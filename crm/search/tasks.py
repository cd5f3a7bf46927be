"""Finding tasks by the words of their titles and notes, the newest first."""

from typing import Any

from sqlalchemy import (
    Select,
    and_,
    bindparam,
    case,
    column,
    func,
    literal,
    literal_column,
    select,
    table,
    text,
)

from crm.accounts.queries import in_sight
from crm.activities.models import Task
from crm.companies.models import Company
from crm.contacts.models import Contact
from crm.deals.models import Deal

FTS = table("task_fts", column("rowid"), column("task_fts"))
# As the index has it, letter by letter: values in their places, and it would not be used.
_VECTOR: Any = literal_column("to_tsvector('simple', tend_fold(task.title || ' ' || task.note))")
PLACES = ((Contact, Task.contact_id), (Deal, Task.deal_id), (Company, Task.company_id))
SHOWN = ("kind", "id", "name", "first", "state")


def tasks(sees_all: bool, is_postgres: bool, is_further: bool = False) -> Select:
    """The columns SHOWN of at most `tasks` tasks that hold what is `asked`, and are in sight.

    `first` is whom or what it is for, where that is in sight too. `is_further`: those older
    than `before`.
    """
    names = [
        select(model.name)
        .where(model.id == link, model.deleted_at.is_(None), in_sight(sees_all, model))
        .scalar_subquery()
        for model, link in PLACES
    ]
    state = case((Task.closed_at.is_not(None), Task.closed_as))
    shown = (literal("task"), Task.id, Task.title, func.coalesce(*names), state)
    named: list[Any] = [part.label(name) for part, name in zip(shown, SHOWN, strict=True)]
    newest = _newest(sees_all, is_postgres, is_further)
    return select(*named).where(Task.id.in_(newest)).order_by(Task.id.desc())


def _newest(sees_all: bool, is_postgres: bool, is_further: bool) -> Select:
    """Their numbers. On PostgreSQL all hits come first: it would walk along the order instead."""
    is_there = [in_sight(sees_all, Task)]
    if is_further:
        is_there.append(Task.id < bindparam("before"))
    if is_postgres:
        query = func.to_tsquery(text("'simple'"), bindparam("asked"))
        hits = select(Task.id).where(and_(_VECTOR.bool_op("@@")(query), *is_there))
        number = hits.cte("task_hits").prefix_with("MATERIALIZED").c.id
        return select(number).order_by(number.desc()).limit(bindparam("tasks"))
    found: Any = select(FTS.c.rowid).where(FTS.c.task_fts.op("MATCH")(bindparam("asked")))
    rows = select(Task.id).where(Task.id.in_(found), *is_there)
    return rows.order_by(Task.id.desc()).limit(bindparam("tasks"))
