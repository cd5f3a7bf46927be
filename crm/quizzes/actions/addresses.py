"""The address of a quiz, after /q/: free for one quiz, and once published never lost."""

import re
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, select, union_all

from crm.contacts.queries import tag_by_name
from crm.contacts.rules import fold
from crm.core import clock
from crm.core.db import db
from crm.core.refusal import Refused
from crm.quizzes.models import FormerAddress, Quiz


def check(quiz: Quiz, slug: str) -> None:
    """Raise Refused for an address that another quiz has or once had."""
    has = select(Quiz.id).where(Quiz.slug == slug)
    had = select(FormerAddress.quiz_id).where(FormerAddress.slug == slug)
    others = set(db.session.scalars(union_all(has, had))) - {quiz.id}
    if others:
        raise Refused(
            _("Another quiz has this address, or had it and is still found there."), "slug"
        )


def move(quiz: Quiz, slug: str) -> None:
    """Give a quiz another address; where it was published the old one leads to it from now on.

    The tag that it sets goes along, so that who wore it and what asks for it stay.
    """
    if slug == quiz.slug:
        return
    db.session.execute(delete(FormerAddress).where(FormerAddress.slug == slug))
    if quiz.live_version_id:
        db.session.add(FormerAddress(slug=quiz.slug, quiz_id=quiz.id, left_at=clock.now()))
    _rename_tag(quiz.slug, slug)
    quiz.slug = slug


def _rename_tag(before: str, slug: str) -> None:
    found, taken = tag_by_name(f"quiz:{before}"), tag_by_name(f"quiz:{slug}")
    if found is not None and taken is None:
        found.name = f"quiz:{slug}"
        found.folded = fold(found.name)


def free(name: str) -> str:
    """An address made of a name that no quiz has or had."""
    base = re.sub(r"[^a-z0-9]+", "-", fold(name)).strip("-")[:40] or "quiz"
    base = "readiness" if base == "readiness-check" else base
    has = select(Quiz.slug).where(Quiz.slug.like(f"{base}%"))
    had = select(FormerAddress.slug).where(FormerAddress.slug.like(f"{base}%"))
    taken: set[Any] = set(db.session.scalars(union_all(has, had)))
    number, slug = 1, base
    while slug in taken:
        number += 1
        slug = f"{base}-{number}"
    return slug
