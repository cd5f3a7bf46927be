"""Tags: putting them on and off, renaming, merging."""

from collections.abc import Iterable, Sequence

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from crm.accounts.models import User
from crm.activities import actions as activities
from crm.contacts import queries
from crm.contacts.models import Contact, Tag, Tagging
from crm.contacts.rules import fold, is_automatic, tag_fitted, tag_name
from crm.core import clock, reading
from crm.core.db import db, numbered
from crm.core.inserts import new
from crm.core.ready import Ready
from crm.core.refusal import Refused
from crm.filters import actions as filters
from crm.history import writing

PALETTE = 12
PEOPLE = {"user", "import"}
_NAMED = Ready(
    select(*reading.columns(Tag)).where(Tag.folded.in_(bindparam("names", expanding=True)))
)
COLUMNS = {model: tuple(model.__table__.columns) for model in (Tag, Tagging)}


def tag(contact: Contact, name: str, *, set_by: str = "user", by: User | None = None) -> Tagging:
    """Put a tag on a contact, made if need be; once is enough."""
    return tag_all(contact, [name], set_by=set_by, by=by)[0]


def tag_all(
    contact: Contact, names: Iterable[str], *, set_by: str = "user", by: User | None = None
) -> list[Tagging]:
    """Put tags on a contact, made if need be; those it has stay as they are.

    Raises Refused for a name that a person gave and no tag can have; others are made to fit.
    """
    if set_by not in PEOPLE:
        names = map(tag_fitted, names)
    return put_on(contact, find_or_create(names).values(), set_by=set_by, by=by)


def put_on(
    contact: Contact, tags: Iterable[Tag], *, set_by: str = "user", by: User | None = None
) -> list[Tagging]:
    """Put tags that are there on a contact; those it has stay as they are."""
    worn = {tagging.tag_id or tagging.tag.id: tagging for tagging in contact.taggings}
    now, taggings = clock.now(), []
    for found in tags:
        if found.id not in worn:
            user_id = by.id if by else None
            worn[found.id] = new(
                Tagging, tag_id=found.id, tag=found, set_by=set_by, user_id=user_id, at=now
            )
            contact.taggings.append(worn[found.id])
            contact.updated_at = now
        taggings.append(worn[found.id])
    return taggings


def tag_many(contacts: Sequence[Contact], name: str, *, by: User) -> None:
    """Put a tag, made if need be, on contacts that do not wear it: a few statements for all.

    Raises IntegrityError where one of them was given it in the meantime.
    """
    (found,) = find_or_create([name]).values()
    now = clock.now()
    said = {"tag_id": found.id, "set_by": "user", "user_id": by.id, "at": now}
    taggings = [Tagging(contact_id=contact.id, **said) for contact in contacts]
    numbered(taggings)
    db.session.add_all(taggings)
    db.session.flush()
    db.session.execute(
        update(Contact)
        .where(Contact.id.in_([contact.id for contact in contacts]))
        .values(updated_at=now, version=Contact.version + 1)
        .execution_options(synchronize_session=False)
    )
    for contact in contacts:
        db.session.expire(contact)


def untag(contact: Contact, name: str, by: User | None = None) -> None:
    """Take a tag off; nothing happens where it is not on."""
    folded = fold(name)
    for tagging in list(contact.taggings):
        if tagging.tag.folded == folded:
            contact.taggings.remove(tagging)
            contact.updated_at = clock.now()
            _tell(contact, f"Tag removed: {tagging.tag.name}", by)


def set_tags(contact: Contact, names: Iterable[str], by: User) -> None:
    """Make `names` the tags of a contact; tags that stay keep who set them."""
    wanted = {fold(name): name for name in names if fold(name)}
    for tagging in list(contact.taggings):
        if tagging.tag.folded not in wanted:
            contact.taggings.remove(tagging)
    tag_all(contact, wanted.values(), by=by)


def rename_tag(found: Tag, name: str) -> Tag:
    """Give a tag another name; refuses one that is taken (merge them instead)."""
    clean = _clean(name)
    _keep_automatic(found.name, "name")
    if is_automatic(clean):
        raise Refused(
            _("Names that begin with “quiz:” or “tier:” are set by quizzes."), field="name"
        )
    other = queries.tag_by_name(clean)
    if other is not None and other.id != found.id:
        raise Refused(
            _("“%(name)s” exists already. Merge the two instead.", name=other.name), field="name"
        )
    filters.follow_quick("tag", found.name, clean)
    found.name, found.folded = clean, fold(clean)
    return found


def change_tag(found: Tag, name: str, colour: int) -> Tag:
    """Give a tag a name and one of the colours 0 to 11. Raises Refused as `rename_tag` does."""
    if not 0 <= colour < PALETTE:
        raise Refused(_("Choose one of the colours."), field="colour")
    found.colour = colour
    return rename_tag(found, name) if name != found.name else found


def merge_tags(found: Tag, into: Tag) -> Tag:
    """Give everybody who wears `found` the tag `into`, then drop `found`.

    Views, segments and rules that ask for `found` ask for `into` from now on.
    """
    if found.id == into.id:
        raise Refused(_("Choose another tag to merge into."), field="into")
    _keep_automatic(found.name, "into")
    _keep_automatic(into.name, "into")
    db.session.flush()
    has_both = select(Tagging.contact_id).where(Tagging.tag_id == into.id)
    _take_off(Tagging.tag_id == found.id, Tagging.contact_id.in_(has_both))
    moved = db.session.execute(
        update(Tagging)
        .where(Tagging.tag_id == found.id)
        .values(tag_id=into.id)
        .returning(Tagging.id, Tagging.contact_id)
    ).all()
    writing.record_rows(
        Tagging,
        "update",
        [(row.id, {"tag_id": found.id}, {"tag_id": into.id}) for row in moved],
        {row.id: {"contact": row.contact_id} for row in moved},
    )
    filters.follow("tags", found.id, into.id)
    filters.follow_quick("tag", found.name, into.name)
    delete_tag(found)
    return into


def delete_tag(found: Tag) -> None:
    """Drop a tag and take it off everybody; refuses one that quizzes set."""
    _keep_automatic(found.name)
    db.session.flush()
    _take_off(Tagging.tag_id == found.id)
    gone = db.session.execute(delete(Tag).where(Tag.id == found.id).returning(*COLUMNS[Tag]))
    writing.record_rows(Tag, "delete", [(row.id, dict(row._mapping), None) for row in gone])
    db.session.expire_all()


def drop_unused(found: Tag, by: User | None = None) -> None:
    """Drop a tag that nobody living wears; refuses one that somebody does.

    Who lies in the trash gets it back with coming out of it (`returning.give_back_tags`).
    """
    wears = select(Tagging.id).join(Contact, Contact.id == Tagging.contact_id)
    living = wears.where(Tagging.tag_id == found.id, Contact.deleted_at.is_(None))
    if db.session.scalar(living.limit(1)):
        raise Refused(_("Somebody wears “%(name)s”.", name=found.name))
    db.session.delete(found)
    db.session.flush()
    db.session.expire_all()


def _take_off(*which: ColumnElement[bool]) -> None:
    gone = db.session.execute(delete(Tagging).where(*which).returning(*COLUMNS[Tagging]))
    writing.record_rows(Tagging, "delete", [(row.id, dict(row._mapping), None) for row in gone])


def _keep_automatic(name: str, field: str | None = None) -> None:
    if is_automatic(name):
        raise Refused(
            _("Quizzes set “%(name)s” by themselves, and rules read it. It stays.", name=name),
            field,
        )


def find_or_create(names: Iterable[str]) -> dict[str, Tag]:
    """Tags by their folded names, made where there is none. Raises Refused as `tag_name` does."""
    wanted = {fold(clean): clean for clean in map(_clean, names)}
    if not wanted:
        return {}
    rows = reading.entities(Tag, _NAMED, {"names": list(wanted)})
    known = {found.folded: found for found in rows}
    return {key: known.get(key) or _create(clean, key) for key, clean in wanted.items()}


def _create(clean: str, folded: str) -> Tag:
    row = {
        "name": clean,
        "folded": folded,
        "colour": sum(folded.encode()) % PALETTE,
        "created_at": clock.now(),
    }
    try:
        with db.session.begin_nested():
            made = db.session.scalar(insert(Tag).values(**row).returning(Tag.id))
            writing.record_rows(Tag, "insert", [(made or 0, None, row)])
    except IntegrityError:
        pass  # somebody else made it between our look and our write; theirs is as good
    return db.session.scalars(select(Tag).where(Tag.folded == folded)).one()


def folded(name: str) -> str:
    """The form in which two spellings of a tag are the same."""
    return fold(_clean(name))


def _clean(name: str) -> str:
    try:
        return tag_name(name)
    except ValueError as error:
        raise Refused(str(error), field="name") from None


def _tell(contact: Contact, title: str, by: User | None) -> None:
    activities.record(
        "tag",
        contact_id=contact.id,
        title=title,
        actor="user" if by else "rule",
        user_id=by.id if by else None,
    )
