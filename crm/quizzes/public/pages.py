"""What the templates of questions and of the contact form need to know."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flask import Response
from flask_babel import gettext as _

from crm.accounts import queries as people
from crm.core import clock
from crm.core.refusal import Refused
from crm.quizzes.actions.attempts import has_lead
from crm.quizzes.public import frame, stamps
from crm.quizzes.queries import said
from crm.quizzes.queries.open import Opened
from crm.quizzes.rules import path, result, score
from crm.quizzes.rules.shape import Given, by_id, choices, is_required

if TYPE_CHECKING:
    from crm.quizzes.public.gate import Gate

AWAY = timedelta(minutes=30)
LONG_AWAY = timedelta(days=30)
SECONDS_EACH = 24
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
FIELDS = ("email", "name", "company", "job_title", "phone")


def word(opened: Opened, name: str) -> str:
    """A message in the words of the quiz, else in ours."""
    own = (opened.quiz.spec.get("errors") or {}).get(name)
    return str(own or usual_words().get(name, ""))


def usual_words() -> dict[str, str]:
    """The messages of a quiz whose author wrote none."""
    return {
        "no_answer": _("Choose one answer to go on."),
        "email_missing": _("Write your email address; the result needs somewhere to belong."),
        "email_broken": _("This is not an email address. Check it for typing errors."),
        "phone_missing": _("You asked for a call. Add a number, or take the tick out."),
        "link_old": _("This page was open for more than 30 days. Your answers are safe."),
    }


def refuse_stale(stamp: stamps.Stamp) -> None:
    """Ask once more when a page was left open for more than a day."""
    if stamp.is_stale:
        raise Refused(
            _("This page was open for more than a day. Nothing is lost: press the button again.")
        )


def asked_step(opened: Opened, at: str) -> str:
    """The step `at` names if it is open already, else the first one not answered."""
    steps = path.steps(opened.quiz.spec, opened.answers, has_lead(opened.attempt))
    way = [one for one in steps if one != path.GATE]
    if at.isascii() and at.isdigit() and len(at) < 4 and 1 <= int(at) <= len(way):
        return way[int(at) - 1]
    return steps[-1] if steps else path.GATE


def question(
    opened: Opened,
    token: str,
    name: str,
    typed: list[str] | None = None,
    error: str = "",
) -> Response:
    """The page of a question."""
    asked = by_id(opened.quiz.spec)[name]
    whole = path.walk(opened.quiz.spec, opened.answers, to_the_end=True)
    place = whole.index(name) + 1
    given = opened.answers.get(name) or opened.before.get(name) or Given()
    return frame.answer(
        "question",
        status=422 if error else 200,
        action=frame.to("answer", token=token),
        about=" ".join(["q-error"] * bool(error) + ["help"] * bool(asked.get("help"))),
        question=asked,
        choices=choices(asked),
        place=place,
        total=len(whole),
        left=time_left(len(whole) - place + 1, place),
        chosen=set(typed if typed is not None else given.options),
        value=typed[0] if typed else (given.value or ""),
        progress=shown_progress(opened),
        stamp=stamps.stamp(opened.attempt.id, name),
        back=frame.to("step", token=token, at=place - 1) if place > 1 else frame.to("intro"),
        welcome="" if error else welcome(opened),
        anew=frame.to("renew", token=token) if may_renew(opened) else "",
        error=error,
        is_required=is_required(asked),
    )


def gate(opened: Opened, token: str, form: "Gate") -> Response:
    """The page of the contact form."""
    spec, house = opened.quiz.spec, people.workspace()
    answered = sum(one in opened.answers for one in path.walk(spec, opened.answers))
    is_last = path.is_finished(spec, opened.answers)
    is_teaser = spec.get("gate") == "teaser" and is_last
    company = house.name if house else ""
    return frame.answer(
        "gate",
        status=422 if form.errors else 200,
        token=token,
        **asking(form, spec, company),
        answered_word=number(answered),
        is_last=is_last,
        teaser=score.score(spec, opened.answers) if is_teaser else None,
        progress=100 if is_last else shown_progress(opened),
        stamp=stamps.stamp(opened.attempt.id, path.GATE),
        back=frame.to("step", token=token, at=answered) if answered else frame.to("intro"),
    )


def asking(form: "Gate", spec: dict[str, Any], company: str) -> dict[str, Any]:
    """What the contact form shows of itself, wherever it stands."""
    return {
        "form": form,
        "page": spec.get("gate_page") or {},
        "consents": spec.get("consents") or {},
        "note": result.fill((spec.get("gate_page") or {}).get("note") or "", company=company),
        "to_mend": to_mend(len(form.errors)),
        "to_mend_title": mend_title(len(form.errors)),
        "fields": [one for one in (*FIELDS, *form.own) if form.asks(one) and not form.has(one)],
        "known": form.known,
        "own": {key: one for key, one in form.own.items() if one.control != "text"},
        "labels": labels() | {key: one.label for key, one in form.own.items()},
        "described": {name: _described(name, form, spec) for name in (*FIELDS, *form.own)},
        "offered": [(purpose, form.words(purpose)) for purpose in form.offered()],
    }


def to_mend(count: int) -> str:
    """How many fields are to be mended: two things to mend."""
    return _("one thing to mend") if count == 1 else _("%(n)s things to mend", n=number(count))


def mend_title(count: int) -> str:
    """The line above the errors: Two things to mend before the result."""
    what = to_mend(count)
    return _("%(what)s before the result", what=what[:1].upper() + what[1:])


def labels() -> dict[str, str]:
    """How the fields of the contact form are called."""
    return {
        "email": _("Email"),
        "name": _("Name"),
        "company": _("Company"),
        "job_title": _("Job title"),
        "phone": _("Phone"),
        "form": "",
    }


def _described(name: str, form: "Gate", spec: dict[str, Any]) -> str:
    """The ids of what stands with a field: its help or "optional", and its error."""
    about = [f"{name}-opt"] if name != "email" else []
    if name == "email" and (spec.get("gate_page") or {}).get("email_help"):
        about.append("email-help")
    if name in form.errors:
        about.append(f"{name}-error")
    return " ".join(about)


def shown_progress(opened: Opened) -> int:
    """Per cent done; Back keeps the furthest value reached."""
    return max(opened.attempt.progress, path.progress(opened.quiz.spec, opened.answers))


def time_left(questions: int, place: int) -> str:
    """How long the rest takes, in words."""
    if questions == 1:
        return _("The last one")
    minutes = (questions * SECONDS_EACH + 30) // 60
    if minutes < 1 or questions * SECONDS_EACH < 50:
        return _("Less than a minute left")
    if place == 1:
        return _("About a minute") if minutes == 1 else _("About %(n)s minutes", n=number(minutes))
    if minutes == 1:
        return _("About a minute left")
    return _("About %(n)s minutes left", n=number(minutes))


def number(count: int) -> str:
    """A small number as a word."""
    return _(NUMBERS[count]) if count < len(NUMBERS) else str(count)


def may_renew(opened: Opened) -> bool:
    """Whether the quiz has changed while somebody was away for more than 30 days."""
    is_long = clock.now() - opened.attempt.last_seen_at > LONG_AWAY
    is_open = opened.quiz.is_open and opened.attempt.state != "completed"
    return is_long and is_open and opened.quiz.version_id != opened.quiz.live_version_id


def welcome(opened: Opened) -> str:
    """What somebody reads who comes back after a while."""
    attempt, now = opened.attempt, clock.now()
    away = now - attempt.last_seen_at
    if away < AWAY or not opened.answers:
        return ""
    if away > LONG_AWAY:
        return word(opened, "link_old")
    house: Any = people.workspace()
    day = attempt.last_seen_at.astimezone(house.zone if house else None)
    kept = len(opened.answers)
    if kept == 1:
        return _(
            "Welcome back. You stopped here on %(day)s; your first answer is kept.",
            day=said.weekday(day.date()),
        )
    return _(
        "Welcome back. You stopped here on %(day)s; your first %(n)s answers are kept.",
        day=said.weekday(day.date()),
        n=number(kept),
    )
