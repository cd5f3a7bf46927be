"""What a record page shows of somebody's quizzes: the latest score, why, and the history."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, bindparam, select

from crm.contacts.models import Contact
from crm.core import links, reading
from crm.core.ready import ready
from crm.quizzes.models import Answer, Attempt, Quiz, QuizVersion, ResultLink
from crm.quizzes.queries.open import is_usable, result_token
from crm.quizzes.rules.shape import Given, Question, questions, words

EFFECTIVE = Contact.quiz_attempt_id


@dataclass(frozen=True)
class Page:
    """The result page of an attempt: where it stands and whether it opens.

    `state`: open, old (its time ran out) or withdrawn.
    """

    url: str
    link: ResultLink

    @property
    def state(self) -> str:
        if self.link.revoked_at is not None:
            return "withdrawn"
        return "open" if is_usable(self.link) else "old"


@dataclass(frozen=True)
class Taken:
    """One completed attempt with its quiz, and what changed since the one before."""

    attempt: Attempt
    quiz_id: int
    quiz_name: str
    n: int
    tier: dict[str, Any]
    cuts: list[int]
    delta: int | None
    areas: list[tuple[str, int]]
    is_effective: bool
    page: Page | None
    questions: list[Question]

    @property
    def level(self) -> str:
        """The look of the tier: hot, warm or cool."""
        return str(self.tier.get("level") or "")


def taken_part() -> Select:
    """`attempts_of` the contact `of_contact`, to be asked for beside others."""
    return (
        select(
            *(Quiz.id, Quiz.name, Quiz.slug),
            *(QuizVersion.n, QuizVersion.spec, Contact.quiz_attempt_id),
            *reading.columns(Attempt),
            *reading.columns(ResultLink),
        )
        .select_from(Attempt)
        .outerjoin(ResultLink, ResultLink.attempt_id == Attempt.id)
        # There is one of each, but said so SQLite would go through all attempts of a version, and
        # through all completed ones by the index of states.
        .outerjoin(QuizVersion, QuizVersion.id == Attempt.version_id)
        .outerjoin(Quiz, Quiz.id == QuizVersion.quiz_id)
        .outerjoin(Contact, Contact.id == Attempt.contact_id)
        .where(Attempt.contact_id == bindparam("of_contact"))
        .where(Attempt.state.concat("") == "completed")
        .order_by(Attempt.completed_at, Attempt.id)
    )


def given_part() -> Select:
    """What the contact `of_contact` answered in their last completed attempt."""
    last = (
        select(Attempt.id)
        .where(Attempt.contact_id == bindparam("of_contact"))
        .where(Attempt.state.concat("") == "completed")
        .order_by(Attempt.completed_at.desc(), Attempt.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return select(Answer.question_id, Answer.option_ids, Answer.value).where(
        Answer.attempt_id == last, Answer.is_superseded.is_(False)
    )


def answers_from(taken: Taken, rows: Iterable[Sequence[Any]]) -> list[tuple[str, str]]:
    """Question and answer in the order they were asked, written ones too."""
    told = {row["question"]: row.get("answer") or "" for row in taken.attempt.trace}
    given = {question: Given(tuple(options or ()), value) for question, options, value in rows}
    return [
        (str(one.get("text") or ""), answer)
        for one in taken.questions
        if (answer := told.get(one["id"]) or words(one, given.get(one["id"])))
    ]


_taken = ready(taken_part)  # built once: letters about somebody with a score ask for it


def attempts_of(contact_id: int) -> list[Taken]:
    """The completed attempts of a contact, newest first, each with its step from the last."""
    return attempts_from(reading.rows(_taken(), {"of_contact": contact_id}))


def attempts_from(rows: Iterable[Sequence[Any]]) -> list[Taken]:
    """What such rows come to."""
    taken: list[Taken] = []
    last: dict[int, int] = {}
    last_areas: dict[int, list[dict[str, Any]]] = {}
    size = len(reading.columns(Attempt))
    read = [(reading.entity(Attempt, row[6 : 6 + size]), row) for row in rows]
    attempt: Any
    for attempt, row in sorted(read, key=lambda one: (one[0].completed_at, one[0].id)):
        number, name, slug, n, spec, effective = row[:6]
        of_link = row[6 + size :]
        link = reading.entity(ResultLink, of_link) if any(of_link) else None
        before = last.get(number)
        delta = None if before is None else attempt.pct - before
        areas = _deltas(attempt, last_areas.get(number))
        last[number], last_areas[number] = attempt.pct, attempt.categories
        tiers = {tier["id"]: tier for tier in spec.get("tiers") or []}
        cuts = sorted(int(tier["from"]) for tier in tiers.values() if int(tier["from"]) > 0)
        tier = tiers.get(attempt.tier_id, {})
        counts, page = attempt.id == effective, page_of(slug, link)
        order = questions(spec)
        taken.append(Taken(attempt, number, name, n, tier, cuts, delta, areas, counts, page, order))
    return taken[::-1]


def page_of(slug: str, link: ResultLink | None) -> Page | None:
    """The result page of an attempt; None where there is none yet."""
    if link is None:
        return None
    return Page(links.absolute(f"/q/{slug}/r/{result_token(link)}"), link)


def _deltas(attempt: Attempt, before: list[dict[str, Any]] | None) -> list[tuple[str, int]]:
    """The steps of the areas since the attempt before: name and points of 100."""
    old = {area["id"]: area["pct"] for area in before or []}
    return [
        (area["name"], area["pct"] - old[area["id"]])
        for area in attempt.categories
        if area["id"] in old
    ]
