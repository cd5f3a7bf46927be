"""Which record a person means who types its name, or an address, and texts to choose from."""

import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import func, select
from wtforms import StringField

from crm.accounts.models import User
from crm.accounts.queries import seen, visible
from crm.core.db import db
from crm.core.folding import fold
from crm.core.numbers import numbered, row_number

NUMBER = re.compile(r"#\s*\d+")


class Several(ValueError):
    """More than one record has this name; `offers` are texts that mean one of them each."""

    def __init__(self, offers: list[str]) -> None:
        self.offers = offers
        told = "; ".join(offers)
        super().__init__(_("Several have this name. Write which one: %(names)s", names=told))


class Named(StringField):
    """A record of the kind `searches`, by its name: those that fit are offered as one types."""

    def __init__(self, *args: Any, searches: str, **more: Any) -> None:
        super().__init__(*args, **more)
        self.searches = searches
        self.offers: list[str] = []  # where several have the name that was typed


class Kind(NamedTuple):
    """How records of a kind are looked up, told apart, and what is said where there is none.

    A feature lists its own in `NAMING`. `one` is a record of a number and `named` those of exactly
    a name, as far as a person sees them, `recent` those offered unasked. `address` is what means
    one record alone, as a mail address does, `addressed` looks it up. `loads` is what all of that
    needs to be read with the record.
    """

    model: Any
    one: Callable[[User, int | None], Any]
    named: Callable[[User, str], list[Any]]
    recent: Callable[[User, int], list[Any]]
    detail: Callable[[User, Any], str]
    none: Any
    address: Callable[[Any], str | None] = lambda _row: None
    addressed: Callable[[User, str], Any] = lambda _user, _text: None
    no_address: Any = None
    loads: Sequence[Any] = ()


def kinds() -> dict[str, Kind]:
    """The kinds of records that can be named by hand."""
    found: dict[str, Kind] = current_app.extensions["tend.naming"]
    return found


def looked_up(user: User, kind: str, text: str) -> Any | None:
    """The record of a text as far as `user` sees it; None where there is none. Raises Several.

    Understood: a name, what `texts` writes, and the number in the address of a page, such as #12.
    """
    how, text = kinds()[kind], text.replace("\x00", "")
    if NUMBER.fullmatch(text.strip()):
        return how.one(user, row_number(text.strip()[1:].strip()))
    if "@" in text and (found := how.addressed(user, text)):
        return found
    rows = how.named(user, text)
    if len(rows) > 1:
        raise Several([told(user, kind, row) for row in rows])
    return rows[0] if rows else _told_apart(user, how, text)


def meant(user: User, kind: str, text: str) -> Any:
    """The same; raises ValueError, which says why there is none."""
    found = looked_up(user, kind, text)
    if found is None:
        how = kinds()[kind]
        raise ValueError(str(how.no_address if "@" in text and how.no_address else how.none))
    return found


def meant_or_new(user: User, kind: str, text: str) -> Any | None:
    """The same; None where a new record may get this name. Raises ValueError: what is wrong."""
    found = looked_up(user, kind, text)
    if found is None and NUMBER.fullmatch(text.strip()):
        raise ValueError(_("Nothing has the number %(number)s. Write a name.", number=text.strip()))
    return found


def kept(user: User, kind: str, number: Any, *, is_gone_fine: bool) -> Any | None:
    """The record of this number if `user` sees it; with `is_gone_fine` also from the trash."""
    how, asked = kinds()[kind], row_number(number)
    row = db.session.get(how.model, asked) if asked and is_gone_fine else None
    if row is not None and getattr(row, "merged_into_id", None) is None:
        return seen(user, row)
    return how.one(user, asked) if asked else None


def told(user: User, kind: str, row: Any) -> str:
    """A text that means this record and no other: its name, what tells it apart, its number."""
    detail = kinds()[kind].detail(user, row)
    words = f"{row.name}, {detail[:80]}" if detail else row.name
    return _("%(name)s (no. %(number)s)", name=words, number=row.id)


def texts(user: User, kind: str, rows: Sequence[Any]) -> list[str]:
    """Texts that mean these records: the name with the address, or told apart from its likes."""
    address = kinds()[kind].address
    bare = {row.sort_name for row in rows if not address(row)}
    twins = _twins(user, kinds()[kind].model, bare)
    return [
        f"{row.name} <{address(row)}>"
        if address(row)
        else told(user, kind, row)
        if row.sort_name in twins
        else row.name
        for row in rows
    ]


def text_of(user: User, kind: str, number: int | None) -> str:
    """The text that means the record of this number; empty where `user` sees none."""
    row = kinds()[kind].one(user, number) if kind in kinds() else None
    return texts(user, kind, [row])[0] if row is not None else ""


def _told_apart(user: User, how: Kind, text: str) -> Any | None:
    name, number = numbered(text.strip())
    row = how.one(user, number) if number else None
    return row if row and fold(name).startswith(fold(row.name)) else None


def _twins(user: User, model: Any, keys: set[str]) -> set[str]:
    """Which of the folded names more than one record has that `user` sees."""
    if not keys:
        return set()
    several = (
        select(model.sort_name)
        .where(model.sort_name.in_(keys), model.deleted_at.is_(None), visible(user, model))
        .group_by(model.sort_name)
        .having(func.count() > 1)
    )
    return set(db.session.scalars(several))
