"""Telling the right person about a lead: a line in the bell and, for most, a mail."""

from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from crm.accounts import queries as people
from crm.accounts.models import User
from crm.contacts.models import Contact
from crm.core import clock
from crm.leads import queries
from crm.mail import actions as mail
from crm.notices import actions as notices


def tell(
    user: User,
    contact: Contact,
    *,
    kind: str,
    title: str,
    body: str,
    key: str,
    mail_kind: str | None = None,
    context: dict[str, Any] | None = None,
) -> None:
    """Tell one person about a contact, once a `key`; `mail_kind` adds a mail.

    Mail to a colleague is never counted among what strangers cause: those limits protect the
    addresses typed into public forms, and a rep with six hot leads needs six mails.

    Away people are told in the bell, for their return, and the one who stands in gets both.
    """
    for person, is_standing_in in _who(user):
        words = (
            _("For %(name)s, who is away. %(body)s", name=user.name, body=body)
            if is_standing_in
            else body
        )
        notices.tell(
            person.id,
            kind=kind,
            title=title,
            body=words,
            url=f"/contacts/{contact.id}",
            dedupe_key=f"{key}:{person.id}",
        )
        if mail_kind and person.mail_on and (is_standing_in or not _is_away(person)):
            mail.queue(
                mail_kind,
                dedupe_key=f"{mail_kind}:{key}:{person.id}",
                to_address=person.email,
                to_name=person.name,
                contact_id=contact.id,
                user_id=person.id,
                context={**(context or {}), "for": user.name if is_standing_in else ""},
            )


def tell_managers(contact: Contact, *, title: str, body: str, key: str, **more: Any) -> list[User]:
    """Tell those who look after leads that nobody has; who they are."""
    managers = queries.managers_of(contact.team_id)
    for manager in managers:
        tell(manager, contact, title=title, body=body, key=key, **more)
    return managers


def short_time(at: datetime, user: User | None) -> str:
    """A time of today as 16:03, another day as Wed 25 Nov, 10:30, on the person's clock."""
    house = people.workspace()
    zone = user.zone if user else (house.zone if house else at.tzinfo)
    local, today = at.astimezone(zone), clock.now().astimezone(zone).date()
    if local.date() == today:
        return f"{local:%H:%M}"
    return f"{local:%a} {local.day} {local:%b}, {local:%H:%M}"


def _who(user: User) -> list[tuple[User, bool]]:
    delegate = people.delegate_of(user, clock.today(user.zone))
    return [(user, False), (delegate, True)] if delegate else [(user, False)]


def _is_away(user: User) -> bool:
    today = clock.today(user.zone)
    return people.is_away(user, today) is not None and bool(people.delegate_of(user, today))
