"""Fixed segments filled and mended by hand: many contacts put in, or taken out, at once."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from wtforms import SelectField

from crm.accounts.models import User
from crm.batches.rules import BatchKind, Skip
from crm.contacts.bulk import load, names
from crm.contacts.models import Contact
from crm.core.db import db
from crm.core.refusal import Refused
from crm.filters import actions
from crm.filters.models import Segment, SegmentMember
from crm.filters.queries import segments_for
from crm.filters.queries.segments import may_change_segment

Options = Mapping[str, Any]
Rows = Mapping[int, tuple[Contact, Segment, bool]]


def _with_segment(user: User, ids: Sequence[int], options: Options) -> Rows:
    """The contacts with the segment, and whether they are in it."""
    segment = db.session.get(Segment, options["segment"])
    if segment is None:
        return {}
    inside = select(SegmentMember.contact_id).where(
        SegmentMember.segment_id == segment.id, SegmentMember.contact_id.in_(ids)
    )
    held = set(db.session.scalars(inside))
    found = load(user, ids, options)
    return {number: (contact, segment, number in held) for number, contact in found.items()}


def _may_put(row: tuple[Contact, Segment, bool], options: Options, by: User) -> None:
    if row[2]:
        raise Skip(_("Is in it already."))


def _may_take(row: tuple[Contact, Segment, bool], options: Options, by: User) -> None:
    if not row[2]:
        raise Skip(_("Is not in it."))


def _put(row: tuple[Contact, Segment, bool], options: Options, by: User) -> None:
    _may_put(row, options, by)
    if not actions.put_in(row[1], [row[0].id], by):
        raise Refused(_("%(name)s, whose segment it is, does not see this contact.",
                        name=row[1].owner.name))  # fmt: skip


def _take(row: tuple[Contact, Segment, bool], options: Options, by: User) -> None:
    _may_take(row, options, by)
    actions.take_out(row[1], [row[0].id], by)


def _put_many(rows: Rows, options: Options, by: User) -> dict[int, str]:
    """All of a piece at once; who stays out is told one by one why."""
    wanted = [number for number, row in rows.items() if not row[2]]
    return dict.fromkeys(actions.put_in(_of(rows), wanted, by), "done") if wanted else {}


def _take_many(rows: Rows, options: Options, by: User) -> dict[int, str]:
    wanted = [number for number, row in rows.items() if row[2]]
    return dict.fromkeys(actions.take_out(_of(rows), wanted, by), "done") if wanted else {}


def _of(rows: Rows) -> Segment:
    return next(iter(rows.values()))[1]


def _asks(user: User, picked: str) -> dict[str, Any]:
    lists = [
        (one.id, one.name)
        for one in segments_for(user)
        if one.kind == "static" and may_change_segment(user, one)
    ]
    if not lists:
        raise Refused(_("There is no fixed list that you may change. Make one under Segments."))
    return {"segment": SelectField(_l("Segment"), choices=lists, coerce=int)}


def _said(form: Any, by: User, picked: str) -> dict[str, Any]:
    segment = db.session.get_one(Segment, form["segment"].data)
    return {"segment": segment.id, "name": segment.name}


BATCHES = [
    BatchKind(
        "contacts.segment", "contact", "edit_records",
        lambda o: _("Put into the segment “%(name)s”", name=o["name"]),
        _with_segment, _put, names, check=_may_put, act_many=_put_many,
        label=_l("Put into a segment"), place=32, asks=_asks, options=_said,
    ),
    BatchKind(
        "contacts.unsegment", "contact", "edit_records",
        lambda o: _("Take out of the segment “%(name)s”", name=o["name"]),
        _with_segment, _take, names, check=_may_take, act_many=_take_many,
        label=_l("Take out of a segment"), place=34, asks=_asks, options=_said,
    ),
]  # fmt: skip
