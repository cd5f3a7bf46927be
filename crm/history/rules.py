"""What is kept of a change and how: plain values, merging, what belongs together."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from crm.core.refusal import Refused

TOAST = timedelta(minutes=10)
UNDOABLE = timedelta(days=30)
ACTORS = ("user", "rule", "import", "token", "prospect", "system")
# Types whose values JSON holds as they are.
SIMPLE = frozenset({str, int, bool, type(None), dict, list})
RECORDS = ("contact", "company", "deal")
OWNED = (*RECORDS, "task")
# Bookkeeping that no undo brings back and no reader asks for.
NEVER = frozenset({"id", "version", "updated_at", "last_touch_at", "last_in_at", "last_out_at"})


@dataclass(frozen=True)
class Tracked:
    """A table whose rows are kept in the history; a feature lists its own in `fields.HISTORY`.

    `links`: the record a row belongs to by the attribute that names it ({"contact": "contact_id"};
    a record itself: {"contact": "id"}). `labels`: the fields that people are shown, in words.
    `follows`: fields that go with another one ({"sort_name": "name"}); `beside`: those that do in
    rows where the other one has a value. `take_back(row, by)` undoes
    that the row was added; without it the row is deleted; `take_back_many(rows, by)` does so for
    several; `comes_back(row, by)` runs when a row that was taken back stands again, because the
    undo was undone; `given_back(row, by)` when fields of it got their old values. `is_part`: the
    row goes to the trash with its record. `is_dropped`: where its unique value was taken by
    somebody else meanwhile, the row is left out instead of kept as it is.
    `only`: nothing but these fields is kept. `keeps(row, op)`: whether such a change of a row is
    kept at all. `counts`: a number that only rises, also by an undo (what it counts was told to
    people already).
    `automatic`: fields that rules move by themselves, so that a change of them does not keep a row
    that is to be taken back. `hangs_on`: the fields of the record that these rows tell of; they are
    taken back with them or not at all. `goes_with`: a table and the column that names a row of it;
    added together, the row is taken back with that one or not at all. `right`: who may read and
    undo changes of rows that belong to no record; `by_hand`: the right that changing them asks
    where everybody may read them. `restores`: the only fields that an undo gives
    back; where it is said, a row that was added stays unless `take_back` says how it goes.
    `properties`: attributes that are no columns (a team's openings of a day); who changes them says
    so with `writing.noting`. `noted(row, old, new, by)` tells the list of sign-ins what an undo
    gave back. `is_once`: its numbers are given once; they need not be where no row ever goes, or
    where `labels` hold all of a row, so that an undo looks at these. `is_named`:
    lines tell the name of the row that they are of.
    `switches(old, new)`: further fields that an undo of just such a change gives back.
    `along`: acts that change such rows by the way (a tag is merged, and conditions follow it): who
    takes one of them back takes these along, whether or not they see or may change them by hand.
    `drafts`: JSON of which only what differs is kept, to be read alone.
    `kept_by`: tables and their columns that name a row of this one; while a living row does, a row
    that was added is not taken back.
    `empties(row, by)` does a piece of what `take_back` of a row would do for long, and says whether
    more may be left, so that an undo of many rows does it in several transactions.
    `outlives(row, set_id)`: whether a row that a set added stays when the whole set is taken back:
    "used" where others use it, else "".
    `holds([(row, old, new), …])`: which changes stay though nobody touched the row since, and why:
    by number of the row a key of `whys`, which gives it in words.
    `may_set(row, names, by)` raises Refused where this person may not give these fields their old
    values, `may_remove(row, by, adder_id)` where they may not take back that it was added; a list
    of acts knows the number of who added it, and no row.
    `shows`: fields that people read in the place of another one ({"edited_at": "body"}), where
    `is_shown(row)` says so. `words`: what a plain value is called, by field.
    `tell(row, old, new)` gives label, old and new value in words where columns and labels alone
    cannot; such a value is restored as a whole.
    """

    model: type[Any]
    label: Any
    links: dict[str, str] = field(default_factory=dict)
    labels: dict[str, Any] = field(default_factory=dict)
    follows: dict[str, str] = field(default_factory=dict)
    beside: dict[str, str] = field(default_factory=dict)
    take_back: Callable[[Any, Any], Any] | None = None
    take_back_many: Callable[[Any, Any], Any] | None = None
    comes_back: Callable[[Any, Any], Any] | None = None
    given_back: Callable[[Any, Any], Any] | None = None
    is_part: bool = False
    is_dropped: bool = False
    only: frozenset[str] = frozenset()
    keeps: Callable[[Any, str], bool] | None = None
    counts: str = ""
    automatic: frozenset[str] = frozenset()
    hangs_on: tuple[str, ...] = ()
    goes_with: tuple[str, str] = ("", "")
    kept_by: tuple[tuple[str, str], ...] = ()
    empties: Callable[[Any, Any], bool] | None = None
    outlives: Callable[[Any, int], str] | None = None
    holds: Callable[[list[Any]], dict[int, str]] | None = None
    whys: Mapping[str, Any] = field(default_factory=dict)
    right: str = ""
    by_hand: str = ""
    restores: frozenset[str] | None = None
    properties: frozenset[str] = frozenset()
    noted: Callable[[Any, Mapping[str, Any], Mapping[str, Any], Any], None] | None = None
    is_once: bool = True
    is_named: bool = False
    switches: Callable[[Mapping[str, Any], Mapping[str, Any]], Iterable[str]] | None = None
    drafts: frozenset[str] = frozenset()
    along: frozenset[str] = frozenset()
    may_set: Callable[[Any, Iterable[str], Any], None] | None = None
    may_remove: Callable[[Any, Any, int | None], None] | None = None
    shows: dict[str, str] = field(default_factory=dict)
    is_shown: Callable[[Any], bool] | None = None
    words: dict[str, Callable[[Any], Any]] = field(default_factory=dict)
    tell: Callable[[Any, Any, Any], tuple[str, str, str]] | None = None

    @property
    def table(self) -> str:
        return self.model.__tablename__

    @property
    def record(self) -> str:
        """The kind of record that a row is itself, "" where it belongs to one."""
        return next((kind for kind, name in self.links.items() if name == "id"), "")

    def leading(self, values: Mapping[str, Any]) -> set[str]:
        """The fields by which a row of these values is known: those that go with no other one."""
        names = self.labels or values
        return {name for name in names if values.get(self.beside.get(name, "")) is None}

    def returns(self, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> set[str]:
        """The fields that an undo of such a change gives back."""
        old, new = old or {}, new or {}
        if self.restores is None:
            return set(new)
        more = self.switches(old, new) if self.switches else ()
        return {name for name in new if name in self.restores or name in more}

    def gives_back(
        self, op: str, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None
    ) -> bool:
        """Whether an undo of such a change would do anything."""
        if self.restores is None:
            return True
        if op != "update":
            return op == "insert" and self.take_back is not None
        return bool(self.returns(old, new))


class Held(Refused):
    """What happened since keeps a row as it is; `why` is one of `Tracked.whys`."""

    def __init__(self, why: str, message: str) -> None:
        super().__init__(message)
        self.why = why


# Why an undo leaves something as it is, whatever the table.
WHY = {
    "changed": _l("Changed since, so it stays."),
    "gone": _l("It is gone by now."),
    "taken": _l("Somebody else has it by now."),
    "used": _l("It is in use by now."),
    "trash": _l("It stays for those who go to the trash, in case they come back."),
}


def why_words(tracked: Tracked | None, why: str) -> str:
    """Why something stays, in words; of a table that is gone only what holds for all."""
    return str(WHY.get(why) or (tracked.whys.get(why, "") if tracked else ""))


@dataclass
class Changed:
    """What happened to one row of a tracked table."""

    op: str
    table: str
    row_id: int
    old: dict[str, Any] | None
    new: dict[str, Any] | None
    records: dict[str, int]


def plain(value: Any) -> Any:
    """A column's value as JSON can hold it: instants in UTC, days and sums as text."""
    if type(value) in SIMPLE:
        return value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return value


def differing(old: Any, new: Any) -> tuple[Any, Any]:
    """Of two JSON values only what differs."""
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        old, new = ({str(n): one for n, one in enumerate(some, 1)} for some in (old, new))
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return old, new
    names = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    pairs = {name: differing(old.get(name), new.get(name)) for name in names}
    return {n: one for n, (one, _) in pairs.items()}, {n: one for n, (_, one) in pairs.items()}


def restored(kind: type, value: Any) -> Any:
    """The value of a column of Python type `kind` from its plain form."""
    if value is None:
        return None
    if kind in {datetime, date}:
        return kind.fromisoformat(value)
    if kind is Decimal:
        return Decimal(value)
    return value


def merged(changes: Iterable[Changed]) -> list[Changed]:
    """One change a row, in the order in which rows were touched first; no change drops out.

    A row that went, or that came back, stands where that happened: what it names by then is
    there before it, and an undo goes the other way.
    """
    found: dict[tuple[str, int], Changed] = {}
    for one in changes:
        key = (one.table, one.row_id)
        before = found.get(key)
        if before is None:
            found[key] = one
            continue
        if (together := _together(before, one)) is None or one.op != "update":
            del found[key]
        if together is not None:
            found[key] = together
    return list(found.values())


def _together(before: Changed, after: Changed) -> Changed | None:
    """Two changes of one row as one, None where nothing is left of them."""
    records = {**before.records, **after.records}
    was = before.old or {}
    if before.op == "insert":
        if after.op == "delete":
            return None
        new = {k: v for k, v in {**(before.new or {}), **(after.new or {})}.items()}
        return Changed("insert", before.table, before.row_id, None, new, records)
    if after.op == "delete":
        old = {**(after.old or {}), **was}
        return Changed("delete", before.table, before.row_id, old, None, records)
    if after.op == "insert":  # taken away and put there again: what differs is a change
        now = after.new or {}
        pairs = {k: (was.get(k), now.get(k)) for k in {**was, **now}}
    else:
        both = {**(after.old or {}), **was}
        now = {**(before.new or {}), **(after.new or {})}
        pairs = {k: (both[k], now[k]) for k in now}
    pairs = {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
    if not pairs:
        return None
    old = {name: pair[0] for name, pair in pairs.items()}
    new = {name: pair[1] for name, pair in pairs.items()}
    return Changed("update", before.table, before.row_id, old, new, records)


def is_young(at: datetime, now: datetime) -> bool:
    """Whether a change can still be taken back from the history."""
    return now - at <= UNDOABLE


def check_age(at: datetime, now: datetime) -> None:
    """Raises Refused where a change is too old to be taken back from the history."""
    if not is_young(at, now):
        raise Refused(_("This is more than 30 days ago and can no longer be undone."))
