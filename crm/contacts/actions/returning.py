"""Tags that went while their wearers lay in the trash, for those who come out of it.

An undo that takes back what brought a tag takes the tag along once nobody living wears it. Whose
it was stands in the history: a tagging that was put on, was never taken off and is gone.
"""

from typing import Any

from sqlalchemy import select

from crm.contacts.models import Contact, Tag, Tagging
from crm.core.db import db
from crm.history.models import GONE, ChangeValue
from crm.history.rules import restored


def give_back_tags(contact: Contact) -> None:
    """Give a contact the tags that went with an undo meanwhile; once is enough."""
    db.session.flush()
    worn = set(db.session.scalars(select(Tagging.tag_id).where(Tagging.contact_id == contact.id)))
    for number, said in _put_on(contact.id).items():
        tag = None if said["tag_id"] in worn else _tag_of(said["tag_id"])
        if tag is None or tag.id in worn:
            continue
        worn.add(tag.id)
        values = _values(Tagging, said) | {"tag_id": tag.id, "contact_id": contact.id}
        is_free = db.session.get(Tagging, number) is None
        db.session.add(Tagging(**values, **({"id": number} if is_free else {})))
        db.session.flush()
        db.session.expire(contact, ["taggings"])


def _put_on(contact_id: int) -> dict[int, dict[str, Any]]:
    """The taggings of a contact by the history: number to values."""
    rows = select(ChangeValue.row_id, ChangeValue.op, ChangeValue.new).where(
        ChangeValue.contact_id == contact_id, ChangeValue.table == Tagging.__tablename__
    )
    found: dict[int, dict[str, Any]] = {}
    for number, op, new in db.session.execute(rows.order_by(ChangeValue.id)):
        if op == "delete" or new is None:
            found.pop(number, None)
        else:
            found[number] = {**found.get(number, {}), **new}
    return {n: one for n, one in found.items() if one.get("contact_id") == contact_id}


def _tag_of(number: int) -> Tag | None:
    """The tag with this number that went once: as it stands again, by its word, else made anew."""
    gone = select(ChangeValue.old).where(
        GONE, ChangeValue.table == Tag.__tablename__, ChangeValue.row_id == number
    )
    old = db.session.scalars(gone.order_by(ChangeValue.id.desc()).limit(1)).first()
    if old is None:
        return None
    found = db.session.get(Tag, number)
    if found is None:
        found = db.session.scalars(select(Tag).where(Tag.folded == old["folded"])).first()
    if found is None:
        found = Tag(id=number, **_values(Tag, old))
        db.session.add(found)
        db.session.flush()
    return found


def _values(model: Any, said: dict[str, Any]) -> dict[str, Any]:
    """Columns as they were, from their plain form."""
    found: dict[str, Any] = {}
    for name, column in model.__table__.columns.items():
        if name in said and name != "id":
            kind = getattr(column.type, "impl_instance", column.type).python_type
            found[name] = restored(kind, said[name])
    return found
