"""The deals as a table: pages by key in any order, with the cells of chosen columns."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import Select
from sqlalchemy.orm import joinedload

from crm.core.db import db
from crm.deals.models import Deal
from crm.deals.queries.asked import MENU
from crm.deals.queries.board import Wish, wanted_deals
from crm.filters.queries import Asked, Grouped, Lines, Part, grouped, part
from crm.filters.queries.cells import Cells, cells

ROWS = 50


@dataclass
class Listed:
    """A page of the table, the cells of further columns, the places around it."""

    rows: Sequence[Deal] = field(default_factory=list)
    cells: Cells = field(default_factory=dict)
    previous: str | None = None
    next: str | None = None
    first: int = 1
    grouped: Grouped | None = None


def table(
    asked: Asked, wish: Wish, *, after: str | None = None, before: str | None = None
) -> Listed:
    """The page of the wanted deals behind the place `after`, or the one that ends at `before`."""
    wanted = wanted_deals(asked.user, wish, Deal, Deal.id).options(
        joinedload(Deal.contact),
        joinedload(Deal.company),
        joinedload(Deal.owner),
        joinedload(Deal.stage),
    )
    numbers = wanted_deals(asked.user, wish, Deal.id)
    groups = grouped(asked, numbers, Deal, after=after, before=before, with_sums=True)
    if groups is None:
        lines = Lines(wanted, Deal, asked.order, numbers=numbers)
        found = part(lines, after=after, before=before, size=ROWS)
        rows = [row.Deal for row in found.rows]
    else:
        found = Part([], groups.previous, groups.next)
        rows = _in_groups(wanted, groups.ids)
    further = [key for key in asked.columns if key not in MENU.columns]
    said = cells(asked.user, "deal", [deal.id for deal in rows], further)
    return Listed(rows, said, found.previous, found.next, found.first, groups)


def _in_groups(wanted: Select, numbers: Sequence[int]) -> list[Deal]:
    deals = db.session.execute(wanted.where(Deal.id.in_(numbers))) if numbers else ()
    found = {row.Deal.id: row.Deal for row in deals}
    return [found[number] for number in numbers if number in found]
