"""An import as a batch: read from its file, tried dry, done row by row."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from crm.accounts.models import User
from crm.accounts.queries import visible
from crm.batches.models import BatchItem
from crm.batches.rules import BatchKind, Skip
from crm.contacts.rules import tags_typed
from crm.core.db import db
from crm.core.refusal import Refused
from crm.fields import actions as fields
from crm.fields.queries import catalogue, custom_of
from crm.transfer import queries
from crm.transfer.deciding import add_choices, columns_of, plain_habits
from crm.transfer.differing import Step, missing_tags
from crm.transfer.drafts import Draft, reader
from crm.transfer.following import MOST_JOINED, Piece
from crm.transfer.models import Import
from crm.transfer.opening import lines_of, told_above
from crm.transfer.rules.mapping import cells_of
from crm.transfer.trying import try_out
from crm.transfer.words import told
from crm.transfer.writers import WRITERS, Writer
from crm.transfer.writers.held import mark_of

LINES = 2500
JOINED = _l("Joined with an earlier row about the same one.")
PLURALS = {"contact": "contacts", "company": "companies", "deal": "deals"}


def _import(options: Mapping[str, Any]) -> Import:
    return queries.import_by_id(options["import"])


def fill(options: Mapping[str, Any], place: int) -> list[dict[str, Any]]:
    """The next lines of the file, each with the mark of what it is about."""
    found = _import(options)
    read = reader(found.record, columns_of(found), plain_habits(found), found.user)
    writer, rows = WRITERS[found.record], []
    for line in lines_of(found, place, LINES):
        draft = read.draft(line.number, line.cells, line.problem)
        payload = {"line": line.number, "cells": list(line.cells), "problem": line.problem}
        rows.append({"payload": payload, "mark": mark_of(writer.keys_of(draft, found.match))})
    return rows


def load(user: User, items: Sequence[BatchItem], options: Mapping[str, Any]) -> dict[int, Draft]:
    """The rows as drafts, each with its record if it is there.

    While they are tried dry they know the rows before them, those of earlier pieces too.
    """
    found = _import(options)
    is_dry = items[0].state == "waiting"
    if not is_dry:
        add_choices(found, user)
    read = reader(found.record, columns_of(found), plain_habits(found), user, is_dry=is_dry)
    drafts = {
        item.position: read.draft(
            item.payload["line"], item.payload["cells"], item.payload["problem"]
        )
        for item in items
        if item.payload
    }
    writer = WRITERS[found.record]
    if is_dry:
        piece = Piece(items, drafts, read, writer, found.match)
        for draft in drafts.values():
            draft.piece = piece
        return drafts
    writer.find(list(drafts.values()), found.match, user)
    firsts = _firsts(items)
    for item in items:
        if item.position in drafts:
            first = firsts.get(item.mark or "", item.position)
            drafts[item.position].is_twin = first < item.position
            drafts[item.position].is_new = item.state == "creates"
    return drafts


def _firsts(items: Sequence[BatchItem]) -> dict[str, int]:
    """Where each mark stands first among the rows that were not refused."""
    marks = {item.mark for item in items if item.mark}
    if not marks:
        return {}
    rows = db.session.execute(
        select(BatchItem.mark, func.min(BatchItem.position))
        .where(
            BatchItem.batch_id == items[0].batch_id,
            BatchItem.mark.in_(marks),
            BatchItem.state != "refused",
        )
        .group_by(BatchItem.mark)
    )
    return {str(mark): position for mark, position in rows}


def check(draft: Draft, options: Mapping[str, Any], by: User) -> tuple[str, str]:
    """What the row would do, in words; raises Refused with every fault of it, Skip for nothing."""
    draft.piece.place(draft)
    try:
        return _tried(draft, _import(options), by)
    finally:
        draft.piece.end(draft)


def _tried(draft: Draft, found: Import, by: User) -> tuple[str, str]:
    writer, piece = WRITERS[found.record], draft.piece
    writer.follow(draft, piece.held)
    _refuse_faults(writer, draft)
    if draft.found is None and not draft.is_twin:
        _refuse_stranger(draft)
        _check_choices(found, {key: (None, one) for key, one in draft.values.items()}, by)
        begun = writer.begun(draft, by)
        piece.refuse_taken(draft, {}, begun)
        writer.refuse_new(draft, by)
        piece.take(draft, {}, begun)
        return "creates", ""
    if draft.is_far:
        return "updates", _("Joined with more than %(n)s earlier rows.", n=MOST_JOINED)
    step = Step(writer, draft, columns_of(found), tags_typed(found.tags), by)
    draft.lines, draft.word = step.lines, str(JOINED) if draft.is_twin else ""
    if not (step.changes or draft["note"]):
        raise Skip(_("Nothing would change."))
    _refuse_stranger(draft, step.changes)
    _check_choices(found, step.changes, by)
    writer.refuse_circle(draft, step.changes.keys(), piece.held)
    then = {**step.now, **{key: pair[1] for key, pair in step.changes.items()}}
    piece.refuse_taken(draft, step.now, then)
    try_out(step)
    piece.take(draft, step.now, then)
    return "updates", f"{draft.word} {told(found.record, step.named, by)}".strip()


def act(draft: Draft, options: Mapping[str, Any], by: User) -> str:
    """Add the record of a row, or change the one that is there."""
    found = _import(options)
    writer = WRITERS[found.record]
    if not draft.faults and (draft.is_twin or (draft.found is None) != draft.is_new):
        writer.find([draft], found.match, by)  # earlier rows may have made or changed it just now
    elif writer.late(draft):
        writer.link([draft], by)
    _refuse_faults(writer, draft)
    if draft.found is None:
        _refuse_stranger(draft)
        row, state = writer.create(draft, by), "created"
    else:
        row, state = draft.found, "updated"
        now = writer.snapshot(row, by)
        changes = writer.changes(draft, columns_of(found), now)
        _refuse_stranger(draft, changes)
        writer.allow(changes)
        if changes:
            writer.change(draft, changes, by)
        elif not draft["note"] and not missing_tags(tags_typed(found.tags), now, changes):
            raise Skip(_("Nothing would change."))
    db.session.flush()
    names = tags_typed(found.tags)
    if names:
        writer.tag(row, names, by)
    writer.finish(row, draft, by)
    draft.record_id = row.id
    return state


def act_many(drafts: Mapping[int, Draft], options: Mapping[str, Any], by: User) -> dict[int, str]:
    """Add at once the records of those rows that are sound and about nobody else's."""
    found = _import(options)
    writer = WRITERS[found.record]
    apart = _apart(writer, drafts) if writer.has_many else {}
    if not apart:
        return {}
    rows = writer.create_many(list(apart.values()), tags_typed(found.tags), by)
    for row, draft in zip(rows, apart.values(), strict=True):
        draft.record_id = row.id
    writer.finish_many(rows, list(apart.values()), by)
    return dict.fromkeys(apart, "created")


def _apart(writer: Writer, drafts: Mapping[int, Draft]) -> dict[int, Draft]:
    """Drafts of new records that share nothing firm with another row of the piece."""
    claims = {number: set(writer.claims(writer.plain(one))) for number, one in drafts.items()}
    count = Counter(key for one in claims.values() for key in one)
    return {
        number: draft
        for number, draft in drafts.items()
        if draft.found is None
        and not (draft.is_twin or draft.faults or draft.stranger)
        and not (writer.unlinked(draft) or writer.fault(draft))
        and all(count[key] == 1 for key in claims[number])
    }


def _refuse_faults(writer: Writer, draft: Draft) -> None:
    faults = list(draft.faults)
    if draft.found is None and not (faults or draft.is_twin):
        missing = writer.fault(draft)
        faults += [missing] if missing else []
    if not faults and (missing := writer.unlinked(draft)):
        faults.append(missing)
    if faults:
        raise Refused(" ".join(faults)[:1000])


def _check_choices(found: Import, changes: Mapping[str, Any], by: User) -> None:
    """Refuse what the record may not be given anew, as saving it would."""
    WRITERS[found.record].allow(changes)
    for key, (now, then) in changes.items():
        custom = custom_of(found.record, key)
        if custom is not None:
            fields.allow(custom, then, now, by)


def _refuse_stranger(draft: Draft, changes: Mapping[str, Any] | None = None) -> None:
    """Refuse an owner who may not be given records, where the row would change the owner."""
    if draft.stranger and (changes is None or "owner" in changes):
        raise Refused(draft.stranger)


def names(user: User, ids: Sequence[int], options: Mapping[str, Any]) -> dict[int, tuple[str, str]]:
    """Name and address of the records that rows became."""
    record = _import(options).record
    model: Any = catalogue().models[record]
    rows = db.session.execute(
        select(model.id, model.name).where(model.id.in_(ids), visible(user, model))
    )
    return {number: (name, f"/{PLURALS[record]}/{number}") for number, name in rows}


def called(user: User, items: Sequence[BatchItem], options: Mapping[str, Any]) -> dict[int, str]:
    """What rows call the record they are about: its name, else its address."""
    columns, names = columns_of(_import(options)), {}
    for item in items:
        if item.payload:
            said = {key: " ".join(one) for key, one in
                    cells_of(columns, item.payload["cells"]).items()}  # fmt: skip
            parts = (said.get("first_name"), said.get("last_name"))
            whole = said.get("name") or " ".join(part for part in parts if part)
            names[item.position] = (whole or said.get("email", ""))[:80]
    return names


def previews(
    user: User, items: Sequence[BatchItem], options: Mapping[str, Any]
) -> dict[int, list[Any]]:
    """What rows would hold that become new records, as they were read."""
    found = _import(options)
    read = reader(found.record, columns_of(found), plain_habits(found), user)
    writer, tags = WRITERS[found.record], tags_typed(found.tags)
    drafts = {
        item.position: read.draft(item.payload["line"], item.payload["cells"])
        for item in items
        if item.payload
    }
    writer.find(list(drafts.values()), found.match, user)
    columns = [replace(one, policy="overwrite") for one in read.columns]  # nothing is known yet
    return {
        place: Step(writer, draft, columns, tags, user).lines
        for place, draft in drafts.items()
        if draft.found is None and not draft.faults
    }


def _words(options: Mapping[str, Any]) -> str:
    found = db.session.get(Import, options["import"])
    return _("Import of “%(name)s”", name=found.name if found else "?")


def _beside(options: Mapping[str, Any]) -> str:
    """What of the file is no row, and which sheet of several it is."""
    found = _import(options)
    sheet = found.habits.get("sheet", "")
    is_one_of = sheet and len(found.sample.get("sheets", ())) > 1
    words = [_("Sheet “%(name)s”.", name=sheet)] if is_one_of else []
    return " ".join(filter(None, [*words, told_above(found)]))


BATCHES = [
    BatchKind(
        "transfer.import", "", "import_records", _words, load, act, names,
        check=check, on_items=True, fill=fill, act_many=act_many, actor="import",
        calls=called, previews=previews, beside=_beside,
        again_url=lambda options: f"/import/{options['import']}?again=1",
        refused_url=lambda options: f"/import/{options['import']}/refused.csv",
    ),
]  # fmt: skip
