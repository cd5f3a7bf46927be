"""What quizzes offer: places in the frame, mails, fields of an attempt."""

from operator import attrgetter

from flask_babel import lazy_gettext as _
from sqlalchemy import select

from crm.batches.holding import Holding
from crm.contacts.models import Contact
from crm.core.db import db
from crm.fields.rules import Field, Grown, Option, Relation, choices
from crm.quizzes import asking
from crm.quizzes.letters import MAILS
from crm.quizzes.models import Answer, Attempt, Quiz, QuizVersion
from crm.web.shell import ShellItem


def _sign(row: Quiz, leaver, to, by) -> None:
    row.sender_id = to.id


HOLDINGS = [
    Holding(11, "quiz", _("Quizzes they sign"), Quiz, lambda who: (Quiz.sender_id == who,), _sign,
            url=lambda row: f"/quizzes/{row.id}", one=_("Quiz they sign")),
]  # fmt: skip
SHELL = [
    ShellItem(_("Quizzes"), "/quizzes", icon="list-checks", order=60),
    ShellItem(
        _("Quiz"),
        "/quizzes/new",
        icon="list-checks",
        order=50,
        place="new",
        right="manage_quizzes",
        help=_("Questions that end in a score and a contact"),
    ),
]
ATTEMPT_WORDS = {
    "started": _("Started"),
    "gated": _("Stopped before the contact form"),
    "completed": _("Finished"),
    "abandoned": _("Left unfinished"),
}


def _quiz_options() -> list[Option]:
    rows = db.session.scalars(select(Quiz).order_by(Quiz.name))
    return [Option(str(row.id), row.name, row.state != "archived") for row in rows]


MODELS = [("attempt", Attempt), ("answer", Answer)]
FIELDS: list[Field | Relation | Grown] = [
    Field("attempt", "quiz", _("Quiz"), "select",
          select(QuizVersion.quiz_id).where(QuizVersion.id == Attempt.version_id)
          .correlate(Attempt).scalar_subquery(),
          lambda attempt: attempt.quiz_version.quiz_id, options=_quiz_options),
    Field("attempt", "state", _("State"), "select", Attempt.state, attrgetter("state"),
          options=choices(ATTEMPT_WORDS)),
    Field("attempt", "pct", _("Score in per cent"), "number", Attempt.pct, attrgetter("pct")),
    Field("attempt", "tier", _("Tier"), "text", Attempt.tier_id, attrgetter("tier_id")),
    Field("attempt", "started_at", _("Began"), "at", Attempt.started_at,
          attrgetter("started_at")),
    Field("attempt", "completed_at", _("Finished"), "at", Attempt.completed_at,
          attrgetter("completed_at")),
    Relation("contact", "attempts", _("Quizzes"), "attempt",
             lambda: (Attempt.contact_id == Contact.id) & Attempt.is_preview.is_(False),
             lambda contact: list(db.session.scalars(select(Attempt).where(
                 Attempt.contact_id == contact.id, Attempt.is_preview.is_(False))))),
    Field("answer", "choice", _("Answer"), "select", asking.IS_CHOSEN, asking.choices_of,
          equals=asking.is_choice, options=asking.choice_options),
    Field("answer", "question", _("Question"), "select", Answer.question_id, asking.question_of,
          equals=asking.is_question, options=asking.question_options),
    Field("answer", "quiz", _("Quiz"), "select", asking.QUIZ_OF_ANSWER, asking.quiz_of,
          options=_quiz_options),
    Field("answer", "value", _("Written answer"), "text", Answer.value, attrgetter("value")),
    Field("answer", "answered_at", _("Answered on"), "at", Answer.answered_at,
          attrgetter("answered_at")),
    Relation("contact", "answers", _("Quiz answers"), "answer", asking.is_of_contact,
             asking.answered),
    Field("arrival", "quiz", _("Quiz"), "select", read=asking.names_of_quiz,
          options=asking.slug_options),
    Grown("arrival", "tier", asking.tier_fields, asking.tier_field),
    Grown("arrival", "answer_", asking.answer_fields, asking.answer_field),
    Grown("arrival", "area_", asking.area_fields, asking.area_field),
]  # fmt: skip
__all__ = ["FIELDS", "HOLDINGS", "MAILS", "MODELS", "SHELL"]
