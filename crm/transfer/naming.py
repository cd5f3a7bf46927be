"""Whom a file means by an address, a name or a first name."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import select

from crm.accounts.models import User
from crm.core.db import db
from crm.core.folding import fold


def called(owners: Sequence[User]) -> dict[str, int]:
    """Everybody's number by folded address and name; `owners` win, also by their first names."""
    people: dict[str, int] = {}
    for user in [*db.session.scalars(select(User).order_by(User.id.desc())), *owners]:
        people[fold(user.email)] = people[fold(user.name)] = user.id
    return people | _by_first_name(owners, people)


def _by_first_name(owners: Iterable[User], people: Mapping[str, int]) -> dict[str, int]:
    """Who may own records, by a first name that only one of them has."""
    found: dict[str, list[int]] = {}
    for user in owners:
        found.setdefault(fold(user.name.split()[0]) if user.name.split() else "", []).append(
            user.id
        )
    return {
        name: ids[0] for name, ids in found.items() if name and len(ids) == 1 and name not in people
    }
