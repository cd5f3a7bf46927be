"""Who takes an act back: who did it, or who may do by hand what that would do (O1)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask import current_app
from flask_babel import gettext as _

from crm.accounts.models import User
from crm.accounts.queries import user_by_id, users_for
from crm.accounts.rules import check_claimed, check_restorer, may
from crm.core.refusal import Refused
from crm.history import writing
from crm.history.models import ChangeSet, ChangeValue
from crm.history.planning import Step, present
from crm.history.rules import OWNED

SUMS = frozenset({"amount_cents", "cents"})
OWN_SUM = frozenset({"cents"})  # of a field of the house's own
OF_MERGE = frozenset({"deleted_at", "merged_into_id"})
# Fields that are given, moved or deleted, each by rules of its own, and not edited.
MOVED = frozenset({"owner_id", "team_id", "deleted_at", "merged_into_id", "lifecycle"})


@dataclass
class Taking:
    """Somebody about to take an act back, or to do it again.

    `is_own`: the act and its last turn are theirs. Without an `act` one value is put back by hand,
    and all holds that a form asks.
    """

    by: User
    act: ChangeSet | None = None
    is_own: bool = False
    is_again: bool = False

    @property
    def may_delete(self) -> bool:
        """Whoever added something may take that back without the right to delete."""
        return (self.is_own and not self.is_again) or may(self.by, "delete_records")

    @property
    def is_merge(self) -> bool:
        """What comes together moves owners and sums along; by hand that asks for no more."""
        return self.is_own and self.act is not None and ".merge" in self.act.kind

    @cached_property
    def receivers(self) -> set[int]:
        return {one.id for one in users_for(self.by)}


def taking(turns: Sequence[ChangeSet], by: User) -> Taking:
    """`by` before an act with all its undoing and doing again, the first turn first."""
    is_own = turns[0].user_id == turns[-1].user_id == by.id
    return Taking(by, turns[0], is_own, len(turns) % 2 == 0)


def of_many(act: ChangeSet) -> bool:
    """Whether an act was over many rows, or a file that came in."""
    return act.actor == "import" or act.kind.startswith("batch.")


def check_act(act: ChangeSet | None, by: User) -> None:
    """Raises Refused where an act as a whole is not for `by` to take back, or to do again.

    An act over many rows is for who ran it or a manager, with the rights that it asked for.
    """
    if not may(by, "edit_records"):
        raise Refused(_("Your role may look, and change nothing."))
    if act is None or not of_many(act):
        return
    if act.user_id != by.id and not may(by, "assign_others"):
        raise Refused(_("Only who did this, or a manager, can take it back."))
    if act.actor == "import" and not may(by, "import_records"):
        raise Refused(_("Your role may not import, so it cannot take an import back."))
    kind = current_app.extensions["tend.batches"].get(act.kind.removeprefix("batch."))
    if kind is not None and kind.label and not may(by, "bulk_edit"):
        raise Refused(_("Your role may not change many records at once, nor take that back."))
    if kind is not None and not may(by, kind.right):
        raise Refused(_("Your role may not do this, so it cannot take it back."))


def check_step(step: Step, who: Taking) -> None:
    """Raises Refused where `who` may not do by hand what a step of an undo does."""
    tracked, old = step.tracked, step.value.old or {}
    if who.act is not None and who.act.kind in tracked.along:
        return
    right = tracked.right or (tracked.by_hand if step.value.op == "update" else "")
    if right and not may(who.by, right):
        raise Refused(_("Your role may not change these settings."))
    _check_sums(step, who)
    if step.act == "remove" and tracked.record and not who.may_delete:
        raise Refused(_("It would go to the trash, and your role may not delete records."))
    if step.act == "remove" and tracked.may_remove and who.act and not of_many(who.act):
        tracked.may_remove(step.row, who.by, who.act.user_id)
    if step.act != "restore":
        return
    if "deleted_at" in step.free:
        _check_trash(step, old, who)
    if "owner_id" in step.free and tracked.table in OWNED:
        check_owner(step.row, old.get("owner_id"), who)
    if who.act and not (who.is_own or of_many(who.act)) and tracked.record:
        _check_claimed(step.row, step, old)
    if tracked.may_set:
        tracked.may_set(step.row, step.free, who.by)


def check_value(step: Step, by: User, records: Mapping[tuple[str, int], Any]) -> None:
    """As `check_step`, for one value that is put back by hand: all holds that a form asks.

    `records`: those that it belongs to.
    """
    check_step(step, Taking(by))
    if getattr(step.row, "merged_into_id", None) is not None and OF_MERGE & set(step.free):
        raise Refused(_("It was merged into another record. Undo the merge: what it had comes back "
                        "with it."))  # fmt: skip
    for row in records.values():
        _check_claimed(row, step, step.value.old or {})


def may_put_back(
    value: ChangeValue, row: Any, name: str, by: User, records: Mapping[tuple[str, int], Any]
) -> bool:
    """Whether `by` may give one field of a row its old value by hand."""
    step = Step(value, writing.TABLES[value.table], row, "restore", free=[name])
    own = {place: records[place] for place in value.records.items() if place in records}
    try:
        check_value(step, by, own)
    except Refused:
        return False
    return True


def check_owner(row: Any, to: int | None, who: Taking) -> None:
    """Raises Refused where a row's owner is not for `who` to put back."""
    by = who.by
    if who.act is None and to is not None:
        owner = user_by_id(to)
        if owner is None or not owner.is_active:
            raise Refused(_("Who had it no longer works here."))
    if may(by, "assign_others"):
        is_near = by.sees_all or who.is_own or to in {None, by.id} or to in who.receivers
        if not is_near:
            raise Refused(_("You give records to people of your own teams only."))
        return
    if who.is_merge or (who.is_own and by.id in {row.owner_id, to}):
        return
    if row.owner_id not in {None, by.id}:
        raise Refused(_("Only a manager takes records from others."))
    if to not in {None, by.id}:
        raise Refused(_("Only a manager gives records to others."))


def words_against(who: Taking, steps: Sequence[Step]) -> str:
    """Why an act is not for `who` to take back as far as these steps tell, or an empty text."""
    try:
        check_act(who.act, who.by)
        for step in steps:
            check_step(step, who)
    except Refused as refusal:
        return str(refusal.message)
    return ""


def glance(value: ChangeValue, tracked: Any, row: Any) -> Step:
    """The step that takes a change back where nothing stands in its way."""
    if value.op == "insert":
        return Step(value, tracked, row, "remove")
    if value.op == "delete":
        return Step(value, tracked, row, "put_back")
    return Step(
        value, tracked, row, "restore" if row is not None else "", free=list(value.new or {})
    )


def _check_sums(step: Step, who: Taking) -> None:
    if may(who.by, "see_amounts") or who.is_merge:
        return
    told = {**(step.value.old or {}), **(step.value.new or {})}
    names = SUMS & set(step.free) if step.act == "restore" else OWN_SUM
    if step.act and any(told.get(name) is not None for name in names):
        raise Refused(_("It would change sums, which your role does not see."))


def _check_trash(step: Step, old: Mapping[str, Any], who: Taking) -> None:
    if present(step.row, "deleted_at"):
        check_restorer(step.row, who.by)
    elif old.get("deleted_at") and not who.may_delete:
        raise Refused(_("It would go to the trash, and your role may not delete records."))


def _check_claimed(row: Any, step: Step, old: Mapping[str, Any]) -> None:
    """What is edited has somebody, or gets one by the same act."""
    is_edit = not MOVED.issuperset(set(step.free) & set(step.tracked.labels))
    if is_edit and getattr(row, "deleted_at", None) is None and hasattr(row, "owner_id"):
        check_claimed(row, old.get("owner_id") if "owner_id" in step.free else None)
