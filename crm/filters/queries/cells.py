"""What chosen columns show for a page of a list: a few statements, whatever the rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from crm.accounts.models import User
from crm.accounts.queries import visible
from crm.core import reading
from crm.fields.queries import catalogue, list_values
from crm.fields.rules import Field
from crm.filters.queries.engine import field_named


@dataclass(frozen=True)
class Cell:
    """A value as a list shows it: of `kind`, with the words for choices, people and records."""

    kind: str
    values: tuple[Any, ...]
    words: tuple[str, ...] = ()
    currency: str = ""
    target: str = ""


Cells = dict[int, dict[str, Cell]]


def cells(user: User, record: str, ids: Sequence[int], keys: Iterable[str]) -> Cells:
    """The cells of `keys` for the rows with `ids`, by row and key; only what is said."""
    found: Cells = {number: {} for number in ids}
    fields = [one for key in keys if (one := field_named(record, key, user)) is not None]
    if not ids or not fields:
        return found
    own = [one for one in fields if not one.through]
    if own:
        _own(user, record, ids, own, found)
    for one in fields:
        if one.through and one.custom_id is None:
            _through(user, one, ids, found)
    _custom(user, record, ids, [one.key for one in fields if one.custom_id is not None], found)
    return found


def _own(user: User, record: str, ids: Sequence[int], own: list[Field], found: Cells) -> None:
    model: Any = catalogue().models[record]
    columns = [one.column.label(f"c{place}") for place, one in enumerate(own)]
    if hasattr(model, "currency"):
        columns.append(model.currency.label("money"))
    rows = reading.rows(select(model.id, *columns).where(model.id.in_(ids)))
    for place, one in enumerate(own):
        pairs = [(row.id, row[place + 1]) for row in rows]
        words = _words(user, one, {value for _number, value in pairs if value is not None})
        for row, (number, value) in zip(rows, pairs, strict=True):
            if value not in {None, ""}:
                found[number][one.key] = Cell(
                    one.kind,
                    (value,),
                    (words.get(str(value), ""),),
                    getattr(row, "money", "") or "",
                    one.target,
                )


def _through(user: User, one: Field, ids: Sequence[int], found: Cells) -> None:
    assert one.through is not None
    rows = reading.rows(
        select(one.through.link, one.column)
        .where(one.through.link.in_(ids), *one.through.where)
        .order_by(one.through.link)
    )
    words = _words(user, one, {row[1] for row in rows if row[1] is not None})
    said: dict[int, list[Any]] = {}
    for number, value in rows:
        if value not in {None, ""}:
            said.setdefault(number, []).append(value)
    for number, values in said.items():
        texts = tuple(words.get(str(value), "") for value in values)
        found[number][one.key] = Cell(one.kind, tuple(values), texts, "", one.target)


def _custom(user: User, record: str, ids: Sequence[int], keys: list[str], found: Cells) -> None:
    if not keys:
        return
    for number, said in list_values(user, record, ids, keys).items():
        for key, shown in said.items():
            found[number][key] = _shown(shown)


def _shown(shown: Any) -> Cell:
    kind, value = shown.custom.kind, shown.value
    if kind == "money":
        return Cell(kind, (value[0],), (), value[1])
    values = tuple(value) if isinstance(value, list) else (value,)
    if kind in {"select", "multi"}:
        options = {one.value: str(one.label) for one in shown.custom.options}
        return Cell(kind, values, tuple(options.get(one, "") for one in values))
    return Cell(kind, values, (shown.name,), "", shown.custom.target)


def _words(user: User, one: Field, values: set[Any]) -> dict[str, str]:
    """The words for choices, people and records, by value as text."""
    if one.options is not None:
        return {option.value: str(option.label) for option in one.options()}
    if one.words is not None:
        return {str(value): one.words(value) for value in values if value}
    if one.kind == "user" and values:
        wanted = select(User.id, User.name, User.deactivated_at).where(User.id.in_(values))
        return {
            str(row.id): f"{row.name} {_('(left)')}" if row.deactivated_at else row.name
            for row in reading.rows(wanted)
        }
    if one.kind == "reference" and values:
        model: Any = catalogue().models[one.target]
        seen = select(model.id, model.name).where(model.id.in_(values), visible(user, model))
        return {str(row.id): row.name for row in reading.rows(seen)}
    return {}
