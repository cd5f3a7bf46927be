"""A quiz as the team sees it: drafted, published in versions that never change, paused."""

import copy

from flask_babel import gettext as _
from sqlalchemy import func, select

from crm.accounts.models import User
from crm.core import clock
from crm.core.db import db
from crm.core.refusal import Conflict, Refused
from crm.quizzes.actions import addresses, cards
from crm.quizzes.actions.mapping import name_fields
from crm.quizzes.models import Quiz, QuizVersion
from crm.quizzes.rules import checks, theme
from crm.quizzes.rules.blank import blank
from crm.quizzes.rules.shape import Spec, fingerprint, ready

MOST_BYTES = 200_000


def create(name: str, template: str, by: User | None, team_id: int | None = None) -> Quiz:
    """A quiz as a draft, from a ready scorecard or blank; its address comes from its name."""
    spec = ready(template) if template else blank(name)
    spec["name"] = name
    now = clock.now()
    quiz = Quiz(
        slug=addresses.free(name),
        name=name,
        draft=spec,
        team_id=team_id or (by.team_ids[0] if by and by.team_ids else None),
        sender_id=by.id if by else None,
        created_at=now,
        updated_at=now,
    )
    db.session.add(quiz)
    db.session.flush()
    return quiz


def save_draft(quiz: Quiz, spec: Spec, version: int | None = None) -> None:
    """Keep an edited draft; Conflict when somebody saved meanwhile (`version` is the one seen)."""
    if version is not None and version != quiz.version:
        raise Conflict(_("Somebody else saved this quiz meanwhile. Open it again."))
    if len(str(spec)) > MOST_BYTES:
        raise Refused(_("This quiz is larger than 200 KB. Shorten its texts."))
    draft = copy.deepcopy(spec)
    name_fields(draft)
    quiz.draft = draft
    quiz.name = str(spec.get("name") or quiz.name)
    quiz.updated_at = clock.now()


def publish(quiz: Quiz, by: User | None, note: str = "") -> QuizVersion:
    """The draft as the next version; attempts under way stay on theirs.

    Raises Refused with every problem that would leave a prospect stuck.
    """
    draft = copy.deepcopy(quiz.draft)
    name_fields(draft)
    found = checks.problems(draft)
    if found:
        raise Refused(" ".join(problem.text for problem in found))
    quiz.draft = draft
    version = _add_version(quiz, copy.deepcopy(draft), by, note)
    _go_live(quiz, version)
    return version


def roll_back(quiz: Quiz, to: QuizVersion, by: User | None) -> QuizVersion:
    """Publish what an earlier version held as the newest one; the draft follows."""
    if to.quiz_id != quiz.id:
        raise Refused(_("That version belongs to another quiz."))
    version = _add_version(quiz, copy.deepcopy(to.spec), by, f"as version {to.n}")
    quiz.draft = copy.deepcopy(to.spec)
    _go_live(quiz, version)
    return version


def pause(quiz: Quiz) -> None:
    """Close the public pages for now; results stay."""
    if quiz.state != "live":
        raise Refused(_("Only a live quiz can be paused."))
    quiz.state, quiz.state_at = "paused", clock.now()


def reopen(quiz: Quiz) -> None:
    """Open the public pages again; whoever had begun goes on."""
    if quiz.live_version_id is None:
        raise Refused(_("Publish the quiz first."))
    quiz.state, quiz.state_at = "live", clock.now()


def archive(quiz: Quiz) -> None:
    """Close a quiz for good; what it brought stays in the records."""
    quiz.state, quiz.state_at = "archived", clock.now()


def share(
    quiz: Quiz,
    *,
    slug: str,
    sender_id: int | None,
    embed_origins: list[str],
    result_days: int,
    retake: str = "unlimited",
    retake_days: int = 30,
    may_share: bool = True,
    asks_back: bool = True,
    colours: dict[str, str],
) -> None:
    """How a quiz is reached and looks. Raises Refused for a taken address or unreadable colours."""
    addresses.check(quiz, slug)
    unreadable = theme.problems(colours)
    if unreadable:
        raise Refused(" ".join(unreadable), "accent")
    addresses.move(quiz, slug)
    quiz.sender_id = sender_id
    quiz.embed_origins, quiz.result_days = embed_origins, result_days
    quiz.retake, quiz.retake_days = retake, retake_days
    quiz.may_share, quiz.asks_back = may_share, asks_back
    quiz.theme, quiz.updated_at = colours, clock.now()
    cards.draw_soon(quiz.id)


def _add_version(quiz: Quiz, spec: Spec, by: User | None, note: str) -> QuizVersion:
    last = db.session.scalar(select(func.max(QuizVersion.n)).where(QuizVersion.quiz_id == quiz.id))
    version = QuizVersion(
        quiz_id=quiz.id,
        n=(last or 0) + 1,
        spec=spec,
        spec_sha256=fingerprint(spec),
        published_at=clock.now(),
        published_by_id=by.id if by else None,
        note=note,
    )
    db.session.add(version)
    db.session.flush()
    return version


def _go_live(quiz: Quiz, version: QuizVersion) -> None:
    quiz.live_version_id = version.id
    quiz.state, quiz.state_at = "live", clock.now()
    quiz.updated_at = clock.now()
    cards.plan(version)
    cards.draw_soon(quiz.id)
