"""What a person should do now, and why: the day's list, the week's figures, the set-up list."""

import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from statistics import median
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    bindparam,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import aliased

from crm.accounts import queries as people
from crm.accounts.models import User
from crm.accounts.queries import sight
from crm.accounts.rules import may
from crm.activities.models import Entry, Task
from crm.activities.rules import end_of
from crm.contacts.models import Contact
from crm.core import clock, reading
from crm.core.db import Instant, db
from crm.core.ready import ready
from crm.deals import queries as deals
from crm.deals.models import Deal, Stage
from crm.leads import queries as leads
from crm.leads.models import AnswerClock
from crm.today.queries.answers import answers_to
from crm.today.queries.setup import setup_for as setup_for
from crm.today.queries.tasks import tasks_of


@dataclass
class Item:
    """One thing to do: `kind` is waiting, clock, reply, task, bare or idle, `row` its subject."""

    kind: str
    row: Any
    contact: Contact | None = None
    promise: leads.Promise | None = None
    came_at: datetime | None = None
    words: str = ""
    standing_for: str = ""
    given_at: datetime | None = None

    @property
    def id(self) -> str:
        place = "task" if self.kind == "task" else f"today-{self.kind}"
        return f"{place}-{self.row.id}"


@dataclass
class Day:
    """A person's day, in the order in which things are urgent."""

    now: datetime
    on: date
    waiting: list[Item] = field(default_factory=list)
    answer: list[Item] = field(default_factory=list)
    late: list[Item] = field(default_factory=list)
    today: list[Item] = field(default_factory=list)
    standing: list[Item] = field(default_factory=list)
    decide: list[Item] = field(default_factory=list)
    upcoming: Task | None = None
    done: Task | None = None
    start: int = 0
    gone: int = 0
    under_reply: int = 0

    @property
    def urgent(self) -> int:
        """How many things are urgent, counted as `urgent()` does for the mark beside Today.

        A task hidden under an answer counts once, with that answer.
        """
        clocks = sum(item.kind == "clock" for item in self.answer)
        rest = len(self.waiting) + len(self.late) + len(self.today)
        return rest + clocks + self.under_reply

    @property
    def items(self) -> list[Item]:
        return [*self.waiting, *self.answer, *self.late, *self.today, *self.standing, *self.decide]

    @property
    def current(self) -> Item | None:
        """The thing in hand when they are gone through one by one."""
        return self.items[self.start - 1] if 0 < self.start <= len(self.items) else None

    @property
    def place(self) -> int:
        """Which one is in hand, counted from the first of the day's round."""
        return self.start + self.gone

    @property
    def total(self) -> int:
        """How many things the round holds: what is left, and what was dealt with on it."""
        return len(self.items) + self.gone

    @property
    def digest(self) -> str:
        """Changes when the list or a minute that it shows changes."""
        minute = int(self.now.timestamp() // 60) if self.waiting or self.answer else 0
        text = repr([(item.id, item in self.late) for item in self.items]) + str(minute)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Week:
    """What a person did since Monday."""

    in_time: int
    answered: int
    median_minutes: int | None
    calls: int
    reached: int
    won: int
    won_cents: int


def day_for(user: User, *, start: int = 0, gone: int = 0, done_id: int | None = None) -> Day:
    """What `user` should do now; `done_id` is the task just ticked off, to offer the next step.

    With `start` they go through it one by one, and have dealt with `gone` things so far.
    """
    now, zone = clock.now(), user.zone
    day = Day(now, clock.today(zone), start=max(start, 0), gone=max(gone, 0))
    day.waiting = unowned(user)
    promised = leads.clocks_for(user)
    came = leads.came_before([row for row, _contact in promised])
    day.answer = [
        Item("clock", row, contact, leads.shown(row, contact), came.get(row.id))
        for row, contact in promised
    ]
    clocked = {item.contact.id for item in day.answer if item.contact}
    day.answer += replies(user, now)
    shown = {item.contact.id for item in day.answer if item.contact}
    tasks = tasks_of(user, end_of(day.on, zone), done_id)
    for task, contact in tasks.due:
        # A rule's task about somebody who stands above already would be the same thing twice.
        if task.source != "user" and task.contact_id in shown:
            day.under_reply += task.contact_id not in clocked
            continue
        item = Item("task", task, contact, given_at=tasks.given.get(task.id))
        (day.late if task.due_by <= now else day.today).append(item)
    for person in people.away_for(user):
        day.standing += in_place_of(person, user, now)
    for kind, rows in deals.unmoved(user).items():
        day.decide += [Item(kind, deal) for deal in rows]
    if not day.items:
        day.upcoming = tasks.upcoming
    day.done = tasks.done
    return day


def unowned(user: User) -> list[Item]:
    """Leads that nobody has, for those who may give them away; who came twice stands once."""
    if not may(user, "manage_routing"):
        return []
    found: dict[int, Item] = {}
    for intake, contact in leads.waiting_intakes(user):
        found.setdefault(contact.id if contact else -intake.id, Item("waiting", intake, contact))
    return list(found.values())


def replies(user: User, now: datetime) -> list[Item]:
    """The last answers of contacts of `user` to which nobody has written or called since."""
    found = answers_to(user, now)
    return [Item("reply", entry, contact, words=words) for entry, contact, words in found]


def in_place_of(person: User, user: User, now: datetime) -> list[Item]:
    """Answers and tasks of `person`, who is away, that wait and `user`, who stands in, may see."""
    found = [
        Item("reply", entry, contact, words=words if _reads(user, entry) else "")
        for entry, contact, words in answers_to(person, now)
        if people.may_see(user, contact)
    ]
    shown = {item.contact.id for item in found if item.contact}
    tasks = tasks_of(person, end_of(clock.today(person.zone), person.zone))
    for task, contact in tasks.due:
        is_twice = task.source != "user" and task.contact_id in shown
        if people.may_see(user, task) and not is_twice:
            given_at = tasks.given.get(task.id)
            found.append(Item("task", task, people.seen(user, contact), given_at=given_at))
    for item in found:
        item.standing_for = person.name
    return found


def _reads(user: User, entry: Entry) -> bool:
    deal = db.session.get(Deal, entry.deal_id) if entry.deal_id else None
    return deal is None or people.may_see(user, deal)


def urgent(user: User) -> tuple[ColumnElement[int], dict[str, Any]]:
    """How many things are urgent, as part of a statement and its values.

    Leads of nobody, clocks, tasks late or due today.
    """
    values = {"urgent_for": user.id, "tonight": end_of(clock.today(user.zone), user.zone)}
    return _urgent(user.sees_all, may(user, "manage_routing")), values | sight(user)


@cache
def _urgent(sees_all: bool, has_leads: bool) -> ColumnElement[int]:
    """Built once: every page asks for it."""
    clocks = select(func.count(AnswerClock.id)).where(
        AnswerClock.owner_id == bindparam("urgent_for"),
        AnswerClock.met_at.is_(None),
        AnswerClock.ended_at.is_(None),
    )
    promise = aliased(AnswerClock)
    is_clocked = exists().where(
        promise.contact_id == Task.contact_id,
        promise.owner_id == bindparam("urgent_for"),
        promise.met_at.is_(None),
        promise.ended_at.is_(None),
    )
    tasks = select(func.count(Task.id)).where(
        Task.owner_id == bindparam("urgent_for"),
        Task.closed_at.is_(None),
        Task.due_by <= bindparam("tonight", type_=Instant()),
        or_(Task.source == "user", ~is_clocked),
    )
    both: ColumnElement[int] = clocks.scalar_subquery() + tasks.scalar_subquery()
    return both + leads.waiting_count(sees_all) if has_leads else both


def count_for(user: User) -> int:
    """How many things are urgent."""
    part, values = urgent(user)
    return db.session.scalar(select(part), values) or 0


def week_of(user: User) -> Week:
    """The figures of `user` since Monday, in their zone: one statement."""
    today = clock.today(user.zone)
    monday = end_of(today - timedelta(days=today.weekday() + 1), user.zone)
    found: dict[str, list[tuple[int | None, int]]] = {"clock": [], "call": [], "won": []}
    for kind, first, second in reading.rows(_week(), {"mine": user.id, "monday": monday}):
        found[kind].append((first, int(second or 0)))
    clocks, [(calls, reached)], [(won, cents)] = found.values()
    met = [minutes for minutes, _ in clocks if minutes is not None]
    return Week(
        in_time=sum(in_time for _, in_time in clocks),
        answered=len(clocks),
        median_minutes=round(median(met)) if met else None,
        calls=calls or 0,
        reached=reached,
        won=won or 0,
        won_cents=cents,
    )


@ready
def _week() -> CompoundSelect:
    """Answer clocks: minutes and whether in time. Calls: all, reached. Deals won: how many, cents.

    Built once, as the others here.
    """
    monday: Any = bindparam("monday", type_=Instant())
    mine: Any = bindparam("mine")
    clocks = select(
        literal("clock"),
        AnswerClock.met_minutes,
        case((AnswerClock.breached_at.is_(None), 1), else_=0),
    ).where(
        AnswerClock.owner_id == mine,
        or_(AnswerClock.met_at >= monday, AnswerClock.breached_at >= monday),
    )
    reached = func.sum(case((Entry.outcome == "reached", 1), else_=0))
    calls = select(literal("call"), func.count(), reached).where(
        Entry.user_id == mine,
        Entry.kind == "call",
        Entry.at >= monday,
        Entry.removed_at.is_(None),
    )
    won = (
        select(literal("won"), func.count(), func.sum(Deal.amount_cents))
        .select_from(Deal)
        .join(Stage, Stage.id == Deal.stage_id)
        .where(
            Deal.owner_id == mine,
            Deal.deleted_at.is_(None),
            Stage.kind == "won",
            Deal.stage_since >= monday,
        )
    )
    return union_all(clocks, calls, won)
