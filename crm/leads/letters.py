"""Mails to the team about a lead: the notice that somebody has one, and the one reminder."""

from datetime import timedelta
from typing import Any

from flask_babel import gettext as _

from crm.accounts.models import User
from crm.accounts.queries import seen
from crm.activities.models import Entry, Task
from crm.batches.models import Batch
from crm.contacts.models import Contact
from crm.contacts.queries import has_consent
from crm.core.db import db
from crm.core.links import absolute, go
from crm.core.refusal import Refused
from crm.deals.models import Deal
from crm.leads import queries
from crm.leads.models import AnswerClock, Assignment
from crm.leads.queries.leaving import sheet_for, undone_by
from crm.leads.rules import alert_words
from crm.mail.actions.outbox import message_id_of
from crm.mail.models import Outbox
from crm.mail.rules import Letter, MailKind

MOST_LINES = 100
TEAM_MAIL = {"Auto-Submitted": "auto-generated"}
LEVELS = {"hot": "hot", "warm": "warm"}


def compose_notice(row: Outbox) -> Letter:
    """Who it is, by when the call is due, what was answered, and why this person has it."""
    names = _names(row)
    return Letter(
        _subject(names),
        "mail/notice",
        names,
        from_name="Tend",
        reply_to=names["contact"].email,
        headers={**TEAM_MAIL, "References": _thread(row)},
    )


def _thread(row: Outbox) -> str:
    """What all notices to one person about one contact refer to, so that a mailbox groups them."""
    return message_id_of(f"thread:{row.contact_id}:{row.user_id}")


def compose_reminder(row: Outbox) -> Letter:
    """The one reminder of an answer clock: what is missing and what happens next."""
    names = _names(row)
    clock: AnswerClock = names["clock"]
    contact: Contact = names["contact"]
    title = alert_words(contact.first_name or contact.name, clock.policy)
    names |= {
        "title": title,
        "handed_on_at": None
        if queries.alerts_of(clock.id).get("reassign")
        else clock.next_alert_at,
        "next_name": _next_name(clock),
        "mails": _mails_since(clock),
    }
    headers = {**TEAM_MAIL, "X-Tend-Kind": "reminder"}
    return Letter(title, "mail/clock_reminder", names, from_name="Tend", headers=headers)


def is_moot(row: Outbox) -> str | None:
    """Guard of the notice: nothing is sent about a contact that is gone."""
    contact = _contact(row)
    return "the contact is gone" if contact is None or contact.deleted_at else None


def is_kept(row: Outbox) -> str | None:
    """Guard of the reminder: asked again when it leaves, since the call may just be logged."""
    clock = db.session.get(AnswerClock, row.context["clock_id"])
    if clock is None or is_moot(row):
        return "the contact is gone"
    if clock.met_at is not None:
        return "the call was logged meanwhile"
    return "the promise was taken back" if clock.ended_as == "cancelled" else None


def _names(row: Outbox) -> dict[str, Any]:
    contact = _contact(row)
    if contact is None:
        raise Refused(_("the contact is gone"))
    context = row.context
    reader = _get(User, row.user_id)
    firm = seen(reader, contact.company)
    clock = _get(AnswerClock, context.get("clock_id"))
    entry = _get(Entry, context.get("entry_id"))
    assignment = _get(Assignment, context.get("assignment_id"))
    facts = context.get("inputs") or (clock.policy.get("facts") if clock else None) or {}
    return {
        "contact": contact,
        "clock": clock,
        "came_at": queries.came_before([clock]).get(clock.id) if clock else None,
        "assignment": assignment,
        "task": _get(Task, context.get("task_id")),
        "entry": entry,
        "words": entry.body if entry and _reads(reader, entry) else "",
        "touch": queries.touch_by_id(context.get("touch_id") or contact.first_touch_id),
        "facts": facts,
        "before": context.get("before"),
        "level": LEVELS.get(facts.get("level") or contact.quiz_level or "", ""),
        "pct": facts.get("pct", contact.quiz_score),
        "tier": facts.get("tier_name") or contact.quiz_tier or "",
        "answers": [_answer(one) for one in (facts.get("top_answers") or [])[:3]],
        "categories": facts.get("categories") or {},
        "may_call": has_consent(contact.id, "phone_contact"),
        "standing_in_for": context.get("for") or "",
        "reader": reader,
        "firm": firm.name if firm else contact.company_text or "",
        "link": go("contact", contact.id),
        "settings_link": absolute("/settings/profile") + "#mail",
    }


def _reads(reader: User | None, entry: Entry) -> bool:
    """What was said on a deal is told to those who see that deal."""
    return entry.deal_id is None or seen(reader, _get(Deal, entry.deal_id)) is not None


def _subject(names: dict[str, Any]) -> str:
    contact: Contact = names["contact"]
    company = f", {names['firm']}" if names["firm"] else ""
    if names["entry"] is not None:
        return f"{contact.name} answered{company}"
    if names["before"] is not None:
        return f"{contact.name} is back: {names['before']} → {names['pct']}"
    if names["pct"] is None:
        return f"New lead: {contact.name}{company}"
    act = "call " if names["clock"] else ""
    return f"{names['tier'] or 'Score'}, {names['pct']}: {act}{contact.name}{company}"


def _answer(one: Any) -> dict[str, Any]:
    """A telling answer, as text or as question, answer and points."""
    return one if isinstance(one, dict) else {"question": "", "answer": str(one), "points": ""}


def _next_name(clock: AnswerClock) -> str:
    pool = queries.pool_by_id(clock.policy.get("pool_id"))
    had = {one.owner_id for one in queries.clock_chain(clock)}
    if pool is None or clock.hop >= clock.policy["max_hops"]:
        return ""
    order = [m for m in pool.members if m.position >= pool.next_position] + list(pool.members)
    fit = (m.user.name for m in order if m.user_id not in had and m.user.is_active)
    return next(fit, "")


def _mails_since(clock: AnswerClock) -> list[Entry]:
    """Mails the owner wrote since, which do not keep a promise to call."""
    if clock.policy["counts"] != "calls":
        return []
    return queries.own_mails_since(clock)


def _contact(row: Outbox) -> Contact | None:
    return _get(Contact, row.contact_id)


def _get(model, number):
    return db.session.get(model, number) if number else None


def compose_leaving(row: Outbox) -> Letter:
    """What somebody got from a colleague who left, each with its next task and last touch."""
    reader = _get(User, row.user_id)
    found = sheet_for(reader, row.context["batch_id"]) if reader else None
    lines = [line for person, part in (found.parts if found else []) for line in part
             if person.id == row.user_id][:MOST_LINES]  # fmt: skip
    shown = [
        {"name": one.name, "kind": one.kind, "task": one.task, "touched_at": one.touched_at,
         "deal": one.deal,
         "link": go(*one.record) if one.record else absolute(one.url or "/")}
        for one in lines
    ]  # fmt: skip
    context = {
        "title": row.context["title"],
        "lines": shown,
        "link": absolute(f"/hand-overs/{row.context['batch_id']}"),
    }
    headers = {**TEAM_MAIL, "X-Tend-Kind": "notice"}
    return Letter(row.context["title"], "mail/leaving", context, from_name="Tend", headers=headers)


def is_taken_back(row: Outbox) -> str | None:
    """A sheet of a hand-over that was undone before it left tells of nothing."""
    batch = _get(Batch, row.context["batch_id"])
    return "the hand-over was undone" if batch is None or undone_by(batch) else None


MAILS = [
    MailKind("leaving.sheet", "urgent", compose_leaving, is_taken_back, expires=timedelta(days=3)),
    MailKind("notice", "urgent", compose_notice, is_moot, expires=timedelta(hours=24)),
    MailKind("reminder.clock", "urgent", compose_reminder, is_kept, expires=timedelta(hours=12)),
]
