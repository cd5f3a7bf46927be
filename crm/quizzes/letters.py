"""Mails to prospects: their own result, the request to confirm a tick, the way back."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _

from crm.accounts import queries as people
from crm.contacts.queries import known_link
from crm.core import clock, links, words
from crm.mail.models import Outbox
from crm.mail.rules import Later, Letter, MailKind
from crm.quizzes.actions.arrival import result_url
from crm.quizzes.models import ResultLink
from crm.quizzes.queries import confirming, resuming, said
from crm.quizzes.queries import open as reading
from crm.quizzes.queries.open import Opened
from crm.quizzes.rules import fixed, languages, path


def compose(outbox: Outbox) -> Letter | None:
    """The letter of a result as it stands; None when the answers were deleted meanwhile."""
    opened = _attempt(outbox)
    link = reading.link_of(opened) if opened else None
    if opened is None or link is None:
        return None
    with words.spoken(opened.attempt.locale, _own(opened)):
        return _letter(outbox, in_its_language(opened), link)


def _attempt(outbox: Outbox) -> Opened | None:
    """The attempt of a mail; None once it was deleted, which empties the mail too."""
    return reading.attempt_by_id(int(outbox.context.get("attempt_id") or 0))


def _own(opened: Opened) -> dict[str, Any]:
    return fixed.own(opened.quiz.spec, opened.attempt.locale)


def in_its_language(opened: Opened) -> Opened:
    """The attempt with its quiz in the language in which it was taken."""
    spec = languages.in_language(opened.quiz.spec, opened.attempt.locale)
    return replace(opened, quiz=replace(opened.quiz, spec=spec))


def _letter(outbox: Outbox, opened: Opened, link: ResultLink) -> Letter:
    sender = people.user_by_id(outbox.sender_id)
    house = people.workspace()
    company = house.name if house else ""
    url = result_url(opened.quiz.slug, link)
    ticked = opened.attempt.completed_at
    context = said.context(opened, link) | {
        "url": url,
        "delete_url": url + "/deletion",
        "again_url": _again(outbox, opened),
        "ticked_on": said.date_words(ticked),
        "consent": opened.attempt.consents["result_mail"]["text"].split("\n")[0],
        "company": company,
        "house": house,
        "sender_first": sender.first_name if sender else "",
    }
    if confirming.is_pending(opened):
        context |= confirm_words(opened, outbox.resent_at or outbox.created_at)
    return Letter(
        subject=_("Your result: %(pct)s of 100", pct=opened.attempt.pct),
        template="mail/result",
        locale=opened.attempt.locale,
        words=_own(opened),
        context=context,
        from_name=f"{sender.name}, {company}" if sender else company,
        reply_to=sender.email if sender else (house.contact_email if house else None),
    )


def guard(outbox: Outbox) -> str | None:
    """Why a result must not be mailed any more."""
    opened: Opened | None = _attempt(outbox)
    if opened is None or "email" not in opened.attempt.lead:
        return "the answers were deleted"
    link = reading.link_of(opened)
    return None if link and reading.is_usable(link) else "the result was withdrawn"


def _again(outbox: Outbox, opened: Opened) -> str:
    """The quiz once more, for the person whom this mail goes to."""
    url = links.absolute(f"/q/{opened.quiz.slug}")
    if outbox.contact_id is None:
        return url
    return known_link(url, outbox.contact_id, outbox.to_address, outbox.created_at)


def compose_confirm(outbox: Outbox) -> Letter | None:
    """The request to confirm, in the language and the words of the page that was ticked."""
    opened = _attempt(outbox)
    if opened is None or "marketing" not in opened.attempt.consents:
        return None
    with words.spoken(opened.attempt.locale, _own(opened)):
        return _confirm_letter(outbox, in_its_language(opened))


def _confirm_letter(outbox: Outbox, opened: Opened) -> Letter:
    sender = people.user_by_id(outbox.sender_id)
    house = people.workspace()
    company = house.name if house else ""
    return Letter(
        subject=_("Please confirm: mails from %(company)s", company=company),
        template="mail/confirm",
        locale=opened.attempt.locale,
        words=_own(opened),
        context={
            "house": house,
            "company": company,
            "first_name": str(opened.attempt.lead.get("name", "")).split(" ")[0],
            **confirm_words(opened, outbox.resent_at or outbox.created_at),
        },
        from_name=f"{sender.name}, {company}" if sender else company,
        reply_to=sender.email if sender else (house.contact_email if house else None),
    )


def confirm_words(opened: Opened, at: datetime) -> dict[str, Any]:
    """The link to confirm with, what was ticked, on which day, and until when the link works."""
    attempt = opened.attempt
    ticked, _dot, more = attempt.consents["marketing"]["text"].partition("\n")
    return {
        "confirm_url": confirming.url_for(attempt.id, at),
        "confirm_text": ticked,
        "confirm_more": more,
        "confirm_asked_on": said.date_words(attempt.completed_at),
        "confirm_until": said.date_words(at + confirming.VALID),
    }


def guard_confirm(outbox: Outbox) -> str | None:
    """Why nobody has to be asked to confirm any more."""
    opened = _attempt(outbox)
    held = confirming.held(opened) if opened else None
    if held is None:
        return "the answers were deleted"
    done = {"confirmed": "it is confirmed already", "withdrawn": "it was taken back"}
    return done.get(held.state)


def compose_resume(outbox: Outbox) -> Letter | None:
    """The way back for somebody who stopped half-way, in the language they answered in."""
    opened = _attempt(outbox)
    if opened is None or not opened.attempt.lead.get("email"):
        return None
    with words.spoken(opened.attempt.locale, _own(opened)):
        return _resume_letter(outbox, in_its_language(opened))


def _resume_letter(outbox: Outbox, opened: Opened) -> Letter:
    sender = people.user_by_id(outbox.sender_id)
    house = people.workspace()
    company = house.name if house else ""
    spec, ticked = opened.quiz.spec, opened.attempt.consents
    url = resuming.resume_url(opened)
    total = len(path.walk(spec, opened.answers, to_the_end=True))
    granted = [ticked[one] for one in ("result_mail", "marketing") if _is_ticked(ticked, one)]
    return Letter(
        subject=_("%(quiz)s: your answers are kept", quiz=spec.get("name") or opened.quiz.name),
        template="mail/resume",
        locale=opened.attempt.locale,
        words=_own(opened),
        context={
            "house": house,
            "company": company,
            "first_name": str(opened.attempt.lead.get("name", "")).split(" ")[0],
            "quiz_name": spec.get("name") or opened.quiz.name,
            "place": len(opened.answers) + 1,
            "total": total,
            "url": url,
            "delete_url": url + "/deletion",
            "stopped_on": said.date_words(opened.attempt.last_seen_at),
            "consent": granted[0]["text"].split("\n")[0] if granted else "",
        },
        from_name=f"{sender.name}, {company}" if sender else company,
        reply_to=sender.email if sender else (house.contact_email if house else None),
    )


def _is_ticked(consents: dict[str, Any], purpose: str) -> bool:
    return bool((consents.get(purpose) or {}).get("is_granted"))


def guard_resume(outbox: Outbox) -> str | Later | None:
    """Why nobody has to be asked back any more; later, while they are answering again."""
    opened = _attempt(outbox)
    if opened is None:
        return "the answers were deleted"
    no = resuming.objection(opened)
    rested = opened.attempt.last_seen_at + resuming.AFTER
    if no is None and rested > clock.now():
        return Later(rested, "they are answering")
    return no


MAILS = [
    MailKind("result", "urgent", compose, guard, entry="Result mailed"),
    MailKind(
        "confirm",
        "urgent",
        compose_confirm,
        guard_confirm,
        expires=timedelta(days=3),
        entry="Asked by mail to confirm",
    ),
    MailKind(
        "resume",
        "bulk",
        compose_resume,
        guard_resume,
        expires=timedelta(hours=24),
        entry="Asked by mail to go on",
    ),
]
