"""When a task is due, late and to be reminded of, and how notes are written: no database."""

import calendar as months
import importlib
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import nh3
from flask_babel import gettext as _

from crm.core.business_time import Calendar, is_working_day, next_opening, next_working_day
from crm.core.days import FAR

OUTCOMES = ("reached", "voicemail", "no_answer", "wrong")
MEETING_OUTCOMES = ("held", "no_show")
TASK_KINDS = ("todo", "call", "mail", "meeting")
FOLLOW_UPS = ("", "tomorrow", "next_working_day", "next_week", "six_months", "day")
TALK = ("call", "mail_out", "mail_in", "meeting")
# What the filters of a timeline show; changes are all the kinds that are in none.
SHOWS = {
    "talk": (*TALK, "no_show"),
    "notes": ("note",),
    "files": ("file",),
    "events": ("external",),
}
# Kinds that a person wrote: replies and files hang on these, their text can be edited.
WRITTEN = ("note", "call", "meeting", "no_show")
HANGS = (*WRITTEN, "file", "mail_in", "mail_out")
MORNING = 9
# A reminder asks whether it is still needed so long before, if it was that far away and answered.
ASK_DAYS = 7
LONG = timedelta(days=14)
LONGEST_TITLE = 200
# How the keys of notes begin that came in with a file: they are no touch.
IMPORTED = "import-note:"
TAGS = {"p", "br", "strong", "em", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a", "hr"}
# One line that begins with a letter and holds no mark of Markdown or HTML.
_is_plain = re.compile(r"[^\W\d_](?:[^\W_]|[ ,.;:?/'\"()%@-])*(?<! )").fullmatch


@dataclass(frozen=True)
class Due:
    """When something is to be done: a day, an instant, or neither."""

    on: date | None = None
    at: datetime | None = None

    def day(self, zone: ZoneInfo) -> date | None:
        """The calendar day in `zone`."""
        return self.at.astimezone(zone).date() if self.at else self.on

    def timed_as(self, before: datetime | None, zone: ZoneInfo) -> "Due":
        """This day at the time of the clock that `before` had; as it is where either is none."""
        if before is None or self.on is None:
            return self
        clock_time = before.astimezone(zone).time()
        return Due(at=datetime.combine(self.on, clock_time, tzinfo=zone).astimezone(UTC))


def in_months(day: date, count: int) -> date:
    """The same day `count` calendar months later; the month's last day where it has fewer."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return date(year, month + 1, min(day.day, months.monthrange(year, month + 1)[1]))


def on_working_day(day: date, calendar: Calendar) -> date:
    """`day` if somebody works on it, else the next working day."""
    return day if is_working_day(day, calendar) else next_working_day(day, calendar)


def follow_up(
    choice: str, today: date, calendar: Calendar, chosen: date | None = None
) -> Due | None:
    """When the next step of `choice` (one of FOLLOW_UPS) is due; None for no next step.

    Days move off weekends and holidays of `calendar`. "six_months" counts calendar months and is
    an instant, 09:00 in the calendar's zone, because its reminder is wanted on the day itself.
    """
    if choice == "tomorrow":
        return Due(on=on_working_day(today + timedelta(days=1), calendar))
    if choice == "next_working_day":
        return Due(on=next_working_day(today, calendar))
    if choice == "next_week":
        return Due(on=on_working_day(today + timedelta(days=7), calendar))
    if choice == "six_months":
        return Due(at=morning(on_working_day(in_months(today, 6), calendar), calendar.zone))
    if choice == "day" and chosen:
        return Due(on=chosen)
    return None


def again_in(days: int, today: date, calendar: Calendar) -> Due:
    """The next step as many days from `today` as the last one took, on a working day."""
    return Due(on=on_working_day(today + timedelta(days=days), calendar))


def follow_up_title(choice: str, name: str) -> str:
    """What the next step after a call with `name` is called."""
    words = {"tomorrow": "Call", "next_week": "Write to", "six_months": "Ask again:"}
    return f"{words.get(choice, 'Follow up with')} {name}"


def typed_due(day: date | None, at: time | None, zone: ZoneInfo) -> Due:
    """The due time a person typed: an instant in `zone` when there is a time, else the day."""
    if day and at:
        return Due(at=datetime.combine(day, at, tzinfo=zone).astimezone(UTC))
    return Due(on=day)


def is_skipped(day: date, at: time, zone: ZoneInfo) -> bool:
    """Whether clocks jump over this time on this day: 02:30 when they go forward at 02:00."""
    said = datetime.combine(day, at)
    back = said.replace(tzinfo=zone).astimezone(UTC).astimezone(zone)
    return back.replace(tzinfo=None) != said


def morning(day: date, zone: ZoneInfo) -> datetime:
    """09:00 of a local day, in UTC."""
    return at_hour(day, MORNING, zone)


def late_from(due: Due, zone: ZoneInfo) -> datetime:
    """The instant from which a task is late: its instant, the end of its local day, or FAR."""
    if due.at:
        return due.at
    return end_of(due.on, zone) if due.on else FAR


def end_of(day: date, zone: ZoneInfo) -> datetime:
    """The midnight that ends a local day, in UTC."""
    return start_of(day + timedelta(days=1), zone)


@dataclass(frozen=True)
class Step:
    """A reminder of a task: `kind` is ask, before, due or overdue."""

    kind: str
    at: datetime


def reminder_at(due: Due, calendar: Calendar) -> datetime | None:
    """When the owner is reminded: at the instant, or when they begin work after the day."""
    if due.at:
        return due.at
    return next_opening(end_of(due.on, calendar.zone), calendar) if due.on else None


def steps(due: Due, calendar: Calendar, *, before: int = 0, asks: bool = False) -> list[Step]:
    """The reminders up to the due time, in order; none without a due time.

    With `asks` the first comes ASK_DAYS calendar days before, in working time: is this still
    needed? `before` minutes ahead of an instant, or when work begins on the day, comes the next.
    """
    last = reminder_at(due, calendar)
    if last is None:
        return []
    found = [Step("due", last)]
    if before and due.at:
        found.append(Step("before", due.at - timedelta(minutes=before)))
    elif before and due.on:
        found.append(Step("before", next_opening(start_of(due.on, calendar.zone), calendar)))
    if asks:
        at = next_opening(_days_before(due, ASK_DAYS, calendar.zone), calendar)
        found.append(Step("ask", at))
    return sorted(found, key=lambda step: step.at)


def asks_again(due: Due, now: datetime, zone: ZoneInfo) -> bool:
    """Whether a task is so far away that it may no longer be needed when it is due."""
    return late_from(due, zone) - now >= LONG if due.at or due.on else False


def upcoming(planned: list[Step], now: datetime) -> Step | None:
    """The first step to come; the last one where all have passed already."""
    return next((step for step in planned if step.at > now), planned[-1] if planned else None)


def passed(planned: list[Step], now: datetime) -> Step | None:
    """The last step whose time has come: after an outage the earlier ones are old news."""
    return next((step for step in reversed(planned) if step.at <= now), None)


def repeat_at(now: datetime, hour: int, calendar: Calendar) -> datetime:
    """When a late task is brought up again: at the full `hour` of the next working day."""
    day = next_working_day(now.astimezone(calendar.zone).date(), calendar)
    return at_hour(day, hour, calendar.zone)


def at_hour(day: date, hour: int, zone: ZoneInfo) -> datetime:
    """A full hour of a local day, in UTC."""
    return datetime.combine(day, time(hour), tzinfo=zone).astimezone(UTC)


def start_of(day: date, zone: ZoneInfo) -> datetime:
    """The midnight that begins a local day, in UTC."""
    return at_hour(day, 0, zone)


def _days_before(due: Due, days: int, zone: ZoneInfo) -> datetime:
    """So many calendar days earlier, at the same time of the clock or at the day's midnight."""
    if due.at:
        local = due.at.astimezone(zone)
        early = datetime.combine(local.date() - timedelta(days=days), local.time(), tzinfo=zone)
        return early.astimezone(UTC)
    assert due.on is not None
    return start_of(due.on - timedelta(days=days), zone)


def spoken_at(typed: datetime | None, zone: ZoneInfo, now: datetime) -> datetime:
    """The instant of a wall-clock time typed in `zone`; now when nothing is typed.

    Raises ValueError for a time to come: what has been said cannot lie ahead.
    """
    if typed is None:
        return now
    at = typed.replace(tzinfo=zone).astimezone(UTC)
    if at > now + timedelta(minutes=1):
        raise ValueError(_("This time is still to come. Give the time at which it happened."))
    return min(at, now)


@lru_cache(maxsize=1024)
def note_html(text: str) -> str:
    """A note's Markdown (CommonMark, no raw HTML, no images) as safe HTML."""
    # What parsing and cleaning make of a plain line, at a hundredth of the cost.
    return f"<p>{text}</p>\n" if _is_plain(text) else markdown_html(text)


def markdown_html(text: str) -> str:
    """`note_html` of any text, parsed and cleaned."""
    return nh3.clean(
        _markdown().render(text),
        tags=TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="nofollow noopener noreferrer",
    )


@lru_cache(maxsize=1024)
def note_words(text: str) -> str:
    """A note's words on one line, without the marks of its Markdown: for notices and results."""
    words = []
    for token in _markdown().parse(text):
        parts = token.children or [token]
        said = [" " if part.type in {"softbreak", "hardbreak"} else part.content for part in parts]
        words.append("".join(said))
    return " ".join(" ".join(words).split())


@cache
def _markdown() -> Any:
    """Loading it costs every start 12 ms, and only a note with marks of Markdown needs it."""
    reader = importlib.import_module("markdown_it").MarkdownIt("js-default")
    return reader.disable(["image", "table", "heading", "lheading"])
