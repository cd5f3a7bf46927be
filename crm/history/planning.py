"""What an undo would do: each change beside what stands there now."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, TypeVar

from crm.history import queries, writing
from crm.history.holding import as_they_are, brought, changes_of, held, leaning
from crm.history.models import ChangeValue
from crm.history.rules import Tracked, plain

T = TypeVar("T", bound=Any)
Record = tuple[str, int]
ASIDE = 500  # rows planned at once beside those that are undone
Leans = Mapping[Record, set[tuple[str, str, int]]]


@dataclass
class Step:
    """One change and its inverse.

    `act`: restore, remove, put_back, or "" where nothing is to be done. `why` something stays:
    changed (somebody changed it since), gone, taken (somebody else has the value), used, or one of
    the reasons of the table's own (`Tracked.whys`).
    `free`: the fields that get their old value; `blocked`: those that people see and that stay.
    """

    value: ChangeValue
    tracked: Tracked
    row: Any = None
    act: str = ""
    why: str = ""
    free: list[str] = field(default_factory=list)
    blocked: list[str] = field(default_factory=list)


@dataclass
class Plan:
    """The steps so far, and what they make of the rows, so that the next step starts from there.

    `added`: rows that this set brought. `stuck`: fields of records that stay. `held`: rows that do.
    """

    rows: dict[tuple[str, int], Any]
    steps: list[Step] = field(default_factory=list)
    then: dict[tuple[str, int], dict[str, Any]] = field(default_factory=dict)
    added: set[Record] = field(default_factory=set)
    stuck: set[tuple[Record, str]] = field(default_factory=set)
    held: dict[Record, str] = field(default_factory=dict)

    def take(self, value: ChangeValue) -> None:
        tracked = writing.TABLES.get(value.table)
        if tracked is None or (value.old is None and value.new is None):
            return  # a table of a feature that is gone, or values that were erased
        if not tracked.gives_back(value.op, value.old, value.new):
            return  # kept to be read
        step = Step(value, tracked, self.rows.get((value.table, value.row_id)))
        if value.op == "insert":
            self.added.add((tracked.record or tracked.table, value.row_id))
        if not self._stays(step):
            PLANNERS[value.op](self, step)
        self.stuck |= {((tracked.record, value.row_id), name) for name in step.blocked}
        self.steps.append(step)

    def now(self, step: Step, name: str) -> Any:
        """The value of a field as it will be when this step is done."""
        planned = self.then.get((step.value.table, step.value.row_id), {})
        return planned[name] if name in planned else present(step.row, name)

    def hold(self, seen: frozenset[Record] = frozenset()) -> None:
        """Let rows stay that others still name once all of this is done.

        What the same set brought and is not planned here is planned aside, to see whether it goes;
        `seen` are rows that are looked at already.
        """
        removed = [step for step in self.steps if step.act == "remove"]
        named: dict[str, list[int]] = {}
        for step in removed:
            if step.tracked.kept_by:
                named.setdefault(step.tracked.table, []).append(step.value.row_id)
        leans = leaning(named)
        if not leans:
            return
        planned = {(step.value.table, step.value.row_id) for step in self.steps}
        others = {(t, n) for some in leans.values() for t, _c, n in some} - planned
        going = {(step.value.table, step.value.row_id) for step in removed} | (others & seen)
        sets = {step.value.change_set_id for step in removed}
        going |= going_aside(sets, others - seen, seen | planned | others)
        while held := [step for step in removed if self._is_held(step, leans, going)]:
            for step in held:
                step.act, step.why = "", "used"
                removed.remove(step)
                going.discard((step.value.table, step.value.row_id))

    def _is_held(self, step: Step, leans: Leans, going: set[Record]) -> bool:
        here = (step.value.table, step.value.row_id)
        return any(
            (table, number) not in going
            and self.then.get((table, number), {}).get(column, here[1]) == here[1]
            for table, column, number in leans.get(here, ())
        )

    def _stays(self, step: Step) -> bool:
        """What a record brought along lives with it; what hangs on a field stays with that."""
        records = set(step.value.records.items())
        if step.tracked.is_part and step.value.op == "insert" and records & self.added:
            return True
        table, name = step.tracked.goes_with
        if step.value.op == "insert" and (table, (step.value.new or {}).get(name)) in self.added:
            return True
        leaders = step.tracked.hangs_on
        return any((record, leader) in self.stuck for record in records for leader in leaders)


def going_aside(
    sets: Collection[int], others: Collection[Record], seen: Collection[Record]
) -> set[Record]:
    """Which of these rows the sets brought, and go when these are undone."""
    found = set[Record]()
    places = sorted(brought(sets, others))
    for start in range(0, len(places), ASIDE):
        piece = places[start : start + ASIDE]
        aside = Plan(as_they_are(piece))
        for change in changes_of(sets, piece):
            aside.take(change)
        aside.hold(frozenset(seen))
        gone = [step.value for step in aside.steps if step.act == "remove"]
        found |= {(value.table, value.row_id) for value in gone}
    return found


def plan(values: Sequence[ChangeValue], around: Sequence[ChangeValue] = ()) -> list[Step]:
    """The steps that undo `values`, records first, the last change of each kind first.

    `around`: what the same set did to the records that `values` belong to, where only a part of
    the set is planned.
    """
    found = Plan(queries.rows_of([*values, *around]))
    found.held = held(values, found.rows)
    wanted = {value.id for value in values}
    both = {value.id: value for value in [*around, *values]}
    last_first = [both[number] for number in sorted(both, reverse=True)]
    for value in sorted(last_first, key=_rank):
        found.take(value)
    found.hold()
    return [step for step in found.steps if step.value.id in wanted]


def in_effect(
    turns: Sequence[Sequence[ChangeValue]],
) -> tuple[list[ChangeValue], list[ChangeValue]]:
    """What an act that was undone and done again did that still stands, and what else it did.

    `turns`: its changes, those of its undo, and so on; the last turn is in force. What an undo
    had to leave, no later turn tells of: that is found in the turns before.
    """
    wanted, around = list[ChangeValue](), list[ChangeValue]()
    for value, stands in _standing(turns):
        if stands is None:
            around.append(value)
        else:
            is_whole = len(stands) == len(value.new or ())
            wanted.append(value if is_whole else _part(value, stands))
    return wanted, around


def numbers_in_effect(traces: Iterable[Any], turns: Sequence[int]) -> Iterator[int]:
    """The numbers of the changes that `in_effect` gives, of any number of rows.

    `traces`: `turns.traces_of_turns`; `turns`: the numbers of the sets, the first one first.
    """
    for _row, some in groupby(traces, key=lambda trace: (trace.table, trace.row_id)):
        of_row: dict[int, list[Any]] = {number: [] for number in turns}
        for trace in some:
            of_row[trace.change_set_id].append(trace)
        both = _standing(list(of_row.values()))
        yield from (trace.id for trace, stands in both if stands is not None)


def _standing(turns: Sequence[Sequence[T]]) -> Iterator[tuple[T, list[str] | None]]:
    """What the last turn and each second one before it did, with the fields that still stand."""
    later: dict[tuple[str, int], set[str]] = {}
    for back, turn in enumerate(reversed(_but_left_out(turns))):
        if back % 2 == 0:
            yield from ((value, _untouched(value, later)) for value in turn)
        for value in turn:
            later.setdefault((value.table, value.row_id), set()).update(value.new or [""])


def _but_left_out(turns: Sequence[Sequence[T]]) -> list[Sequence[T]]:
    """The turns but for what an undo left out for want of its value and the next put there again.

    What the act itself changed of such a row (`is_dropped`) is then to be taken back once more.
    """
    kept = list(turns)
    for place in range(2, len(kept)):
        again = _rows(kept[place], "insert") & _rows(kept[place - 1], "delete")
        again &= set().union(*(_rows(turn, "update") for turn in kept[place - 2 :: -2]))
        for one in (place - 1, place) if again else ():
            kept[one] = [value for value in kept[one] if (value.table, value.row_id) not in again]
    return kept


def _rows(turn: Sequence[Any], op: str) -> set[Record]:
    return {(value.table, value.row_id) for value in turn if value.op == op}


def _untouched(value: Any, later: Mapping[tuple[str, int], set[str]]) -> list[str] | None:
    """The fields of a change that nothing later touched; None where nothing of it is left."""
    touched = later.get((value.table, value.row_id))
    names = list(value.new or ())
    if not touched:
        return names
    names = [name for name in names if name not in touched]
    return names if value.op == "update" and "" not in touched and names else None


def _part(value: ChangeValue, names: Iterable[str]) -> ChangeValue:
    """A change as if it had been of these fields alone."""
    old, new = value.old or {}, value.new or {}
    links = {f"{kind}_id": number for kind, number in value.records.items()}
    return ChangeValue(
        id=value.id, change_set_id=value.change_set_id, table=value.table, row_id=value.row_id,
        op="update", old={n: old.get(n) for n in names}, new={n: new[n] for n in names}, **links,
    )  # fmt: skip


def present(row: Any, name: str) -> Any:
    """The value of a field now, in its plain form."""
    return plain(getattr(row, name, None))


def _rank(value: ChangeValue) -> int:
    """Records first, and what goes with another row behind that."""
    tracked = writing.TABLES.get(value.table)
    if tracked is None or tracked.goes_with[0]:
        return 2
    return 0 if tracked.record else 1


def _plan_insert(found: Plan, step: Step) -> None:
    if step.row is None or not _belongs(found, step) or present(step.row, "deleted_at") is not None:
        return  # gone already, or in the trash
    new, tracked = step.value.new or {}, step.tracked
    looked_at = tracked.leading(new) - tracked.automatic
    step.blocked = [name for name in looked_at if found.now(step, name) != new.get(name)]
    step.act, step.why = ("", "changed") if step.blocked else ("remove", "")


def _plan_delete(found: Plan, step: Step) -> None:
    if step.row is None or not (_belongs(found, step) and _is_same(step)):
        step.act = "put_back"


def _is_same(step: Step) -> bool:
    old = step.value.old or {}
    return all(present(step.row, name) == old.get(name) for name in step.tracked.leading(old))


def _plan_update(found: Plan, step: Step) -> None:
    if step.row is None or not _belongs(found, step):
        step.why = "gone"
        return
    old, new, tracked = step.value.old or {}, step.value.new or {}, step.tracked
    same = {name for name, value in new.items() if found.now(step, name) == value}
    wanted = tracked.returns(old, new)
    for name in (name for name in new if name in wanted):
        leader = tracked.follows.get(name) or tracked.beside.get(name, name)
        if (leader if leader in new else name) in same:
            step.free.append(name)
        elif name in tracked.labels and found.now(step, name) != old.get(name):
            step.blocked.append(name)
    if step.free and (why := found.held.get((step.value.table, step.value.row_id))):
        step.free, step.why = [], why
        return
    key = (step.value.table, step.value.row_id)
    found.then.setdefault(key, {}).update({name: old.get(name) for name in step.free})
    step.act = "restore" if step.free else ""
    step.why = "changed" if step.blocked else ""


def _belongs(found: Plan, step: Step) -> bool:
    """Whether the row with this number is still that of its record, or went with it in a merge."""
    if not step.tracked.is_part:
        return True
    return all(
        getattr(step.row, name) in {number, _became(found, kind, number)}
        for kind, name in step.tracked.links.items()
        for number in [step.value.records.get(kind)]
    )


def _became(found: Plan, kind: str, number: int | None) -> int | None:
    into = getattr(found.rows.get((kind, number or 0)), "merged_into_id", None)
    return number if into is None else into


PLANNERS = {"insert": _plan_insert, "update": _plan_update, "delete": _plan_delete}
