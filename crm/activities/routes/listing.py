"""The list of tasks: pages by key in any order, chosen columns, in groups."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from flask import request
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from crm.activities.fields import MENU
from crm.activities.lists import conditions
from crm.activities.models import Task
from crm.core.db import db
from crm.filters.queries import Asked, Grouped, Lines, Part, count, grouped, part
from crm.filters.queries.cells import Cells, cells

ROWS = 50


@dataclass
class Listed:
    """A page of tasks, the cells of further columns, the places around it."""

    rows: Sequence[Task] = field(default_factory=list)
    cells: Cells = field(default_factory=dict)
    previous: str | None = None
    next: str | None = None
    first: int = 1
    total: int = 0
    grouped: Grouped | None = None


def listed(asked: Asked) -> Listed:
    """The page of tasks that the request asks for."""
    tests = conditions(asked)
    numbers = select(Task.id).where(*tests)
    after, before = request.args.get("after"), request.args.get("before")
    groups = grouped(asked, numbers, Task, after=after, before=before)
    if groups is None:
        lines = Lines(_whole().where(*tests), Task, asked.order)
        found = part(lines, after=after, before=before, size=ROWS)
        rows = [row.Task for row in found.rows]
    else:
        found, rows = Part([], groups.previous, groups.next), _in_groups(groups.ids)
    total = groups.total if groups is not None else None
    total = count(tests, Task) if total is None else total
    return Listed(
        rows, cells_of(asked, rows), found.previous, found.next, found.first, total, groups
    )


def cells_of(asked: Asked, rows: Sequence[Task]) -> Cells:
    """The cells of the columns that a row does not write itself."""
    further = [key for key in asked.columns if key not in MENU.columns]
    return cells(asked.user, "task", [task.id for task in rows], further)


def _whole() -> Select:
    return select(Task, Task.id).options(joinedload(Task.owner))


def _in_groups(numbers: Sequence[int]) -> list[Task]:
    if not numbers:
        return []
    found = {row.id: row for row in db.session.scalars(_whole().where(Task.id.in_(numbers)))}
    return [found[number] for number in numbers if number in found]
