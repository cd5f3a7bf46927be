"""Who is named in a note and does not hear of it, and why."""

from typing import Any

from flask_babel import gettext as _

from crm.accounts import queries as people
from crm.accounts.models import User
from crm.activities.mentions import unheard

MOST = 5


def not_told(text: str, by: User, about: Any, *, is_private: bool = False) -> list[str]:
    """Each @name in a note that reached nobody, with its reason, in words for who wrote it."""
    if "@" not in text:
        return []
    told = {one.id: one.name for one in ([] if is_private else people.who_sees(about))}
    told[by.id] = by.name
    others = {one.id: one for one in people.all_users() if one.id not in told}
    found = unheard(text, told, {number: one.name for number, one in others.items()})
    return [
        _why(word, number, others.get(number or 0), is_private)
        for word, number in list(found.items())[:MOST]
    ]


def _why(word: str, number: int | None, other: User | None, is_private: bool) -> str:
    if number == 0:
        return _("@%(name)s (several have this name, write it whole)", name=word)
    if other is None and " " in word:
        return _("@%(name)s (nobody here is called so; “@%(first)s,” names %(first)s)",
                 name=word, first=word.partition(" ")[0])  # fmt: skip
    if other is None:
        return _("@%(name)s (nobody here has this name)", name=word)
    if other.deactivated_at is not None:
        return _("@%(name)s (can no longer sign in)", name=word)
    if is_private:
        return _("@%(name)s (the note is only for you)", name=word)
    return _("@%(name)s (may not see this record)", name=word)
