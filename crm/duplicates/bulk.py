"""Merging many records: those chosen into one, or each group of duplicates into its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import selectinload
from wtforms import RadioField, SelectField
from wtforms.validators import InputRequired

from crm.accounts.models import User
from crm.accounts.queries import visible
from crm.batches.models import Batch, BatchItem
from crm.batches.rules import BatchKind
from crm.companies import bulk as companies
from crm.companies.models import Company
from crm.contacts import bulk as contacts
from crm.contacts.models import Contact
from crm.core.db import db
from crm.core.queue import ring
from crm.core.refusal import Refused
from crm.duplicates import actions, queries
from crm.duplicates.pairing import MODELS, few, into_groups, into_one
from crm.duplicates.parts import Part, differing, mark_of, shown_parts
from crm.duplicates.parts import parts_of as all_parts
from crm.duplicates.rules import FEW, furthest, giver

MOST_RUNG = 200
WHY = {
    "chosen": _l("chosen by hand"),
    "mailbox": _l("the same mailbox"),
    "phone": _l("the same name and phone"),
    "website": _l("the same name and website"),
    "name": _l("the same name"),
}


@dataclass
class Pair:
    """A record that goes into another, with all of its group: who stays first, then the oldest."""

    item: BatchItem
    record_id: int
    kept: Any
    gone: Any
    group: list[Any]

    @property
    def said(self) -> dict[str, Any]:
        return self.item.payload or {}


def _load(user: User, items: Sequence[BatchItem], options: Mapping[str, Any]) -> dict[int, Pair]:
    """Those pairs of which this person sees both records: the same few statements for any."""
    model = MODELS[options["record"]]
    wanted = {number for item in items for number in (item.payload or {}).get("group", ())}
    rows = _seen(user, model, sorted(wanted | {item.record_id or 0 for item in items}))
    found = {}
    for item in items:
        said = item.payload or {}
        kept, gone = rows.get(said.get("into", 0)), rows.get(item.record_id or 0)
        if kept is not None and gone is not None and item.record_id:
            others = [rows[number] for number in said["group"] if number in rows]
            group = [kept, *(row for row in others if row is not kept)]
            found[item.position] = Pair(item, item.record_id, kept, gone, group)
    return found


def _seen(user: User, model: Any, ids: Sequence[int]) -> dict[int, Any]:
    lists = [selectinload(getattr(model, name)) for name in LISTS[model]]
    rows = (
        select(model)
        .where(model.id.in_(ids), model.deleted_at.is_(None), visible(user, model))
        .options(*lists)
        .execution_options(populate_existing=True)
    )
    return {row.id: row for row in db.session.scalars(rows)}


LISTS: dict[Any, tuple[str, ...]] = {
    Contact: ("emails", "phones", "taggings", "field_values"),
    Company: ("domains", "field_values"),
}


def _check(pair: Pair, options: Mapping[str, Any], by: User) -> tuple[str, str]:
    """What would happen, in words; what it looked like is kept, so that a change is noticed."""
    gives = _gives(pair, options)
    actions.check_pair(pair.kept, pair.gone, by)
    marks = [mark_of(pair.kept), mark_of(pair.gone)]
    # By the name, erasing finds the rows that tell of the record that stays.
    names = [row.name for row in pair.group]
    pair.item.payload = {**pair.said, "gives": gives, "marks": marks, "names": names}
    return "planned", _words_of(pair, gives, by, options["record"])


def _act(pair: Pair, options: Mapping[str, Any], by: User) -> tuple[str, str]:
    batch_id, said = pair.item.batch_id, pair.said
    kept_mark, gone_mark = said.get("marks", ("", ""))
    words = _words_of(pair, said.get("gives", ()), by, options["record"])
    if mark_of(pair.gone) != gone_mark:
        raise Refused(_("It was changed since the dry run. Choose it again to look once more."))
    now = mark_of(pair.kept)
    if now not in {kept_mark, queries.last_mark(options["record"], pair.kept.id, batch_id)}:
        raise Refused(
            _("%(name)s, which should stay, was changed since the dry run.", name=pair.kept.name)
        )
    actions.merge(pair.kept, pair.gone, by, take=said.get("gives", ()), batch_id=batch_id)
    return "done", words


def _gives(pair: Pair, options: Mapping[str, Any]) -> list[str]:
    """The parts that the merged record takes from the one of this pair that goes."""
    chosen = dict(options.get("take", {}))
    if options["record"] == "contact" and "same" in options:
        chosen["lifecycle"] = furthest([(row.id, row.lifecycle) for row in pair.group])
    if options["record"] == "contact" and "quiz" not in chosen:
        chosen["quiz"] = queries.result_that_counts(pair.group)
    found = []
    for part in all_parts(options["record"]):
        says = [
            (row.id, part.value(row) is not None and not part.names(row, pair.kept))
            for row in pair.group
        ]
        if giver(says, chosen.get(part.key)) == pair.gone.id:
            found.append(part.key)
    return found


def _words_of(pair: Pair, gives: Sequence[str], by: User, record: str) -> str:
    """Into which record it goes, what that one takes over, and what it does not."""
    why = str(WHY.get(pair.said.get("why", ""), ""))
    found = [
        _("Into %(name)s, no. %(number)s: %(why)s.", name=pair.kept.name, number=pair.kept.id,
          why=why)
    ]  # fmt: skip
    taken, left = [], []
    for part in shown_parts(by, record):
        theirs, ours = part.words(by, pair.gone), part.words(by, pair.kept)
        if part.key in gives:
            taken.append(f"{part.label}: {theirs or '–'}")
        elif theirs and theirs != ours and not part.rows:
            there = {"part": part.label, "value": theirs, "kept": ours or "–"}
            left.append(_("%(part)s: %(value)s (stays: %(kept)s)", **there))
    if taken:
        found.append(_("Taken over: %(list)s.", list="; ".join(taken)))
    if left:
        found.append(_("Not taken over: %(list)s.", list="; ".join(left)))
    return " ".join(found)


def _asks_into_one(record: str) -> Any:
    def asks(user: User, ids: Sequence[int]) -> dict[str, Any]:
        rows = sorted(_seen(user, MODELS[record], ids[: FEW + 1]).values(), key=lambda one: one.id)
        if not 2 <= len(rows) <= FEW:
            raise Refused(few())
        inputs: dict[str, Any] = {
            "keep": RadioField(
                _l("Which record stays"),
                [InputRequired()],
                choices=[(row.id, _named(user, row, record)) for row in rows],
                coerce=int,
                default=rows[0].id,
            )
        }
        for part in differing(user, rows):
            inputs[f"take_{part.key}"] = _choice(part, user, rows)
        return inputs

    return asks


def _named(user: User, row: Any, record: str) -> str:
    """A record as it is told from its double."""
    way = "email" if record == "contact" else "address"
    part = next(one for one in shown_parts(user, record) if one.key == way)
    number = _("no. %(number)s", number=row.id)
    return ", ".join(filter(None, (row.name, part.words(user, row), number)))


def _choice(part: Part, user: User, rows: Sequence[Any]) -> RadioField:
    first = _("The one that counts") if part.key == "quiz" else _("As the record that stays")
    choices: list[tuple[Any, str]] = [(0, first)]
    heard: dict[int, Any] = {}
    for row in rows:
        value = part.value(row)
        if value is not None and value not in heard.values():
            heard[row.id] = value
            choices.append((row.id, part.words(user, row) or _("not shown")))
    words = [said for _number, said in choices]
    choices = [
        (
            n,
            _("%(value)s (of no. %(number)s)", value=said, number=n)
            if words.count(said) > 1
            else said,
        )
        for n, said in choices
    ]
    return RadioField(part.label, choices=choices, coerce=int, default=0)


def _said_into_one(record: str) -> Any:
    def options(form: Any, by: User, picked: str) -> dict[str, Any]:
        chosen = {
            field.name.removeprefix("take_"): field.data
            for field in form
            if field.name.startswith("take_") and field.data
        }
        return {"record": record, "keep": form["keep"].data, "take": chosen}

    return options


def _asks_groups(record: str) -> Any:
    exact = {
        "contact": _l("The same mailbox, or the same name and phone"),
        "company": _l("The same name and the same phone or website"),
    }
    name = {
        "contact": _l("Also the same name at the same company"),
        "company": _l("Also the same name, unless city or country differ"),
    }

    def asks(user: User, picked: str) -> dict[str, Any]:
        return {
            "same": SelectField(
                _l("What counts as the same"),
                choices=[("exact", exact[record]), ("name", name[record])],
            ),
            "stays": SelectField(
                _l("Which record stays"),
                choices=[("oldest", _l("The oldest")), ("latest", _l("The one changed last"))],
            ),
        }

    return asks


def _said_groups(record: str) -> Any:
    def options(form: Any, by: User, picked: str) -> dict[str, Any]:
        return {"record": record, "same": form["same"].data, "stays": form["stays"].data}

    return options


def _settle(batch: Batch, options: Mapping[str, Any]) -> None:
    """What follows from what came together is looked at; the sweep finds the rest."""
    for number in queries.kept_by(batch.id, MOST_RUNG):
        ring("crm.leads.jobs.settle", number)


TEXT = _l(
    "Addresses, tags, notes, tasks, deals and files come together; of each field one value stays. "
    "Links to the others lead to the record that stays. Sequences that the others were in stop. "
    "It can be undone for 30 days."
)


def _kinds(record: str, plural: str, names: Any) -> list[BatchKind]:
    common: dict[str, Any] = {
        "check": _check, "on_items": True, "finish": _settle, "is_grave": True, "text": TEXT,
        "together": lambda said: (said or {}).get("into"),
    }  # fmt: skip
    return [
        BatchKind(
            f"{plural}.merge", record, "delete_records", lambda _o: _("Merge into one"),
            _load, _act, names, label=_l("Merge into one"), place=80, few=FEW,
            pins=into_one, asks_rows=_asks_into_one(record),
            options=_said_into_one(record), **common,
        ),
        BatchKind(
            f"{plural}.merge_groups", record, "delete_records", lambda _o: _("Merge duplicates"),
            _load, _act, names, label=_l("Merge duplicates"), place=82,
            pins=into_groups, asks=_asks_groups(record),
            options=_said_groups(record), **common,
        ),
    ]  # fmt: skip


BATCHES = [
    *_kinds("contact", "contacts", contacts.names),
    *_kinds("company", "companies", companies.names),
]
