"""Segments: who belongs together, who entered and left, and how their number went."""

from typing import Any

from flask import Blueprint, abort, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import select

from crm.accounts.queries import visible
from crm.core.db import db
from crm.fields.queries import catalogue
from crm.filters import actions
from crm.filters.forms import SegmentForm
from crm.filters.models import Segment
from crm.filters.queries import engine_of, is_lost, segment_for, segments_for
from crm.filters.queries.segments import (
    archived_segments,
    events_of,
    may_change_segment,
    members_of,
    seen_sizes,
    sizes_of,
)
from crm.filters.rules import BadFilter, brokens, loads
from crm.web.access import needs
from crm.web.page import changed, page, perform, toast

bp = Blueprint("segments", __name__, url_prefix="/segments")
MOST_MEMBERS = 50_000


@bp.get("")
def index():
    segments = segments_for(current_user)
    return page(
        "segments/index.html",
        segments=segments,
        held=seen_sizes(current_user, segments),
        archived=archived_segments(current_user),
    )


@bp.get("/new")
@needs("edit_records")
def new():
    form = SegmentForm(current_user, formdata=None, filter=request.args.get("filter", ""))
    return _form_page("segments/new.html", form)


@bp.post("")
@needs("edit_records")
def create():
    form = SegmentForm(current_user)
    segment = perform(form, lambda: _create(form))
    if segment:
        toast(_("Segment saved."), segment.name)
        return changed(url_for(".show", segment_id=segment.id))
    return _form_page("segments/new.html", form, 422)


@bp.get("/<int:segment_id>")
def show(segment_id: int):
    segment = _the(segment_id)
    events = events_of(current_user, segment)
    size = seen_sizes(current_user, [segment])[segment.id]
    return page(
        "segments/show.html",
        segment=segment,
        node=_node(segment.filter),
        size=size,
        sizes=sizes_of(segment) if size == segment.size else [],
        events=events,
        names=_names([one.contact_id for one in events]),
        is_mine=may_change_segment(current_user, segment),
        is_lost=is_lost(segment),
        held=members_of(current_user, segment) if segment.kind == "static" else [],
    )


@bp.get("/<int:segment_id>/edit")
@needs("edit_records")
def edit(segment_id: int):
    segment = _the(segment_id)
    form = _opened(segment)
    if "filter" in request.args:  # back from the builder, which began with other conditions
        form.base.data = form.began_before(filter=request.args.get("was", segment.filter))
        form.filter.data = request.args["filter"]
    return _form_page("segments/edit.html", form, segment=segment)


@bp.post("/<int:segment_id>")
@needs("edit_records")
def update(segment_id: int):
    segment = _the(segment_id)
    form = SegmentForm(current_user).over(lambda: _opened(segment))
    if perform(form, lambda: _change(segment, form)):
        toast(_("Segment saved."), segment.name)
        return changed(url_for(".show", segment_id=segment_id))
    return _form_page("segments/edit.html", form, 422, segment)


@bp.post("/<int:segment_id>/archival")
@needs("edit_records")
def archive(segment_id: int):
    segment = _the(segment_id)
    if perform(None, actions.archive_segment, segment, current_user):
        undo = url_for(".restore", segment_id=segment_id)
        toast(_("Segment put away."), segment.name, undo=undo)
    return changed(url_for(".index"))


@bp.post("/<int:segment_id>/restoration")
@needs("edit_records")
def restore(segment_id: int):
    segment = segment_for(current_user, segment_id, archived=True) or abort(404)
    if perform(None, actions.restore_segment, segment, current_user):
        toast(_("Segment is back."), segment.name)
    return changed(url_for(".index"))


@bp.post("/<int:segment_id>/members/<int:contact_id>/deletion")
@needs("edit_records")
def remove(segment_id: int, contact_id: int):
    segment = _the(segment_id)
    if perform(None, lambda: actions.take_out(segment, [contact_id], current_user)):
        toast(_("Taken out."), undo=True)
    return changed(url_for(".show", segment_id=segment_id))


def _the(segment_id: int) -> Segment:
    return segment_for(current_user, segment_id) or abort(404)


def _opened(segment: Segment) -> SegmentForm:
    return SegmentForm(current_user, formdata=None, obj=segment)


def _create(form: SegmentForm) -> Segment:
    kind, text = form.kind.data, form.filter.data or ""
    segment = actions.create_segment(
        form.name.data,
        by=current_user,
        kind=kind,
        filter_=text,
        members=_matching(text) if kind == "static" else (),
        sharing=form.sharing.data,
        team_id=_team(form),
        note=form.note.data or "",
    )
    _keep_out(segment, form)
    return segment


def _change(segment: Segment, form: SegmentForm) -> None:
    actions.change_segment(
        segment,
        current_user,
        name=form.name.data,
        filter_=form.filter.data or "",
        sharing=form.sharing.data,
        team_id=_team(form),
        note=form.note.data or "",
    )
    _keep_out(segment, form)


def _keep_out(segment: Segment, form: SegmentForm) -> None:
    if "has_no_sequences" in form:
        actions.keep_out_of_sequences(segment, current_user, form.has_no_sequences.data)


def _matching(text: str) -> list[int]:
    """The contacts that fulfil a filter now, as far as this person sees them."""
    contact: Any = catalogue().models["contact"]
    engine = engine_of(current_user)
    node = _node(text)
    if node is None or brokens(node):
        return []
    seen = [visible(current_user, contact), contact.deleted_at.is_(None)]
    wanted = select(contact.id).where(*seen, engine.condition(node, "contact"))
    return list(db.session.scalars(wanted.limit(MOST_MEMBERS)))


def _node(text: str):
    try:
        raw = loads(text or "")
    except BadFilter:
        return None
    return engine_of(current_user).tree(raw, "contact") if raw else None


def _names(numbers: list[int]) -> dict[int, str]:
    """The names of contacts that this person may see."""
    contact: Any = catalogue().models["contact"]
    seen = [visible(current_user, contact), contact.deleted_at.is_(None)]
    rows = db.session.execute(
        select(contact.id, contact.name).where(contact.id.in_(numbers), *seen)
    )
    return {row.id: row.name for row in rows}


def _team(form: SegmentForm) -> int | None:
    return form.team_id.data if "team_id" in form else None


def _form_page(template: str, form: SegmentForm, status: int = 200, segment=None):
    text = form.filter.data or ""
    here = url_for(".new")
    if segment:
        was = form.began_with.get("filter") if form.base.data else segment.filter
        here = url_for(".edit", segment_id=segment.id, was=was or "")
    return page(
        template,
        status=status,
        block="segment_form" if status == 422 else None,
        form=form,
        segment=segment,
        node=_node(text),
        build=url_for("filters.build", record="contact", filter=text, back=here),
    )
