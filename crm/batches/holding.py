"""What somebody may have in their hands when they leave; each feature lists its own kinds."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from flask import current_app
from sqlalchemy import ScalarSelect, Select, func, null, select

from crm.core.db import db


@dataclass(frozen=True)
class Holding:
    """One kind of thing people have. A feature lists its own in `fields.HOLDINGS`.

    `number` never changes: it stands in kept results. `has(user_id)` are the conditions that name
    the rows of a person, `give(row, leaver, to, by)` hands one on, telling nobody, and raises
    Refused. `url` is where a row is opened; `sheet` puts it on the hand-over sheet,
    where it is called `one`. `links` are the columns that name the records it belongs to, itself
    first: what is linked goes to one person when all is split. `about(row)` is the record that
    decides who may read of a row.
    """

    number: int
    key: str
    label: Any
    model: Any
    has: Callable[[int], Sequence[Any]]
    give: Callable[[Any, Any, Any, Any], Any]
    name: Callable[[Any], str] = attrgetter("name")
    url: Callable[[Any], str] = lambda _row: ""
    sheet: bool = False
    one: Any = ""
    links: Sequence[tuple[str, Any]] = ()
    about: Callable[[Any], Any] = lambda row: row

    @property
    def word(self) -> str:
        """What one of them is called."""
        return str(self.one or self.label)

    def rows(self, user_id: int) -> Select:
        """Number and team of everything of this kind that somebody has, in order."""
        team = getattr(self.model, "team_id", None)
        return (
            select(self.model.id, null() if team is None else team)
            .where(*self.has(user_id))
            .order_by(self.model.id)
        )

    def counted(self, user_id: int) -> ScalarSelect[int]:
        """How many of them somebody has, as part of a statement."""
        rows = self.rows(user_id).order_by(None).subquery()
        return select(func.count()).select_from(rows).scalar_subquery()

    def load(self, ids: Sequence[int]) -> dict[int, Any]:
        """Rows by number, as they are now."""
        found = select(self.model).where(self.model.id.in_(ids))
        fresh = found.execution_options(populate_existing=True)
        return {row.id: row for row in db.session.scalars(fresh).unique()}


def holdings() -> list[Holding]:
    """All kinds that the features offer, in their order."""
    found: list[Holding] = current_app.extensions["tend.holdings"]
    return sorted(found, key=attrgetter("number"))


def counts(user_id: int) -> list[tuple[Holding, int]]:
    """How much of each kind somebody has: one statement."""
    kinds = holdings()
    row = db.session.execute(select(*(one.counted(user_id) for one in kinds))).one()
    return list(zip(kinds, row, strict=True))
