"""What all pages of the history share: the blueprint, fetching, and telling sets in words."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, abort
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from crm.accounts.rules import may
from crm.core import clock
from crm.history import beside, queries, writing
from crm.history.models import ChangeSet, ChangeValue
from crm.history.rights import Taking, glance, of_many, words_against
from crm.history.routes.names import Names
from crm.history.routes.words import Told, told
from crm.history.rules import UNDOABLE

bp = Blueprint("history", __name__)
LARGEST = 2**53
HIDDEN = _l("This also changed records that you do not see. An administrator can undo it.")


def the_set(set_id: int) -> ChangeSet:
    """The change set of the URL if this person may see anything of it, else 404."""
    found = queries.set_for(current_user, set_id) if set_id < LARGEST else None
    if found is None:
        abort(404)
    return found


def tell(
    sets: Sequence[ChangeSet],
    limit: int = queries.SHOWN,
    *,
    after: int = 0,
    of: tuple[str, int] | None = None,
    judges: bool = True,
) -> list[Told]:
    """The sets in the reader's words, with who undid them and whether they can be undone.

    `after`: the number of the change behind which their values begin. `of`: kind and number of the
    record whose values alone are told.
    """
    values = queries.values_of(current_user, sets, limit + 1, after=after, of=of)
    wider = beside.reaching_further(current_user, sets, of) if of else set()
    undone = queries.undone(sets)
    names = Names(current_user, sets, [one for some in values.values() for one in some])
    edits = may(current_user, "edit_records")
    stories = []
    for one in sets:
        story = told(one, values[one.id][:limit], names, of)
        story.has_more = len(values[one.id]) > limit or one.id in wider
        story.last_id = values[one.id][:limit][-1].id if values[one.id] else 0
        story.undone = undone.get(one.id)
        story.may_undo = edits and bool(values[one.id]) and story.undone is None
        story.may_undo = story.may_undo and clock.now() - one.at <= UNDOABLE
        story.may_undo = story.may_undo and one.kind != "command"
        story.may_undo = story.may_undo and any(map(_gives_back, values[one.id]))
        stories.append(story)
    if judges:
        _say_why_not([one for one in stories if one.may_undo], values)
    return stories


def _say_why_not(stories: Sequence[Told], values: Mapping[int, Sequence[ChangeValue]]) -> None:
    """Of acts that can be undone: why this reader may not, as far as the first changes tell it."""
    judged = {
        one.set.id: []
        if one.is_of(current_user)
        else [value for value in values[one.set.id] if _gives_back(value)]
        for one in stories
    }
    rows = beside.standing(value for some in judged.values() for value in some)
    small = [one.set for one in stories if not one.is_of(current_user) and not of_many(one.act)]
    hidden = beside.partly_hidden(current_user, small)
    for one in stories:
        who = Taking(current_user, one.act, one.is_of(current_user), one.turns % 2 == 1)
        steps = [
            glance(value, writing.TABLES[value.table], rows.get((value.table, value.row_id)))
            for value in judged[one.set.id]
        ]
        one.why_not = words_against(who, steps) or (HIDDEN if one.set.id in hidden else "")


def _gives_back(value: ChangeValue) -> bool:
    tracked = writing.TABLES.get(value.table)
    return tracked is not None and tracked.gives_back(value.op, value.old, value.new)


def older(sets: Sequence[Any], limit: int = queries.LIMIT) -> int | None:
    """The place after the last of a full page."""
    return sets[limit - 1].id if len(sets) > limit else None
