"""What long lists of tasks and entries share: a part of them, and what belongs to a record."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, String, and_, column, func, or_, select, table
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from crm.activities.models import Entry
from crm.activities.rules import SHOWS


@dataclass
class Part:
    """Some rows of a long list and the place after the last one, if there are more.

    `counts` says of a timeline how many entries each of its filters shows.
    """

    rows: list
    after: str | None = None
    counts: dict[str, int] = field(default_factory=dict)


def of(model, contact_id, company_id, deal_id, *, people: Select | None, since=None):
    if contact_id:
        return model.contact_id == contact_id
    if deal_id and people is not None and since:
        talks = and_(
            model.contact_id.in_(people),
            model.deal_id.is_(None),
            model.at >= since,
        )
        return or_(model.deal_id == deal_id, talks)
    if deal_id:
        return model.deal_id == deal_id
    if people is not None:
        theirs = [model.contact_id.in_(people)]
        if hasattr(model, "left_company_id"):
            theirs = _said(model, theirs[0], company_id)
        return or_(model.company_id == company_id, *theirs)
    return model.company_id == company_id


def _said(model, by_people, company_id):
    """What stands on a company besides its own: said with its people and on its deals.

    What happened stays with the company that its contact belonged to then; what was said on a
    deal belongs to the deal's company, wherever its contact does.
    """
    deal = table("deal", column("id"), column("company_id"))
    elsewhere = select(deal.c.id).where(deal.c.id == model.deal_id, deal.c.company_id != company_id)
    is_here = or_(model.deal_id.is_(None), ~elsewhere.correlate(model).exists())
    of_deals = model.deal_id.in_(select(deal.c.id).where(deal.c.company_id == company_id))
    return [
        and_(by_people, model.left_company_id.is_(None), is_here),
        and_(model.left_company_id == company_id, is_there(model), is_here),
        and_(of_deals, model.company_id.is_(None)),
    ]


def is_there(model):
    """Whether the contact of an entry is not in the trash; who may see it is asked elsewhere."""
    gone = table("contact", column("id"), column("deleted_at"))
    kept = select(gone.c.id).where(gone.c.id == model.contact_id, gone.c.deleted_at.is_(None))
    return kept.correlate(model).exists()


def numbers() -> list[ColumnElement[int]]:
    """How many entries there are, and of each of SHOWS."""
    shows = [
        func.count().filter(Entry.kind.in_(kinds)).label(f"n_{name}")
        for name, kinds in SHOWS.items()
    ]
    return [func.count().label("n_all"), *shows]


class EachOnce(FunctionElement[str]):
    """The different values of a column in all rows, joined by commas; None without any."""

    type = String()
    inherit_cache = True


@compiles(EachOnce)
def _in_sqlite(element: Any, compiler: Any, **words: Any) -> str:
    return f"group_concat(DISTINCT {compiler.process(element.clauses, **words)})"


@compiles(EachOnce, "postgresql")
def _in_postgresql(element: Any, compiler: Any, **words: Any) -> str:
    return f"string_agg(DISTINCT ({compiler.process(element.clauses, **words)})::text, ',')"


def together(mine: list[ColumnElement[bool]]) -> CTE:
    """What all entries say together: they are gone through once. `writers`: ",1,2,"."""
    writers = func.coalesce("," + EachOnce(Entry.user_id) + ",", "")
    return (
        select(
            *numbers(),
            func.max(Entry.id).label("newest"),
            func.count(Entry.pinned_at).label("n_pinned"),
            writers.label("writers"),
        )
        .where(*mine)
        .cte("told")
        .prefix_with("MATERIALIZED")
    )


def counted(found: Sequence[int]) -> dict[str, int]:
    """What each filter shows, of the `numbers` that were found."""
    total, *each = found
    return {"all": total, **dict(zip(SHOWS, each, strict=True)), "changes": total - sum(each)}
