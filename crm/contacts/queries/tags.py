"""Reading tags and how much they are used."""

from collections import Counter

from sqlalchemy import func, select

from crm.accounts.models import User
from crm.accounts.queries import visible
from crm.contacts.models import Contact, Tag, Tagging
from crm.contacts.rules import fold
from crm.core.db import db


def tag_by_name(name: str) -> Tag | None:
    """The tag of this name, whatever its case or marks."""
    return db.session.scalars(select(Tag).where(Tag.folded == fold(name))).first()


def tag_by_id(tag_id: int) -> Tag | None:
    """A tag by its number."""
    return db.session.get(Tag, tag_id)


def tags_with_use(user: User) -> list[tuple[Tag, int]]:
    """All tags by name with the number of contacts that wear them and that `user` may see."""
    rows = db.session.execute(
        select(Tagging.tag_id, func.count())
        .join(Contact, Contact.id == Tagging.contact_id)
        .where(Contact.deleted_at.is_(None), visible(user, Contact))
        .group_by(Tagging.tag_id)
    )
    use = Counter({tag_id: count for tag_id, count in rows})
    tags = db.session.scalars(select(Tag).order_by(Tag.folded))
    return [(tag, use[tag.id]) for tag in tags]


def tag_names(limit: int | None = 200) -> list[str]:
    """Names of tags to choose from, all of them without a limit."""
    return list(db.session.scalars(select(Tag.name).order_by(Tag.folded).limit(limit)))
