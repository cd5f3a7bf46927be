"""The groups of a list: which there are, in what order, and what puts a record into each."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from babel.dates import format_date
from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import Select, and_, false, func, not_, or_, select, tuple_
from sqlalchemy.orm import aliased

from crm.accounts.models import User
from crm.accounts.queries import visible
from crm.core import keyset
from crm.core.db import db
from crm.fields.queries import catalogue, fields_of, seen_field
from crm.fields.rules import Field, Option
from crm.filters.queries.engine import field_named
from crm.filters.rules import dumps

if TYPE_CHECKING:
    from crm.filters.queries.asking import Asked

Raw = dict[str, Any]
KINDS = {"select", "multi", "bool", "user", "reference", "on", "at"}
# Pages of groups: how many stand on one, and how many values are looked at for one.
RECORDS, VALUES = 15, 40
MONTHS_BACK, MONTHS_AHEAD = 12, 6
EMPTY, HIDDEN = "none", "hidden"


@dataclass(frozen=True)
class Sum:
    """What the shown numbers of a group come to; money in minor units of `currency`."""

    label: str
    kind: str
    total: Any
    mean: Any
    currency: str = ""


@dataclass
class Group:
    """Records of a list that have something in common; `url` is the list of these alone."""

    key: str
    label: str
    condition: Any
    url: str = ""
    count: int = 0
    is_capped: bool = False
    sums: list[Sum] = field(default_factory=list)
    ids: list[int] = field(default_factory=list)
    is_shut: bool = False
    turn_url: str = ""


@dataclass
class Groups:
    """A page of groups and the places around it."""

    groups: list[Group]
    previous: str | None = None
    next: str | None = None


def grouping_of(asked: "Asked") -> Field | None:
    """The field whose values part the list; None where it is not parted."""
    key = asked.get("group")
    found = field_named(asked.menu.record, key, asked.user) if key else None
    return found if found is not None and _serves(asked, found) else None


def offers_of(asked: "Asked") -> list[tuple[Any, str, bool]]:
    """What a list may be grouped by: words, address, whether it is so now; first by nothing."""
    here = asked.get("group")
    found: list[tuple[Any, str, bool]] = [
        (_("No groups"), asked.url(group=None, shut=None), not here)
    ]
    for one in fields_of(asked.menu.record).values():
        if _serves(asked, one) and seen_field(asked.user, one) is not None:
            url = asked.url(group=one.key, shut=None)
            found.append((one.label, url, one.key == here))
    return found


def groups_of(
    asked: "Asked", by: Field, rows: Select, after: str | None, before: str | None
) -> Groups:
    """The groups behind the place `after`, or those that end at `before`; junk: the first.

    `rows` selects the numbers of all records of the list. Groups without any may be among them.
    """
    if by.kind in {"user", "reference"}:
        return _records(asked, by, rows, after, before)
    own = asked.menu.groups.get(by.key)
    every = own(asked) if own else _values(asked, by)
    return _sliced(by, every, after, before)


def narrowed(asked: "Asked", raw: Raw) -> str:
    """The list with one more condition, and not in groups."""
    parts = (asked.raw["all"] if set(asked.raw) == {"all"} else [asked.raw]) if asked.raw else []
    return asked.url(group=None, shut=None, filter=dumps({"all": [*parts, raw]}))


def group(asked: "Asked", key: str, label: str, raw: Raw) -> Group:
    """The group of those that fulfil a raw condition."""
    record = asked.menu.record
    condition = asked.engine.condition(asked.engine.tree(raw, record), record)
    return Group(key, label, condition, narrowed(asked, raw))


def months(asked: "Asked", by: Field) -> list[Group]:
    """A year back and half a year ahead by months; what is before, after and without a day.

    Moments fall, the latest month first; days rise, as they are planned.
    """
    today = asked.engine.eyes.now.astimezone(asked.engine.eyes.zone).date()
    turns = range(-MONTHS_BACK, MONTHS_AHEAD + 1)
    firsts = [_month(today, turn) for turn in turns]
    found = [_before(asked, by, firsts[0])]
    found += [_in_month(asked, by, first) for first in firsts]
    found.append(_behind(asked, by, _last(firsts[-1])))
    return [*(found if by.kind == "on" else found[::-1]), _without(asked, by)]


def _serves(asked: "Asked", one: Field) -> bool:
    if one.kind == "multi" and not asked.menu.repeats:
        return False
    return one.key in asked.menu.groups or (one.custom_id is not None and one.kind in KINDS)


def _values(asked: "Asked", by: Field) -> list[Group]:
    if by.kind in {"on", "at"}:
        return months(asked, by)
    if by.kind == "bool":
        options: Sequence[Option] = [Option("yes", _("Yes")), Option("no", _("No"))]
    else:
        options = by.options() if by.options else ()
    found = [_option(asked, by, one) for one in options]
    return [*found, _without(asked, by)] if _may_lack(by) else found


def _may_lack(by: Field) -> bool:
    column = getattr(by.column, "__clause_element__", lambda: by.column)()
    return bool(by.through) or bool(getattr(column, "nullable", True))


def _option(asked: "Asked", by: Field, option: Option) -> Group:
    raw = {"field": by.key, "op": "has" if by.kind == "multi" else "is", "values": [option.value]}
    return group(asked, option.value, str(option.label), raw)


def _without(asked: "Asked", by: Field) -> Group:
    label = _("%(field)s: none", field=by.label)
    return group(asked, EMPTY, label, {"field": by.key, "op": "empty"})


def _before(asked: "Asked", by: Field, day: date) -> Group:
    raw = {"field": by.key, "op": "lt", "values": [day.isoformat()]}
    return group(asked, "before", _("Before"), raw)


def _behind(asked: "Asked", by: Field, day: date) -> Group:
    raw = {"field": by.key, "op": "gt", "values": [day.isoformat()]}
    return group(asked, "after", _("Later"), raw)


def _in_month(asked: "Asked", by: Field, first: date) -> Group:
    days = [first.isoformat(), _last(first).isoformat()]
    raw = {"field": by.key, "op": "between", "values": days}
    word = format_date(first, "LLLL yyyy", locale=get_locale() or "en")
    return group(asked, f"{first:%Y-%m}", word, raw)


def _month(day: date, turn: int) -> date:
    number = day.year * 12 + day.month - 1 + turn
    return date(number // 12, number % 12 + 1, 1)


def _last(first: date) -> date:
    return first.replace(day=monthrange(first.year, first.month)[1])


def _sliced(by: Field, every: list[Group], after: str | None, before: str | None) -> Groups:
    place = keyset.unpack(before or after, str, int)
    start = place[1] if place and place[0] == by.key else 0
    start = max(start - VALUES, 0) if before and place else start
    more = start + VALUES < len(every)
    return Groups(
        every[start : start + VALUES],
        keyset.pack(by.key, start) if start > 0 else None,
        keyset.pack(by.key, start + VALUES) if more else None,
    )


def _records(
    asked: "Asked", by: Field, rows: Select, after: str | None, before: str | None
) -> Groups:
    """People or records that rows of the list name, by name; then those that name none."""
    place = keyset.unpack(before or after, str, str, int)
    place = place if place and place[0] == by.key else None
    backwards = bool(before and place)
    found = _named(asked, by, rows, place, backwards)
    has_more, found = len(found) > RECORDS, found[:RECORDS]
    found = found[::-1] if backwards else found
    if backwards and not found:
        return _records(asked, by, rows, None, None)
    groups = [_of_record(asked, by, row) for row in found]
    has_next = True if backwards else has_more
    if not has_next:
        groups += _of_no_record(asked, by)
    answer = Groups(groups)
    if found and (has_more if backwards else place is not None):
        answer.previous = keyset.pack(by.key, found[0].word, found[0].id)
    if found and has_next:
        answer.next = keyset.pack(by.key, found[-1].word, found[-1].id)
    return answer


def _named(
    asked: "Asked", by: Field, rows: Select, place: tuple | None, backwards: bool
) -> Sequence[Any]:
    target: Any = aliased(_target(by))
    word = target.sort_name if by.kind == "reference" else target.name
    model: Any = catalogue().models[asked.menu.record]
    names = _names(by, model, target.id, target)
    # Most of many records are named by no row at all: an index says so before the list is asked.
    living = [model.deleted_at.is_(None)] if hasattr(model, "deleted_at") else []
    ever = select(model.id).where(names, *living).correlate(target).exists()
    there = rows.where(names).correlate(target).exists()
    wanted = select(target.id, target.name, word.label("word")).where(ever, there)
    if by.kind == "reference":
        wanted = wanted.where(target.deleted_at.is_(None), visible(asked.user, target))
    if place:
        here, mark = tuple_(word, target.id), (place[1], place[2])
        wanted = wanted.where(here < mark if backwards else here > mark)
    keys = (word.desc(), target.id.desc()) if backwards else (word, target.id)
    return db.session.execute(wanted.order_by(*keys).limit(RECORDS + 1)).all()


def _target(by: Field) -> Any:
    return User if by.kind == "user" else catalogue().models[by.target]


def _names(by: Field, model: Any, number: Any, *outer: Any) -> Any:
    """That a row of `model` names the record with this number (or one of those selected)."""
    test = by.column.in_(number) if isinstance(number, Select) else by.column == number
    if by.through is None:
        return test
    said = select(by.through.link).where(*by.through.where, test)
    return model.id.in_(said.correlate(*outer) if outer else said)


def _of_record(asked: "Asked", by: Field, row: Any) -> Group:
    raw = {"field": by.key, "op": "is", "values": [str(row.id)]}
    model = catalogue().models[asked.menu.record]
    return Group(str(row.id), row.name, _names(by, model, row.id), narrowed(asked, raw))


def _of_no_record(asked: "Asked", by: Field) -> list[Group]:
    """Those that name nobody, and those whose record the reader does not see."""
    without = _without(asked, by)
    if by.key == "owner":
        without.label = _("Nobody yet")
    return [without, *([_hidden(asked, by)] if by.kind == "reference" else ())]


def _hidden(asked: "Asked", by: Field) -> Group:
    target: Any = _target(by)
    seen = func.coalesce(visible(asked.user, target), false())
    unseen = select(target.id).where(or_(target.deleted_at.is_not(None), not_(seen)))
    condition = _names(by, catalogue().models[asked.menu.record], unseen)
    url = ""
    if by.key in catalogue().relations.get(asked.menu.record, {}):
        bare: Raw = {"relation": by.key, "has": "none", "where": None}
        url = narrowed(asked, {"all": [{"field": by.key, "op": "filled"}, bare]})
    return Group(HIDDEN, _("Not shown"), and_(condition), url)


__all__ = ["Group", "Groups", "Sum", "group", "grouping_of", "groups_of", "months", "offers_of"]
