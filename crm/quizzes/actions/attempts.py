"""Answering: an attempt begins, and each answer is kept as soon as it is given."""

from sqlalchemy import bindparam, select, update

from crm.core import clock, signing
from crm.core.db import db
from crm.core.inserts import insert_once
from crm.quizzes.actions.events import note_all
from crm.quizzes.models import Answer, Attempt
from crm.quizzes.queries import team
from crm.quizzes.queries.open import Opened, Shown
from crm.quizzes.rules import path
from crm.quizzes.rules.shape import Given

SUPERSEDE = (
    update(Answer.__table__)
    .where(
        Answer.attempt_id == bindparam("of_attempt"),
        Answer.question_id.in_(bindparam("gone", expanding=True)),
        Answer.is_superseded.is_(False),
    )
    .values(is_superseded=True)
)


def token_for(nonce: str) -> str:
    """The token of the attempt begun with a start form: the same form gives the same one."""
    return signing.keyed_hash("attempt", nonce)[:40]


def start(
    quiz: Shown,
    nonce: str,
    touch_id: int | None,
    locale: str,
    known: list[int] | None = None,
) -> Attempt:
    """Begin an attempt on the version that is live; the same form twice begins one.

    `known`: contact and address, by number, that the mail with the link to the quiz went to.
    """
    now = clock.now()
    token = token_for(nonce)
    token_hash = signing.token_hash(token)
    attempt = insert_once(
        Attempt,
        {
            "token_hash": token_hash,
            "idem_key": f"start:{nonce}",
            "version_id": quiz.version_id,
            "locale": locale,
            "started_at": now,
            "last_seen_at": now,
            "first_touch_id": touch_id,
            "last_touch_id": touch_id,
            "lead": {"known": known} if known else {},
        },
    )
    if attempt is None:
        return db.session.scalars(select(Attempt).where(Attempt.token_hash == token_hash)).one()
    note_all(attempt.id, _seen(path.steps(quiz.spec, {}, has_lead=False)[:1]))
    return attempt


def answer(
    opened: Opened, question_id: str, given: Given, signs: list[str], seconds: int
) -> Opened:
    """Keep an answer; those that leave the way are superseded. The attempt as it is then.

    The same answer again changes nothing. A finished attempt stays as it is.
    """
    attempt, spec = opened.attempt, opened.quiz.spec
    if attempt.state == "completed" or opened.answers.get(question_id) == given:
        return opened
    now = clock.now()
    answers = opened.answers | {question_id: given}
    kept = set(path.walk(spec, answers))
    _supersede(attempt, (set(opened.answers) - kept) | (set(opened.answers) & {question_id}))
    db.session.add(
        Answer(
            attempt_id=attempt.id,
            question_id=question_id,
            option_ids=list(given.options),
            value=given.value,
            answered_at=now,
            seconds=seconds,
        )
    )
    answers = {name: one for name, one in answers.items() if name in kept}
    attempt.last_seen_at = now
    if attempt.state == "abandoned":
        attempt.state = "gated" if attempt.lead.get("email") else "started"
    attempt.progress = max(attempt.progress, path.progress(spec, answers))
    if signs:
        attempt.spam_signs = sorted({*attempt.spam_signs, *signs})
    after = Opened(attempt, opened.quiz, answers, opened.before)
    steps = [follows(after, question_id)]
    note_all(attempt.id, [("start", ""), ("q_answered", question_id), *_seen(steps)], now)
    return after


def follows(opened: Opened, question_id: str) -> str:
    """The step after a question: a question, the contact form, or END."""
    steps = path.steps(opened.quiz.spec, opened.answers, has_lead(opened.attempt))
    if question_id not in steps:
        return steps[-1] if steps else path.END
    place = steps.index(question_id) + 1
    return steps[place] if place < len(steps) else path.END


def forget_known(attempt_id: int) -> None:
    """Somebody else opened the link of a mail: ask everything, as of anybody."""
    attempt = db.session.get(Attempt, attempt_id)
    if attempt is not None and not has_lead(attempt):
        attempt.lead = {key: value for key, value in attempt.lead.items() if key != "known"}


def has_lead(attempt: Attempt) -> bool:
    """Whether the contact form was sent, or passed over."""
    return bool(attempt.lead.get("email") or attempt.lead.get("skipped"))


def abandon_idle() -> int:
    """Mark attempts that were left alone as abandoned, for the reports only; how many."""
    left = team.abandoned()
    for attempt in left:
        attempt.state = "abandoned"
    return len(left)


def _supersede(attempt: Attempt, question_ids: set[str]) -> None:
    if question_ids:
        names = {"of_attempt": attempt.id, "gone": list(question_ids)}
        db.session.connection().execute(SUPERSEDE, names)


def _seen(steps: list[str]) -> list[tuple[str, str]]:
    """What the funnel says of steps now shown."""
    return [
        ("gate_seen", "") if step == path.GATE else ("q_seen", step)
        for step in steps
        if step != path.END
    ]
