"""The day's mail: what is late, what waits, what is due, each with its link and what it offers."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from crm.accounts.models import User
from crm.activities.queries import wish_of
from crm.core import clock
from crm.core.db import db
from crm.core.links import absolute, go
from crm.mail import actions as mail
from crm.mail.models import Outbox
from crm.mail.rules import Letter, MailKind
from crm.today import actions, queries
from crm.today.queries import Day, Item
from crm.today.rules import Link


@dataclass
class Line:
    """One thing of the mail: its name and who it is about, why it stands here, its links."""

    title: str
    who: str
    link: str
    late: str = ""
    words: str = ""
    acts: list[tuple[str, str]] = field(default_factory=list)


def queue_digest(user: User) -> int | None:
    """Write the day's mail, unless there is nothing to say."""
    day = queries.day_for(user)
    if not day.items:
        return None
    return mail.queue(
        "digest",
        dedupe_key=actions.digest_key(user, day.on),
        to_address=user.email,
        to_name=user.name,
        user_id=user.id,
    )


def compose_digest(row: Outbox) -> Letter | None:
    """The day as it is when the mail leaves; None when all is done by then."""
    user = db.session.get_one(User, row.user_id)
    day = queries.day_for(user)
    if not day.items:
        return None
    found = _groups(day)
    groups = [(title, [line(user, day, item) for item in items]) for title, _say, items in found]
    names = {
        "reader": user,
        "on": day.on,
        "count": len(day.items),
        "groups": groups,
        "first": groups[0][1][0],
        "hour": _hour(user),
        "all_link": absolute("/?start=1"),
        "settings_link": absolute("/settings/profile/reminders"),
    }
    return Letter(_subject(day, found), "mail/digest", names, from_name="Tend")


def _groups(day: Day) -> list[tuple[str, str, list[Item]]]:
    replies = [item for item in day.answer if item.kind == "reply"]
    clocks = [item for item in day.answer if item.kind == "clock"]
    waiting, others = _hot_first(day.waiting), day.standing
    found = [
        (_("Answer now"), _("%(num)s to answer now", num=len(clocks)), clocks),
        (_("Overdue"), _("%(num)s overdue", num=len(day.late)), day.late),
        (_("Nobody has these"), _("%(num)s that nobody has", num=len(waiting)), waiting),
        (_("Replies waiting"), _("answers waiting: %(num)s", num=len(replies)), replies),
        (_("Today"), _("%(num)s for today", num=len(day.today)), day.today),
        (_("For colleagues who are away"), _("%(num)s for others", num=len(others)), others),
        (_("Stalled"), _("%(num)s stalled", num=len(day.decide)), day.decide),
    ]
    return [(title, words, items) for title, words, items in found if items]


def _hot_first(items: Iterable[Item]) -> list[Item]:
    return sorted(items, key=lambda item: not (item.contact and item.contact.quiz_level == "hot"))


def _subject(day: Day, found: list[tuple[str, str, list[Item]]]) -> str:
    return f"{day.on:%A}: " + ", ".join(words for _title, words, _items in found)


def line(user: User, day: Day, item: Item) -> Line:
    """One thing of the day as the mail tells it."""
    return TELL[item.kind](user, day, item)


def _task(user: User, day: Day, item: Item) -> Line:
    task = item.row
    words = [_for_whom(item), task.note[:200]]
    if task.snoozes:
        words.append(ngettext("Put off once.", "Put off %(num)s times.", task.snoozes))
    if task.due_at and task.due_by > day.now:
        words.insert(0, _("At %(time)s.", time=f"{task.due_at.astimezone(user.zone):%H:%M}"))
    acts = _acts(Link(user.id, "task", task.id, task.due_version), _("Done"))
    late = _late(task, day, user) if task.due_by <= day.now else ""
    return Line(task.title, _who(item), go("task", task.id), late, _joined(words), acts)


def _clock(user: User, day: Day, item: Item) -> Line:
    due = f"{item.row.due_at.astimezone(user.zone):%H:%M}"
    late = _("promised by %(time)s", time=due) if item.row.due_at <= day.now else ""
    words = "" if late else _("First call by %(time)s.", time=due)
    assert item.contact is not None
    return Line(_("Call %(name)s", name=item.contact.name), _firm(item),
                go("contact", item.contact.id), late, words)  # fmt: skip


def _reply(user: User, day: Day, item: Item) -> Line:
    assert item.contact is not None
    acts = _acts(Link(user.id, "reply", item.row.id, 1), _("Answered"), later=False)
    words = f"“{item.words[:180]}”" if item.words else _("They wait for your answer.")
    link = go("contact", item.contact.id)
    told = _joined([_for_whom(item), words])
    return Line(item.contact.name, _firm(item), link, "", told, acts)


def _joined(words: Iterable[str]) -> str:
    return " ".join(filter(None, words))


def _for_whom(item: Item) -> str:
    name = item.standing_for
    return _("For %(name)s, who is away.", name=name) if name else ""


def _waiting(user: User, day: Day, item: Item) -> Line:
    name = item.contact.name if item.contact else _("A lead that was held back")
    link = go("contact", item.contact.id) if item.contact else absolute("/intakes")
    return Line(name, _firm(item), link, "", _("Nobody could take this lead."))


def _deal(user: User, day: Day, item: Item) -> Line:
    deal = item.row
    days = (day.now - deal.stage_since).days
    bare = (
        ngettext("In %(stage)s with no next step for %(num)s day.",
                 "In %(stage)s with no next step for %(num)s days.", days, stage=deal.stage.name)
        if days
        else _("In %(stage)s with no next step.", stage=deal.stage.name)
    )  # fmt: skip
    words = bare if item.kind == "bare" else _("No word either way for two weeks.")
    acts = _acts(Link(user.id, "deal", deal.id, day.on.toordinal()))
    firm = deal.company.name if deal.company else ""
    who = "" if firm in deal.name else firm  # a deal is often called after its company
    return Line(deal.name, who, go("deal", deal.id), "", words, acts)


TELL = {
    "task": _task,
    "clock": _clock,
    "reply": _reply,
    "waiting": _waiting,
    "bare": _deal,
    "idle": _deal,
}


def _acts(link: Link, done: str = "", later: bool = True) -> list[tuple[str, str]]:
    token = link.token
    offers = [("done", done)] if done else []
    if later:
        offers += [("tomorrow", _("Tomorrow")), ("week", _("In a week"))]
    return [(label, absolute(f"/m/{token}/today?act={act}")) for act, label in offers]


def _who(item: Item) -> str:
    if item.contact is None:
        return ""
    return ", ".join(filter(None, (item.contact.name, _firm(item))))


def _firm(item: Item) -> str:
    contact = item.contact
    if contact is None:
        return ""
    return contact.company.name if contact.company else contact.company_text or ""


def _late(task: Any, day: Day, user: User) -> str:
    if task.due_on:
        days = (day.on - task.due_on).days
    else:
        days = (day.on - task.due_at.astimezone(user.zone).date()).days
    if days < 1:
        at = task.due_by.astimezone(user.zone)
        return _("late since %(time)s", time=f"{at:%H:%M}")
    return ngettext("%(num)s day late", "%(num)s days late", days)


def _hour(user: User) -> str:
    return f"{wish_of(user).digest_hour}:00"


def is_stale(row: Outbox) -> str | None:
    """Guard: yesterday's day is not sent today."""
    user = db.session.get(User, row.user_id) if row.user_id else None
    if user is None or not user.is_active:
        return "the person has left"
    fits = row.dedupe_key == actions.digest_key(user, clock.today(user.zone))
    return None if fits else "the day has passed"


MAILS = [MailKind("digest", "bulk", compose_digest, is_stale, expires=timedelta(hours=6))]
