"""Tasks: the list, one task, and what becomes of it."""

import json
from urllib.parse import urlsplit

from flask import Blueprint, abort, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from crm.accounts.models import User
from crm.activities import actions, queries
from crm.activities.fields import MENU
from crm.activities.forms import FullTaskForm, ReassignForm, SnoozeForm, named, offers, unseen
from crm.activities.lists import owned, spans_for, standing_for, when_of
from crm.activities.models import Task
from crm.activities.routes.following import form_after, next_due
from crm.activities.routes.listing import cells_of, listed
from crm.activities.routes.panel import Place, find, panel_of
from crm.core import clock
from crm.core.db import db
from crm.core.numbers import row_number
from crm.deals.queries import subjects
from crm.filters.queries import MOST, Asked
from crm.today.queries import day_for
from crm.web.access import needs, safe_next
from crm.web.page import changed, page, perform, toast

bp = Blueprint("tasks", __name__, url_prefix="/tasks")


@bp.get("")
def index():
    asked = Asked(MENU, current_user, request.args, has_looks=True)
    when, team = when_of(asked), asked.get("who") == "team"
    found = listed(asked)
    return page(
        "activities/index.html",
        listed=found,
        when=when,
        team=team,
        asked=asked,
        most=MOST,
        counts=queries.task_counts(current_user, spans_for(asked), *owned(asked)),
        standing=standing_for(asked),
        subjects=subjects(current_user, found.rows),
        now=clock.now(),
    )


@bp.get("/new")
@needs("edit_records")
def new():
    form = form_after(request.args.get("after", type=row_number))
    return page("activities/new.html", form=form)


@bp.post("")
def create():
    form = FullTaskForm(current_user)
    task = perform(
        form,
        lambda: actions.add_task(
            form.title.data,
            owner_id=form.owner_id.data,
            kind=form.kind.data,
            due_on=form.due.on,
            due_at=form.due.at,
            zone=current_user.timezone,
            note=form.note.data or "",
            priority=form.priority.data,
            by=current_user,
            **form.links,
        ),
    )
    if task:
        toast(_("Task saved."), undo=True)
        return changed(url_for(".show", task_id=task.id))
    return page("activities/new.html", status=422, block="task_form", form=form)


@bp.get("/<int:task_id>")
def show(task_id: int):
    return page("activities/task.html", **_shown(_task(task_id)))


@bp.get("/<int:task_id>/edit")
@needs("edit_records")
def edit(task_id: int):
    task = _task(task_id)
    return page("activities/edit.html", task=task, form=_filled(task))


@bp.post("/<int:task_id>")
def update(task_id: int):
    task = _task(task_id)
    form = FullTaskForm(current_user, task=task)
    if perform(form, lambda: _change(task, form)):
        toast(_("Task saved."), undo=True)
        return changed(url_for(".show", task_id=task_id))
    form.begin_again()
    return page("activities/edit.html", status=422, block="task_form", task=task, form=form)


@bp.post("/<int:task_id>/completion")
def complete(task_id: int):
    task = _task(task_id)
    outcome, is_more = request.form.get("outcome", "").strip()[:2000], "more" in request.form
    if perform(None, actions.finish_task, task, current_user, outcome, is_more=is_more):
        toast(_("Done."), task.title, undo=True)
    elif outcome:
        return page("activities/task.html", status=422, typed=outcome, **_shown(task))
    return _after(task, done=True)


@bp.post("/<int:task_id>/reopening")
def reopen(task_id: int):
    task = _task(task_id)
    if perform(None, actions.reopen_task, task, current_user):
        toast(_("Open again."), task.title, undo=True)
    came_from = urlsplit(request.referrer or "").path
    return changed(safe_next(came_from, url_for(".show", task_id=task_id)))


@bp.get("/<int:task_id>/snooze")
@needs("edit_records")
def snooze_form(task_id: int):
    task = _task(task_id)
    form = SnoozeForm(current_user, formdata=None, seen=task.due_version)
    return page("activities/snooze.html", task=task, form=form, on=_on())


@bp.post("/<int:task_id>/snooze")
def snooze(task_id: int):
    task, form = _task(task_id), SnoozeForm(current_user)
    if perform(form, lambda: _put_off(task, form)):
        toast(_("Put off."), task.title, undo=True)
        return _after(task)
    form.look_again(task)
    return page(
        "activities/snooze.html", status=422, block="snooze_form", task=task, form=form, on=_on()
    )


@bp.post("/<int:task_id>/owner")
def reassign(task_id: int):
    task = _task(task_id)
    form = ReassignForm(current_user, task)
    if perform(form, lambda: _hand_over(task, form.owner_id.data)):
        toast(_("Handed over."), task.title, undo=True)
        return changed(url_for(".index"))
    shown = _shown(task) | {"reassign": form}
    return page("activities/task.html", status=422, block="task_owner", **shown)


@bp.post("/<int:task_id>/follow-ups")
def follow(task_id: int):
    task = _task(task_id)
    due = next_due(task, request.form.get("next", ""))
    if due is None:
        abort(422)
    made = perform(None, actions.follow_task, task, current_user, due)
    if made:
        toast(_("Next step set."), made.title, undo=True)
    return _after(task)


def _task(task_id: int) -> Task:
    return queries.task_for(current_user, task_id) or abort(404)


def _on() -> str:
    on = request.values.get("on", "")
    return on if on in {"today", "record"} else ""


def _steps() -> tuple[int, int]:
    """Where somebody is who goes through the day one by one, and how much is behind them."""
    start = row_number(request.values.get("start")) or 0
    return start, ((row_number(request.values.get("gone")) or 0) + 1 if start else 0)


def _after(task: Task, done: bool = False):
    """The place the act came from, brought up to date."""
    if _on() == "today":
        start, gone = _steps()
        done_id = task.id if done else None
        shown = day_for(current_user, start=start, gone=gone, done_id=done_id)
        url = url_for("today.index", start=start or None, gone=gone or None, done=done_id)
        return changed(url, "today/index.html", "today", "today_head", day=shown)
    place = _place_of(task)
    if _on() == "record" and place:
        panel = panel_of(place, offer=task if done else None)
        url = f"{place.url}#timeline"
        return changed(url, "activities/changed.html", *panel.changes, panel=panel)
    return changed(
        url_for(".show", task_id=task.id),
        "activities/task.html",
        part="activities/_task.html",
        offers=offers(current_user) if done else None,
        **_row(task),
    )


def _row(task: Task) -> dict:
    """What a row of the list needs, in the columns and the list that its form carries."""
    carried = {name: request.values.get(name, "") for name in ("columns", "who")}
    asked = Asked(MENU, current_user, carried | {"after": "-"})
    return {
        "task": task,
        "asked": asked,
        "cells": cells_of(asked, [task]),
        "standing": standing_for(asked) if task.owner_id != current_user.id else {},
        "subjects": subjects(current_user, [task]),
        "now": clock.now(),
    }


def _place_of(task: Task) -> Place | None:
    asked = request.values.get("place", "")
    if asked == "deals" and task.deal_id:
        return find("deals", task.deal_id)
    if asked == "companies" and task.company_id:
        return find("companies", task.company_id)
    return find("contacts", task.contact_id) if task.contact_id else None


def _shown(task: Task) -> dict:
    return {
        "task": task,
        "contact": subjects(current_user, [task]).get(task.contact_id),
        "deal": (find("deals", task.deal_id) if task.deal_id else None),
        "company": (find("companies", task.company_id) if task.company_id else None),
        "done_by": db.session.get(User, task.closed_by_id) if task.closed_by_id else None,
        "reassign": ReassignForm(current_user, task, formdata=None) if task.is_open else None,
        "offers": offers(current_user) if not task.is_open else None,
        "now": clock.now(),
    }


def _filled(task: Task) -> FullTaskForm:
    local = task.due_at.astimezone(current_user.zone) if task.due_at else None
    return FullTaskForm(
        current_user,
        task=task,
        formdata=None,
        data={
            "title": task.title,
            "kind": task.kind,
            "day": task.due_on or (local.date() if local else None),
            "time": local.time() if local else None,
            "owner_id": task.owner_id,
            "note": task.note,
            "priority": task.priority,
            **named(current_user, task),
            "version": task.version,
            "base": json.dumps(actions.snapshot_of_task(task) | unseen(current_user, task)),
        },
    )


def _change(task: Task, form: FullTaskForm) -> None:
    actions.change_task(
        task,
        current_user,
        version=form.version.data or 0,
        base=form.began_with,
        title=form.title.data,
        kind=form.kind.data,
        note=form.note.data or "",
        priority=form.priority.data,
        due=form.due,
        owner_id=form.owner_id.data,
        **form.links,
    )


def _put_off(task: Task, form: SnoozeForm) -> None:
    due = form.due
    actions.snooze(task, current_user, due_on=due.on, due_at=due.at, seen=form.seen.data)


def _hand_over(task: Task, user_id: int) -> None:
    actions.reassign_task(task, db.session.get_one(User, user_id), current_user)
