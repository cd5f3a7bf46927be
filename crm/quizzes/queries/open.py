"""What a prospect opens: the quiz, an attempt by its token, a result by its link."""

from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import Row as Line
from sqlalchemy import Select, bindparam, inspect, select

from crm.core import clock, reading, signing
from crm.core.db import db, is_as_read
from crm.core.reading import columns, entity
from crm.core.ready import Ready
from crm.fields.queries.definitions import STAMP, as_of
from crm.leads.models import Touch
from crm.quizzes.models import Answer, Attempt, FormerAddress, Quiz, QuizVersion, ResultLink
from crm.quizzes.rules.shape import Answers, Given, Spec

KEPT = 64
FACTS = (
    Quiz.id,
    Quiz.slug,
    Quiz.name,
    Quiz.state,
    Quiz.state_at,
    Quiz.team_id,
    Quiz.sender_id,
    Quiz.embed_origins,
    Quiz.theme,
    Quiz.result_days,
    Quiz.daily_cap,
    Quiz.retake,
    Quiz.retake_days,
    Quiz.live_version_id,
    Quiz.may_share,
)
# A published spec never changes, so each process keeps those it has read, by their content.
_specs: "OrderedDict[str, Spec]" = OrderedDict()


NAMES = tuple(column.key for column in FACTS)
OF_VERSION = (QuizVersion.id, QuizVersion.n, QuizVersion.spec_sha256)
WIDTH = len(columns(Attempt))


def _facts(*more: Any) -> Select:
    named = (column.label(f"q_{column.key}") for column in FACTS)
    return select(*more, *named, *(column.label(f"v_{column.key}") for column in OF_VERSION))


# Written once: a statement built anew for each page costs more than running it.
LIVE = Ready(
    _facts()
    .join(QuizVersion, QuizVersion.id == Quiz.live_version_id)
    .where(Quiz.slug == bindparam("slug"))
)


def _attempt(*selected: Any) -> Select:
    found = _facts(*selected).join(QuizVersion, QuizVersion.quiz_id == Quiz.id)
    return found.join(Attempt, Attempt.version_id == QuizVersion.id)


OF_TOKEN = _attempt(*columns(Attempt)).where(
    Attempt.token_hash == bindparam("token_hash"), Quiz.slug == bindparam("slug")
)
BY_TOKEN = Ready(OF_TOKEN)
# With what the end of an attempt asks for besides: the visit, and whether fields are as known.
BY_TOKEN_WHOLE = Ready(
    OF_TOKEN.add_columns(*columns(Touch), Touch.id.label("visit"), STAMP.label("stamp")).outerjoin(
        Touch, Touch.id == Attempt.last_touch_id
    )
)
OF_ID = Attempt.id == bindparam("id")
BY_ID = Ready(_attempt(*columns(Attempt)).where(OF_ID))
# The ORM reads anew what this session holds of a row that others may have changed.
BY_ID_LOCKED = _attempt(Attempt).where(OF_ID).with_for_update(of=Attempt)
GIVEN = Ready(
    select(Answer.question_id, Answer.option_ids, Answer.value, Answer.is_superseded)
    .where(Answer.attempt_id == bindparam("attempt_id"))
    .order_by(Answer.id)
)


@dataclass(frozen=True)
class Shown:
    """A quiz as a page shows it: its settings now, its content as published in one version."""

    id: int
    slug: str
    name: str
    state: str
    state_at: datetime | None
    team_id: int | None
    sender_id: int | None
    embed_origins: list[str]
    theme: dict[str, Any]
    result_days: int
    daily_cap: int
    retake: str
    retake_days: int
    live_version_id: int | None
    version_id: int
    n: int
    spec: Spec
    may_share: bool = True

    @property
    def is_open(self) -> bool:
        return self.state == "live"


@dataclass(frozen=True)
class Opened:
    """An attempt with its quiz and what was answered; `before` holds answers off the way."""

    attempt: Attempt
    quiz: Shown
    answers: Answers
    before: Answers
    link: ResultLink | None = None
    touch: Touch | None = None

    @cached_property
    def result_token(self) -> str:
        """The token of the result's present address, signed once; "" before there is a result."""
        link = link_of(self)
        return result_token(link) if link is not None else ""


def live(slug: str) -> Shown | None:
    """The quiz at an address in its published version; None for unknown and unpublished ones."""
    line = reading.first(LIVE, {"slug": slug})
    return _shown(line, 0) if line else None


def moved_to(slug: str) -> str | None:
    """The address of the quiz that once had this one; None where none did."""
    found = select(Quiz.slug).join(FormerAddress, FormerAddress.quiz_id == Quiz.id)
    return db.session.scalar(found.where(FormerAddress.slug == slug))


def attempt_by_token(slug: str, token: str) -> Opened | None:
    """The attempt of a token, below the address of its own quiz only."""
    names = {"slug": slug, "token_hash": signing.token_hash(token)}
    line = reading.first(BY_TOKEN, names)
    return _opened(line, entity(Attempt, line[:WIDTH])) if line else None


def attempt_to_end(slug: str, token: str) -> Opened | None:
    """The attempt of a token with what its end needs to know; no more statements than that."""
    names = {"slug": slug, "token_hash": signing.token_hash(token)}
    line = reading.first(BY_TOKEN_WHOLE, names)
    if line is None:
        return None
    as_of(line.stamp)
    touch = entity(Touch, line[-len(columns(Touch)) - 2 : -2]) if line.visit is not None else None
    return replace(_opened(line, entity(Attempt, line[:WIDTH])), touch=touch)


def attempt_by_id(attempt_id: int, lock: bool = False) -> Opened | None:
    """An attempt by its number; `lock` keeps others from changing it until the commit."""
    if lock:
        line = db.session.execute(BY_ID_LOCKED, {"id": attempt_id}).first()
        return _opened(line, line.Attempt, 1) if line else None
    line = reading.first(BY_ID, {"id": attempt_id})
    return _opened(line, entity(Attempt, line[:WIDTH])) if line else None


@dataclass(frozen=True)
class Found:
    """A result behind an address; `is_current` is false where it has a newer one."""

    opened: Opened
    link: ResultLink
    is_current: bool

    @property
    def is_erased(self) -> bool:
        return "erased" in self.opened.attempt.lead

    @property
    def is_usable(self) -> bool:
        return self.is_current and is_usable(self.link)


def afresh(opened: Opened) -> Opened | None:
    """An attempt inside a transaction that changes it: locked, and read again if it may differ."""
    if is_as_read():
        return opened
    return attempt_by_id(inspect(opened.attempt).identity[0], lock=True)


def result(slug: str, token: str) -> Found | None:
    """A result by its link's token; None for forged ones and other quizzes' results."""
    try:
        payload = signing.unsign("result", token)
    except signing.BadToken:
        return None
    named = payload if isinstance(payload, list) else [payload, 1]
    if [type(one) for one in named] != [int, int]:
        return None
    link = db.session.get(ResultLink, named[0])
    opened = attempt_by_id(link.attempt_id) if link else None
    if link is None or opened is None or opened.quiz.slug != slug:
        return None
    return Found(opened, link, named[1] == link.n)


def result_token(link: ResultLink) -> str:
    """The token of a result's present address."""
    return signing.sign("result", link.id if link.n == 1 else [link.id, link.n])


def link_of(opened: Opened) -> ResultLink | None:
    """The result link of an attempt."""
    if opened.link is not None:
        return opened.link
    attempt_id = opened.attempt.id
    return db.session.scalars(select(ResultLink).where(ResultLink.attempt_id == attempt_id)).first()


def is_usable(link: ResultLink) -> bool:
    """Whether a result link is neither withdrawn nor too old."""
    is_old = link.expires_at is not None and link.expires_at <= clock.now()
    return link.revoked_at is None and not is_old


def spec_of(version_id: int, sha256: str) -> Spec:
    """The content of a version: from this process's memory, or read once."""
    if sha256 not in _specs:
        found = db.session.scalar(select(QuizVersion.spec).where(QuizVersion.id == version_id))
        _specs[sha256] = found or {}
        while len(_specs) > KEPT:
            _specs.popitem(last=False)
    return _specs[sha256]


def _shown(line: Line, begin: int) -> Shown:
    """The quiz of a line in which its FACTS stand from `begin` on."""
    facts = dict(zip(NAMES, line[begin : begin + len(NAMES)], strict=True))
    spec = spec_of(line.v_id, line.v_spec_sha256)
    return Shown(**facts, version_id=line.v_id, n=line.v_n, spec=spec)


def _opened(line: Line, attempt: Attempt, place: int = WIDTH) -> Opened:
    answers: Answers = {}
    before: Answers = {}
    given = reading.rows(GIVEN, {"attempt_id": attempt.id})
    for question_id, option_ids, value, is_superseded in given:
        kept = before if is_superseded else answers
        kept[question_id] = Given(tuple(option_ids), value)
    return Opened(attempt, _shown(line, place), answers, before)
