"""What of views and segments the history keeps: what they ask for, who sees and who has them."""

from collections.abc import Iterable
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from crm.accounts.models import User
from crm.accounts.rules import may
from crm.core import clock
from crm.core.db import db
from crm.core.refusal import Refused
from crm.filters.actions import members
from crm.filters.models import SavedView, Segment, SegmentMember
from crm.filters.queries.segments import may_change_segment
from crm.filters.queries.views import may_change
from crm.history.rules import Tracked

SHARED = {"private": _l("Only the owner"), "team": _l("A team"), "all": _l("Everybody")}
# What changes conditions by the way.
ALONG = frozenset({"tags.merge", "tags.update", "pipelines.delete_stage"})


def _is_changed(_row: Any, op: str) -> bool:
    return op == "update"


def _may_set(row: Any, names: Iterable[str], by: User) -> None:
    if "owner_id" in set(names) and not may(by, "manage_users"):
        raise Refused(_("Only who looks after people gives them to somebody."))
    if set(names) <= {"owner_id", "due_at"}:
        return
    is_theirs = may_change_segment if isinstance(row, Segment) else may_change
    if not is_theirs(by, row):
        raise Refused(_("This is somebody else’s."))


def _look_again(segment: Segment, _by: User) -> None:
    if segment.kind == "dynamic" and segment.archived_at is None:
        segment.due_at = clock.now()


def _asked(text: str) -> str:
    """The conditions of a segment in words."""
    said: str = current_app.extensions["tend.filter_words"](text, "contact")
    return said


def _is_by_hand(row: SegmentMember, _op: str) -> bool:
    """Who is in a segment that follows its conditions is no act of anybody."""
    segment = db.session.get(Segment, row.segment_id)
    return segment is not None and segment.kind == "static"


def _take_out(row: SegmentMember, by: User) -> None:
    members.take_out(db.session.get_one(Segment, row.segment_id), [row.contact_id], by)
    db.session.expunge(row)


def _put_back(row: SegmentMember, by: User) -> None:
    segment = db.session.get_one(Segment, row.segment_id)
    members.check(segment, by)
    members.put_back(segment, row.contact_id)


def _params(params: dict[str, str]) -> str:
    return ", ".join(f"{name}: {value}" for name, value in sorted(params.items()))


BOTH = {
    "name": _l("Name"),
    "sharing": _l("Who sees it"),
    "team_id": _l("Team"),
    "owner_id": _l("Owner"),
    "archived_at": _l("Put away"),
}
OF_SEGMENT = {
    "filter": _l("Conditions"),
    "has_no_sequences": _l("Who is in it gets no sequences"),
    "note": _l("Note"),
}
HISTORY = [
    Tracked(
        SavedView,
        _l("Saved view"),
        labels={**BOTH, "params": _l("What it shows")},
        only=frozenset({*BOTH, "params"}),
        keeps=_is_changed,
        may_set=_may_set,
        along=ALONG,
        words={"sharing": lambda one: SHARED.get(one, one), "params": _params},
    ),
    Tracked(
        Segment,
        _l("Segment"),
        labels={**BOTH, **OF_SEGMENT},
        follows={"folded": "name"},
        only=frozenset({*BOTH, *OF_SEGMENT, "folded"}),
        keeps=_is_changed,
        given_back=_look_again,
        may_set=_may_set,
        along=ALONG,
        words={
            "sharing": lambda one: SHARED.get(one, one),
            "filter": _asked,
        },
    ),
    Tracked(
        SegmentMember,
        _l("In the segment"),
        links={"contact": "contact_id"},
        labels={"segment_id": _l("In the segment")},
        keeps=_is_by_hand,
        take_back=_take_out,
        comes_back=_put_back,
        is_part=True,
    ),
]
ACTS = [
    ("segments.remove", _l("Taken out of a segment")),
    ("views.update", _l("Saved view changed")),
    ("views.save", _l("Saved view changed")),
    ("views.archive", _l("Saved view put away")),
    ("views.restore", _l("Saved view brought back")),
    ("segments.update", _l("Segment changed")),
    ("segments.archive", _l("Segment put away")),
    ("segments.restore", _l("Segment brought back")),
]
