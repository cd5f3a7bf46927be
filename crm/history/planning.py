"""What an undo would do: each change beside what stands there now."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from crm.history import queries, writing
from crm.history.models import ChangeValue
from crm.history.rules import Tracked, plain


@dataclass
class Step:
    """One change and its inverse.

    `act`: restore, remove, put_back, or "" where nothing is to be done. `why` something stays:
    changed (somebody changed it since), gone, taken (somebody else has the value), used.
    `free`: the fields that get their old value; `blocked`: those that people see and that stay.
    """

    value: ChangeValue
    tracked: Tracked
    row: Any = None
    act: str = ""
    why: str = ""
    free: list[str] = field(default_factory=list)
    blocked: list[str] = field(default_factory=list)


def plan(values: Sequence[ChangeValue]) -> list[Step]:
    """The steps that undo `values`, the last change first."""
    rows = queries.rows_of(values)
    steps = []
    for value in reversed(values):
        tracked = writing.TABLES.get(value.table)
        if tracked is None or (value.old is None and value.new is None):
            continue  # a table of a feature that is gone, or values that were erased
        step = Step(value, tracked, rows.get((value.table, value.row_id)))
        PLANNERS[value.op](step)
        steps.append(step)
    return steps


def present(row: Any, name: str) -> Any:
    """The value of a field now, in its plain form."""
    return plain(getattr(row, name, None))


def _plan_insert(step: Step) -> None:
    if step.row is None or present(step.row, "deleted_at") is not None:
        return  # gone already, or in the trash
    new = step.value.new or {}
    step.blocked = [
        name
        for name in step.tracked.labels
        if name not in step.tracked.automatic and present(step.row, name) != new.get(name)
    ]
    if step.blocked:
        step.why = "changed"
    else:
        step.act = "remove"


def _plan_delete(step: Step) -> None:
    if step.row is None or not _is_same(step):
        step.act = "put_back"


def _is_same(step: Step) -> bool:
    old = step.value.old or {}
    return all(present(step.row, name) == old.get(name) for name in step.tracked.labels)


def _plan_update(step: Step) -> None:
    if step.row is None or not _belongs(step):
        step.why = "gone"
        return
    new, tracked = step.value.new or {}, step.tracked
    same = {name for name, value in new.items() if present(step.row, name) == value}
    for name in new:
        leader = tracked.follows.get(name, name)
        if (leader if leader in new else name) in same:
            step.free.append(name)
        elif name in tracked.labels and not _is_back(step, name):
            step.blocked.append(name)
    step.act = "restore" if step.free else ""
    step.why = "changed" if step.blocked else ""


def _is_back(step: Step, name: str) -> bool:
    """Whether a field has its old value already."""
    return present(step.row, name) == (step.value.old or {}).get(name)


def _belongs(step: Step) -> bool:
    """Whether the row with this number is still the one that was changed then."""
    if not step.tracked.is_part:
        return True
    return all(
        getattr(step.row, name) == step.value.records.get(kind)
        for kind, name in step.tracked.links.items()
    )


PLANNERS = {"insert": _plan_insert, "update": _plan_update, "delete": _plan_delete}
