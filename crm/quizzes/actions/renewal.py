"""Beginning again on the live version after a long time, with the answers that still fit."""

from crm.core import clock, signing
from crm.core.db import db
from crm.quizzes.actions.attempts import start, token_for
from crm.quizzes.actions.events import note_all
from crm.quizzes.models import Answer, Attempt
from crm.quizzes.queries import open as reading
from crm.quizzes.queries.open import Opened, Shown
from crm.quizzes.rules import path
from crm.quizzes.rules.shape import Answers, Spec, by_id, fingerprint


def renew(opened: Opened, live: Shown) -> str:
    """A new attempt on the live version; its token. The same attempt renewed twice is one.

    Answers to questions that are word for word and point for point the same come along, as far
    as the way leads without a gap.
    """
    nonce = f"again:{opened.attempt.id}:{live.version_id}"
    token = token_for(nonce)
    if reading.attempt_by_token(live.slug, token) is not None:
        return token
    begun = opened.attempt
    attempt = start(live, nonce, begun.last_touch_id, begun.locale, begun.lead.get("known"))
    assert attempt.token_hash == signing.token_hash(token)
    kept = still_fitting(opened.quiz.spec, live.spec, opened.answers)
    now = clock.now()
    for question_id, given in kept.items():
        values = {"option_ids": list(given.options), "value": given.value, "answered_at": now}
        db.session.add(Answer(attempt_id=attempt.id, question_id=question_id, **values))
    _keep_lead(opened.attempt, attempt)
    attempt.progress = path.progress(live.spec, kept)
    answered = [("q_seen", name) for name in kept] + [("q_answered", name) for name in kept]
    note_all(attempt.id, [("start", ""), *answered] if kept else [], now)
    return token


def _keep_lead(old: Attempt, new: Attempt) -> None:
    """Who it is and what was ticked comes along: nobody is asked for it twice."""
    if old.lead:
        new.lead, new.consents, new.contact_id = dict(old.lead), dict(old.consents), old.contact_id
        new.spam_signs, new.state = list(old.spam_signs), "gated"


def still_fitting(old: Spec, new: Spec, answers: Answers) -> Answers:
    """The answers whose questions did not change, along the new way up to the first gap."""
    before, after = by_id(old), by_id(new)
    same = {
        name: given
        for name, given in answers.items()
        if name in after and fingerprint(before[name]) == fingerprint(after[name])
    }
    return {name: same[name] for name in path.walk(new, same) if name in same}
