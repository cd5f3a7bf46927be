"""The day's mail: who is to get it now, once a day; and what its links do."""

from datetime import date

from flask_babel import gettext as _
from sqlalchemy import select

from crm.accounts import queries as people
from crm.accounts.models import User
from crm.activities import actions as activities
from crm.activities import rules
from crm.activities.models import Entry, ReminderWish, Task
from crm.activities.queries import wish_of
from crm.contacts.models import Contact
from crm.core import clock
from crm.core.business_time import is_working_day
from crm.core.db import db
from crm.core.refusal import Refused
from crm.deals.models import Deal
from crm.today.rules import MOST_LATE, Link


def take_digests() -> list[User]:
    """Claim the day's mail of everybody whose hour has come; each day is claimed once."""
    return [user for user, wish in _wishes() if _take(user, wish)]


def _wishes() -> list[tuple[User, ReminderWish | None]]:
    rows = db.session.execute(
        select(User, ReminderWish)
        .outerjoin(ReminderWish, ReminderWish.user_id == User.id)
        .where(User.deactivated_at.is_(None), User.mail_on.is_(True))
        .order_by(User.id)
    )
    return [(user, wish) for user, wish in rows]


def _take(user: User, kept: ReminderWish | None) -> bool:
    wish = kept or wish_of(user)
    today = clock.today(user.zone)
    if not wish.has_digest or wish.digested_on == today:
        return False
    hour = rules.at_hour(today, wish.digest_hour, user.zone)
    if clock.now() < hour:
        return False
    wish.digested_on = today
    db.session.add(wish)
    is_wanted = is_working_day(today, people.days_there(user))
    return is_wanted and clock.now() - hour < MOST_LATE


def digest_key(user: User, day: date) -> str:
    """One mail a person and day."""
    return f"digest:{user.id}:{day}"


def follow(link: Link, user: User, act: str) -> str:
    """Do what a link of the day's mail offers; what was done, in words.

    `act`: done, tomorrow or week. Raises Refused where the thing has changed since the mail.
    """
    thing = still_open(link, user, act)
    if isinstance(thing, Task):
        return _task(thing, user, act)
    return _step(thing, link, user, act) if isinstance(thing, Deal) else _answered(thing, user)


def still_open(link: Link, user: User, act: str) -> Task | Deal | Contact:
    """What a link is about: a task, a deal, or the contact who waits for an answer.

    Raises Refused where it is gone, done since the mail, or not the link's to do.
    """
    if link.kind == "task":
        return _open_task(link, user)
    if link.kind == "reply" and act == "done":
        return _waiting(link, user)
    if link.kind == "deal" and act != "done":
        return _open_deal(link, user)
    raise Refused(_("This link does not do that."))


def _open_task(link: Link, user: User) -> Task:
    task = db.session.get(Task, link.id)
    if task is None or not people.may_see(user, task):
        raise Refused(_("This task is gone."))
    if not task.is_open or task.due_version != link.version:
        raise Refused(_("This task was done, put off or handed on since the mail was sent."))
    return task


def _waiting(link: Link, user: User) -> Contact:
    entry = db.session.get(Entry, link.id)
    if entry is None or entry.contact_id is None:
        raise Refused(_("This answer is gone."))
    contact = _contact_of(entry, user)
    if contact.last_out_at and contact.last_out_at >= entry.at:
        raise Refused(_("Somebody has answered already."))
    return contact


def _open_deal(link: Link, user: User) -> Deal:
    deal = db.session.get(Deal, link.id)
    if deal is None or deal.deleted_at is not None or not people.may_see(user, deal):
        raise Refused(_("This deal is gone."))
    made = select(Task.id).where(Task.dedupe_key == _step_key(link, user))
    if db.session.scalar(made) is not None:
        raise Refused(_("The next step was set already."))
    return deal


def _task(task: Task, user: User, act: str) -> str:
    if act == "done":
        activities.complete_task(task, user)
        return _("Done: %(title)s", title=task.title)
    due = _later(user, act)
    activities.snooze(task, user, due_on=due.on)
    return _("Put off: %(title)s", title=task.title)


def _answered(contact: Contact, user: User) -> str:
    activities.log_mail(by=user, subject=_("Answered"), contact_id=contact.id)
    activities.close_tasks(contact.id, as_="done", sources=["reply"], by=user)
    return _("Answered: %(name)s", name=contact.name)


def _step_key(link: Link, user: User) -> str:
    return f"digest:{user.id}:deal:{link.id}:{link.version}"


def _step(deal: Deal, link: Link, user: User, act: str) -> str:
    made = activities.add_task(
        _("Follow up: %(name)s", name=deal.name),
        owner_id=user.id,
        deal_id=deal.id,
        contact_id=deal.contact_id,
        company_id=deal.company_id,
        due_on=_later(user, act).on,
        team_id=deal.team_id,
        source="follow_up",
        dedupe_key=_step_key(link, user),
        by=user,
    )
    if made is None:
        raise Refused(_("The next step was set already."))
    return _("Next step set: %(name)s", name=deal.name)


def _later(user: User, act: str) -> rules.Due:
    choice = {"tomorrow": "tomorrow", "week": "next_week"}.get(act)
    calendar = people.days_there(user)
    due = rules.follow_up(choice, clock.today(user.zone), calendar) if choice else None
    if due is None:
        raise Refused(_("This link does not do that."))
    return due


def _contact_of(entry: Entry, user: User) -> Contact:
    found = db.session.get(Contact, entry.contact_id)
    if found is None or found.deleted_at is not None or not people.may_see(user, found):
        raise Refused(_("This contact is gone."))
    return found
