"""What was answered in quizzes, as conditions ask for it: of contacts and of arrivals."""

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from flask import g
from flask_babel import gettext as _
from sqlalchemy import String, and_, cast, false, func, select, union
from sqlalchemy.orm import joinedload

from crm.contacts.models import Contact
from crm.core.db import db
from crm.fields.rules import Field, Option
from crm.quizzes.models import Answer, Attempt, FormerAddress, Quiz, QuizVersion
from crm.quizzes.rules.shape import choices

Thing = dict[str, Any]
Holders = list[tuple[Quiz, dict[str, Any]]]
# "3.q_start" is a question, "3.q_start.o_now" a choice of it: ids are unique within a quiz only.
VALUE = re.compile(r"(\d{1,15})\.([a-z][a-z0-9_]*)(?:\.([a-z0-9_-]+))?")
KEY = re.compile(r"(?:answer|area)_(\d{1,15})_([a-z][a-z0-9_]*)")
TIER = re.compile(r"tier_(\d{1,15})")
ANY_QUIZ = 0
QUIZ_OF_ANSWER = (
    select(QuizVersion.quiz_id)
    .join(Attempt, Attempt.version_id == QuizVersion.id)
    .where(Attempt.id == Answer.attempt_id)
    .correlate(Answer)
    .scalar_subquery()
)
# Repeats and previews change nothing.
COUNTED = (Attempt.is_preview.is_(False), Attempt.is_repeat.is_(False))
CHOSEN = cast(Answer.option_ids, String)
IS_CHOSEN = func.nullif(CHOSEN, "[]")


def is_question(value: str) -> Any:
    """The condition that an answer is one to this question."""
    found = VALUE.fullmatch(value)
    if found is None or found[3]:
        return false()
    return and_(Answer.question_id == found[2], QUIZ_OF_ANSWER == int(found[1]))


def is_choice(value: str) -> Any:
    """The condition that this is among what was chosen in an answer."""
    found = VALUE.fullmatch(value)
    if found is None or not found[3]:
        return false()
    has = CHOSEN.contains(f'"{found[3]}"', autoescape=True)
    return and_(Answer.question_id == found[2], has, QUIZ_OF_ANSWER == int(found[1]))


def question_of(answer: Answer) -> str:
    """The question of an answer, as conditions name it."""
    return f"{quiz_of(answer)}.{answer.question_id}"


def choices_of(answer: Answer) -> list[str]:
    """What was chosen in an answer, as conditions name it."""
    return [f"{question_of(answer)}.{option}" for option in answer.option_ids]


def quiz_of(answer: Answer) -> int:
    """The quiz that an answer belongs to."""
    attempt = db.session.get(Attempt, answer.attempt_id)
    assert attempt is not None
    return attempt.quiz_version.quiz_id


def is_of_contact() -> Any:
    """The condition that joins an answer that counts to its contact."""
    theirs = select(Attempt.id).where(Attempt.contact_id == Contact.id, *COUNTED)
    return and_(Answer.attempt_id.in_(theirs.correlate(Contact)), Answer.is_superseded.is_(False))


def answered(contact: Contact) -> list[Answer]:
    """The answers of a contact that count."""
    theirs = select(Attempt.id).where(Attempt.contact_id == contact.id, *COUNTED)
    rows = select(Answer).where(Answer.attempt_id.in_(theirs), Answer.is_superseded.is_(False))
    return list(db.session.scalars(rows.order_by(Answer.id)))


def question_options() -> list[Option]:
    """Every question of the quizzes."""
    return [
        Option(f"{quiz.id}.{one['id']}", name(_text(one)))
        for quiz, spec, name in _specs()
        for one in spec.get("questions") or []
    ]


def choice_options() -> list[Option]:
    """Every choice of the quizzes, with its question."""
    return [
        Option(f"{quiz.id}.{one['id']}.{way['id']}", name(f"{_text(one)} {_text(way)}"))
        for quiz, spec, name in _specs()
        for one in spec.get("questions") or []
        for way in choices(one)
    ]


def slug_options() -> list[Option]:
    """The quizzes as an arrival names them; by a former address rules go on to be read."""
    now = [Option(row.slug, row.name, row.state != "archived") for row in _quizzes()]
    had = select(FormerAddress.slug, Quiz.name).join(Quiz, Quiz.id == FormerAddress.quiz_id)
    return now + [Option(slug, name, False) for slug, name in db.session.execute(had)]


def names_of_quiz(lead: Any) -> list[str]:
    """The address of the quiz that an arrival came by, with all that it has or had besides."""
    slug = lead.inputs.get("quiz")
    if not slug:
        return []
    here = select(Quiz.id).where(Quiz.slug == slug)
    there = select(FormerAddress.quiz_id).where(FormerAddress.slug == slug)
    it = union(here, there).subquery()
    now = select(Quiz.slug).where(Quiz.id.in_(select(it)))
    had = select(FormerAddress.slug).where(FormerAddress.quiz_id.in_(select(it)))
    return list({slug, *db.session.scalars(union(now, had))})


def tier_fields() -> list[Field]:
    """A field of an arrival for the tiers of each quiz: ids are unique within a quiz only."""
    quizzes = _quizzes()
    return [_tier(quiz, len(quizzes)) for quiz in quizzes if _spec(quiz).get("tiers")]


def tier_field(key: str) -> Field | None:
    """The tier of an arrival: of one quiz ("tier_3"), or of whichever, as rules once said."""
    if key == "tier":
        return Field("arrival", key, _("Tier of any quiz"), "select",
                     read=lambda lead: lead.inputs.get("tier"), options=_any_tier)  # fmt: skip
    found = TIER.fullmatch(key)
    quizzes = _quizzes()
    quiz = next((one for one in quizzes if found and one.id == int(found[1])), None)
    return _tier(quiz, len(quizzes)) if quiz else None


def _tier(quiz: Quiz, quizzes: int) -> Field:
    tiers = [Option(one["id"], one.get("name") or one["id"]) for one in _spec(quiz)["tiers"]]
    label = _("Tier – %(quiz)s", quiz=quiz.name) if quizzes > 1 else _("Tier")

    def read(lead: Any) -> Any:
        return lead.inputs.get("tier") if lead.inputs.get("quiz") == quiz.slug else None

    return Field("arrival", f"tier_{quiz.id}", label, "select", read=read, options=lambda: tiers)


def _any_tier() -> list[Option]:
    """The tiers of all quizzes; one id stands for those of the same id in each of them."""
    found: dict[str, list[str]] = {}
    for _quiz, spec, name in _specs():
        for tier in spec.get("tiers") or []:
            found.setdefault(tier["id"], []).append(name(tier.get("name") or tier["id"]))
    return [Option(key, ", ".join(dict.fromkeys(words))) for key, words in found.items()]


def answer_fields() -> list[Field]:
    """A field of an arrival for each question that is answered by choosing."""
    quizzes = _quizzes()
    return [
        _answer(f"answer_{quiz.id}_{one['id']}", one["id"], [(quiz, one)], len(quizzes))
        for quiz in quizzes
        for one in _spec(quiz).get("questions") or []
        if choices(one)
    ]


def area_fields() -> list[Field]:
    """A field of an arrival for the score in each area."""
    quizzes = _quizzes()
    return [
        _area(f"area_{quiz.id}_{area['id']}", area["id"], [(quiz, area)], len(quizzes))
        for quiz in quizzes
        for area in _spec(quiz).get("categories") or []
    ]


def answer_field(key: str) -> Field | None:
    """What an arrival answered to a question; quiz 0 is whichever has it, as rules once said."""
    return _named(key, "questions", _answer)


def area_field(key: str) -> Field | None:
    """The score of an arrival in an area; quiz 0 is whichever has it."""
    return _named(key, "categories", _area)


def _named(key: str, part: str, made: Callable[..., Field]) -> Field | None:
    found = KEY.fullmatch(key)
    if found is None:
        return None
    number, quizzes = int(found[1]), _quizzes()
    holders = [
        (quiz, one)
        for quiz in quizzes
        for one in _spec(quiz).get(part) or []
        if one["id"] == found[2] and number in (ANY_QUIZ, quiz.id)
    ]
    if not holders and number != ANY_QUIZ:
        return None
    return made(key, found[2], holders, len(quizzes))


def _answer(key: str, question: str, holders: Holders, quizzes: int) -> Field:
    options = {
        way["id"]: Option(way["id"], _text(way)) for _quiz, one in holders for way in choices(one)
    }
    words = _of_quiz(_text(holders[0][1]) if holders else question, holders, quizzes)
    return Field(
        "arrival",
        key,
        _("Answer to “%(question)s”", question=words),
        "select" if options else "text",
        read=_reader(key, "answers", question, holders),
        options=(lambda: list(options.values())) if options else None,
    )


def _area(key: str, area: str, holders: Holders, quizzes: int) -> Field:
    words = _of_quiz(holders[0][1].get("name") or area if holders else area, holders, quizzes)
    read = _reader(key, "categories", area, holders)
    return Field("arrival", key, _("Score in %(area)s", area=words), "number", read=read)


def _reader(key: str, part: str, thing: str, holders: Holders) -> Callable[[Any], Any]:
    """What an arrival holds of a question or area; of one quiz only where the key names it."""
    is_any = key.split("_")[1] == str(ANY_QUIZ)
    slugs = {quiz.slug for quiz, _thing in holders}

    def read(lead: Any) -> Any:
        if not is_any and lead.inputs.get("quiz") not in slugs:
            return None
        return (lead.inputs.get(part) or {}).get(thing)

    return read


def _of_quiz(words: str, holders: Holders, quizzes: int) -> str:
    """The words, with the quiz where there are several and it is one of them."""
    return f"{words} – {holders[0][0].name}" if len(holders) == 1 and quizzes > 1 else words


def _specs() -> Iterator[tuple[Quiz, Thing, Callable[[str], str]]]:
    """Each quiz with its spec, and how its things are called among those of all quizzes."""
    rows = _quizzes()
    for quiz in rows:
        prefix = f"{quiz.name}: " if len(rows) > 1 else ""
        yield quiz, _spec(quiz), partial("{}{}".format, prefix)


def _quizzes() -> list[Quiz]:
    """All quizzes, read once in a transaction: the words of a filter ask for them often."""
    reading = db.session().get_transaction()
    kept = g.get("tend_quizzes")
    if kept is None or kept[0] is not reading or reading is None:
        wanted = select(Quiz).options(joinedload(Quiz.live_version)).order_by(Quiz.name, Quiz.id)
        rows = list(db.session.scalars(wanted))
        kept = g.tend_quizzes = (db.session().get_transaction(), rows)
    found: list[Quiz] = kept[1]
    return found


def _spec(quiz: Quiz) -> Thing:
    return quiz.live_version.spec if quiz.live_version else quiz.draft


def _text(thing: Thing) -> str:
    return str(thing.get("text") or thing["id"])
