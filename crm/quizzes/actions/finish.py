"""The end of an attempt: its score is fixed, and the person behind it becomes a lead."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _

from crm.core import clock
from crm.core.db import db
from crm.core.inserts import insert_once
from crm.core.refusal import Refused
from crm.core.updates import put, update_whole
from crm.leads.rules import ConsentGiven
from crm.mail import actions as mail
from crm.quizzes.actions.arrival import arrive
from crm.quizzes.actions.attempts import has_lead
from crm.quizzes.actions.events import note_all
from crm.quizzes.actions.partial import arrive_partly
from crm.quizzes.models import Attempt, ResultLink
from crm.quizzes.queries import open as reading
from crm.quizzes.queries.open import Opened
from crm.quizzes.rules import path, score, spam


@dataclass(frozen=True)
class Lead:
    """What the contact form brought: who it is and what was ticked, word for word.

    `from_mail`: the form did not ask, for the link of our mail had named them.
    """

    email: str = ""
    name: str = ""
    company: str = ""
    phone: str = ""
    job_title: str = ""
    consents: tuple[ConsentGiven, ...] = ()
    signs: tuple[str, ...] = ()
    skipped: bool = False
    page_url: str = ""
    locale: str = ""
    from_mail: bool = False
    details: dict[str, Any] = field(default_factory=dict)


def finish(opened: Opened | None, lead: Lead | None = None) -> Opened:
    """Keep the contact form, and complete the attempt once every question is answered.

    `opened` was read in this transaction (`reading.afresh`). One lead an attempt: sent again, or
    sent by several at once, it changes nothing. Raises Refused when the attempt is gone.
    """
    if opened is None:
        raise Refused(_("These answers were deleted."))
    attempt = opened.attempt
    if attempt.state == "completed":
        return opened
    now = clock.now()
    is_new = lead is not None and _keep(attempt, lead, now)
    wants_lead = opened.quiz.spec.get("gate") != "none"
    is_whole = path.is_finished(opened.quiz.spec, opened.answers)
    is_done = is_whole and (has_lead(attempt) or not wants_lead)
    _note(attempt, is_new, is_done, now)
    if is_done:
        with db.session.no_autoflush:
            return _complete(opened, now)
    if attempt.lead.get("email") and not attempt.lead.get("is_known"):
        arrive_partly(opened)
    return opened


def release(attempt_id: int) -> Opened:
    """Let a quarantined attempt through: it is routed now, and the timeline says so."""
    opened = reading.attempt_by_id(attempt_id, lock=True)
    if opened is None or opened.attempt.spam_verdict != "quarantined":
        raise Refused(_("This attempt is not in quarantine any more."))
    if not opened.attempt.lead.get("email"):
        raise Refused(_("These answers were deleted."))
    opened.attempt.spam_verdict = "released"
    mail.trust(opened.attempt.lead["email"])
    arrive(opened, _score(opened))
    return opened


def _keep(attempt: Attempt, lead: Lead, now: datetime) -> bool:
    """Whether the form was new: the first one with an address counts."""
    if attempt.lead.get("email"):
        return False
    facts = dict(vars(lead))
    known = {"known": attempt.lead["known"]} if facts["from_mail"] else {}
    put(
        attempt,
        consents={one.purpose: dict(vars(one)) for one in facts.pop("consents")},
        spam_signs=sorted({*attempt.spam_signs, *facts.pop("signs")}),
        locale=facts.pop("locale") or attempt.locale,
        lead={key: value for key, value in facts.items() if value} | known,
        state="gated",
        last_seen_at=now,
    )
    return True


def _note(attempt: Attempt, is_new: bool, is_done: bool, now: datetime) -> None:
    steps = [("gate_submitted", "")] if is_new and not attempt.lead.get("skipped") else []
    note_all(attempt.id, steps + ([("completed", "")] if is_done else []), now)


def _complete(opened: Opened, now: datetime) -> Opened:
    attempt, found = opened.attempt, _score(opened)
    put(
        attempt,
        state="completed",
        completed_at=now,
        last_seen_at=now,
        progress=100,
        score=found.score,
        max_score=found.max_score,
        pct=found.pct,
        tier_id=found.tier.get("id"),
        categories=found.categories,
        trace=found.trace,
    )
    days = opened.quiz.result_days
    link = insert_once(
        ResultLink,
        {
            "attempt_id": attempt.id,
            "created_at": now,
            "expires_at": now + timedelta(days=days) if days else None,
        },
        "attempt_id",
    )
    opened = replace(opened, link=link)
    if attempt.lead.get("email"):
        attempt.spam_verdict = spam.verdict(attempt.spam_signs)
    if attempt.spam_verdict:
        mail.distrust(attempt.lead["email"])
    if attempt.lead.get("email") and not attempt.spam_verdict:
        arrive(opened, found)
    update_whole(attempt)
    return opened


def _score(opened: Opened) -> score.Score:
    return score.score(opened.quiz.spec, opened.answers)
