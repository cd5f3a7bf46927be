"""A finished attempt becomes a lead: captured, tagged, told to the owner, answered by mail."""

from typing import Any

from crm.activities.models import Entry
from crm.contacts import actions as contacts
from crm.contacts.models import Contact
from crm.contacts.rules import tag_fitted
from crm.core import clock, links
from crm.core.db import db
from crm.core.updates import put
from crm.leads import actions as leads
from crm.leads.rules import Arrival, ConsentGiven
from crm.mail import actions as mail
from crm.quizzes.actions import confirming, mapping, promises, retakes
from crm.quizzes.models import ResultLink
from crm.quizzes.queries import open as reading
from crm.quizzes.queries.open import Opened
from crm.quizzes.rules.score import Score, asked_options
from crm.quizzes.rules.shape import by_id, words


def arrive(opened: Opened, found: Score) -> None:
    """Hand a completed attempt with an address to capture, and write down what came of it."""
    with db.session.no_autoflush:
        _take(opened, found)


def _take(opened: Opened, found: Score) -> None:
    attempt = opened.attempt
    known = retakes.barred(opened)
    if known is not None:
        retakes.keep_apart(known, opened, found)
        _send_result(known, opened)
        return
    confirming.mark(opened)
    captured = leads.capture(arrival(opened, found))
    contact = captured.contact
    if contact is None:
        return
    is_first = contact.quiz_attempt_id == attempt.id  # made of this attempt, score and all
    before = None if is_first else retakes.score_before(contact.id, opened)
    if attempt.lead.get("job_title"):
        contacts.fill_empty(contact, job_title=attempt.lead["job_title"])
    left = mapping.fill(contact, opened)
    if not is_first:
        _mark(contact, opened, found)
    if before is not None and captured.entry is not None:
        _say(captured.entry, _said(opened, found, top_answers(opened, found), before))
    if captured.entry is not None and left:
        captured.entry.body += mapping.told(left)
    promise = promises.of(contact, captured.enrolment, opened)
    more = {"promise": promise} | ({"left": left} if left else {})
    put(attempt, contact_id=contact.id, lead=attempt.lead | more)
    _send_result(contact, opened)
    confirming.ask(contact, opened)


def arrival(opened: Opened, found: Score | None) -> Arrival:
    """What capture gets to know of an attempt; without `found` it is not finished yet.

    Consents are written down once: what was withdrawn between the form and the last answer stays
    withdrawn.
    """
    attempt, quiz, lead = opened.attempt, opened.quiz, opened.attempt.lead
    said = top_answers(opened, found) if found else []
    inputs: dict[str, Any] = scored(found) | {"top_answers": said} if found else {}
    inputs |= {
        "quiz": quiz.slug,
        "quiz_name": quiz.name,
        "answers": asked_options(quiz.spec, opened.answers),
        "links": {
            "result": _url(quiz.slug, token) if (token := opened.result_token) else "",
            "quiz": links.absolute(f"/q/{quiz.slug}"),
        },
    }
    return Arrival(
        source="quiz",
        idem_key=f"attempt:{attempt.id}",
        email=lead["email"],
        name=lead.get("name", ""),
        company=lead.get("company", ""),
        phone=lead.get("phone", ""),
        consents=()
        if lead.get("is_known")
        else tuple(ConsentGiven(**one) for one in attempt.consents.values()),
        inputs=inputs,
        title=quiz.name,
        locale=attempt.locale,
        touch_id=attempt.last_touch_id,
        attempt_id=attempt.id,
        team_id=quiz.team_id,
        payload={"attempt": attempt.id} | ({"pct": found.pct} if found else {}),
        first_facts=_facts(opened, found) if found else {},
        first_tags=_tags(opened, found) if found else (),
        entry=_said(opened, found, said) if found else {},
    )


def scored(found: Score) -> dict[str, Any]:
    """What conditions may ask of a score."""
    return {
        "pct": found.pct,
        "tier": found.tier.get("id"),
        "tier_name": found.tier.get("name"),
        "level": found.tier.get("level"),
        "categories": {one["id"]: one["pct"] for one in found.categories},
        "category_names": {one["id"]: one["name"] for one in found.categories},
        "highest": next((o["id"] for o in found.categories if o["outcome"] == "highest"), None),
    }


def result_url(slug: str, link: ResultLink) -> str:
    """The whole address of a result, for mails."""
    return _url(slug, reading.result_token(link))


def _url(slug: str, token: str) -> str:
    return links.absolute(f"/q/{slug}/r/{token}")


def top_answers(opened: Opened, found: Score) -> list[str]:
    """The three answers that count most, as question and answer."""
    known = by_id(opened.quiz.spec)
    rows = sorted(found.trace, key=lambda row: -row["score"])[:3]
    return [
        f"{known[row['question']]['text']} {words(known[row['question']], given)}"
        for row in rows
        if (given := opened.answers.get(row["question"])) is not None
    ]


def _mark(contact: Contact, opened: Opened, found: Score) -> None:
    """The contact's score by the quiz's rule: the latest, the best or the first counts."""
    names = _tags(opened, found)
    if not retakes.is_effective(contact, opened, found.pct):
        contacts.tag_all(contact, names[:1], set_by="quiz")
        return
    for key, value in _facts(opened, found).items():
        setattr(contact, key, value)
    wanted = names[1]
    for old in [tag.name for tag in contact.tags]:
        if old.startswith("tier:") and old != wanted:
            contacts.untag(contact, old)
    contacts.tag_all(contact, names, set_by="quiz")


def _tags(opened: Opened, found: Score) -> tuple[str, str]:
    tier = tag_fitted(f"tier:{str(found.tier.get('name', '')).lower()}")
    return f"quiz:{opened.quiz.slug}", tier


def _facts(opened: Opened, found: Score) -> dict[str, Any]:
    """What a contact holds of a score."""
    return {
        "quiz_score": found.pct,
        "quiz_attempt_id": opened.attempt.id,
        "quiz_tier": found.tier.get("name"),
        "quiz_level": found.tier.get("level"),
    }


def _said(
    opened: Opened, found: Score, answers: list[str], before: int | None = None
) -> dict[str, Any]:
    """How the timeline tells of a score, and of the step from the one before."""
    moved = f"{before} → {found.pct}" if before is not None else str(found.pct)
    is_late = opened.attempt.spam_verdict == "released"
    return {
        "title": f"{opened.quiz.name}: {moved}, {found.tier.get('name', '')}",
        "body": "\n".join(f"- {text}" for text in answers),
        "details": {"before": before, "released_late": is_late},
    }


def _say(entry: Entry, said: dict[str, Any]) -> None:
    """Let the entry that capture has just written tell the step from the score before."""
    entry.title, entry.body = said["title"], said["body"]
    entry.details = entry.details | said["details"]


def _send_result(contact: Contact, opened: Opened) -> None:
    attempt = opened.attempt
    if not attempt.consents.get("result_mail", {}).get("is_granted"):
        return
    mail.queue(
        "result",
        dedupe_key=f"result:{attempt.id}",
        to_address=attempt.lead["email"],
        to_name=attempt.lead.get("name", ""),
        contact_id=contact.id,
        sender_id=contact.owner_id or opened.quiz.sender_id,
        context={"attempt_id": attempt.id},
        is_anonymous_cause=True,
    )
    attempt.lead = attempt.lead | {"mailed_at": clock.now().isoformat()}
