"""Reading imports and what their columns may become."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from crm.accounts.models import User
from crm.core.db import db
from crm.fields.queries import fields_of
from crm.transfer.models import Export, Import, ImportPreset
from crm.transfer.rules.outgoing import OWN

PAGE = 25


def import_for(user: User, import_id: int) -> Import | None:
    """An import of `user`'s, or anybody's for those who see all."""
    found = db.session.get(Import, import_id)
    return found if found and (found.user_id == user.id or user.sees_all) else None


def import_by_id(import_id: int) -> Import:
    """An import by number, for the worker; the session keeps hold of it, since all parts ask."""
    found = db.session.get_one(Import, import_id)
    db.session.info["import"] = found
    return found


def imports_for(user: User, before: int | None = None) -> list[Import]:
    """The latest first; `before` is the number the page ends at."""
    wanted = select(Import).order_by(Import.id.desc()).limit(PAGE)
    if not user.sees_all:
        wanted = wanted.where(Import.user_id == user.id)
    return list(db.session.scalars(wanted.where(Import.id < before) if before else wanted))


def presets_of(record: str) -> list[ImportPreset]:
    """The mappings that the house keeps for a kind of record."""
    return list(
        db.session.scalars(
            select(ImportPreset).where(ImportPreset.record == record).order_by(ImportPreset.name)
        )
    )


def preset(preset_id: int) -> ImportPreset | None:
    """A kept mapping by number."""
    return db.session.get(ImportPreset, preset_id)


def labels(record: str) -> dict[str, Any]:
    """What a column may become: field to its name for people, in the order of the fields."""
    found: dict[str, Any] = {}
    for key, field in fields_of(record).items():
        if field.is_importable or field.custom_id:
            found[key] = field.label
        if record == "contact" and key == "name":
            found |= {"first_name": _("First name"), "last_name": _("Last name")}
        if record == "contact" and key == "lifecycle":
            found["lifecycle_reason"] = _("Reason for the lifecycle")
    return {
        **found,
        "note": _("Note"),
        "id": _("Number in the other program"),
        "tend": _("Number in Tend"),
    }


def own_keys(header: Sequence[str], record: str) -> list[str | None]:
    """The fields of a file that we wrote: by their words, where two have one by their key."""
    known = labels(record)
    by_words = {str(words): key for key, words in reversed(list(known.items()))}
    by_words |= {f"{words} [{key}]": key for key, words in known.items()}
    return [by_words.get(name) if name != OWN else "tend" for name in header]


def export_for(user: User, export_id: int) -> Export | None:
    """An export of `user`'s own; nobody else gets at it."""
    found = db.session.get(Export, export_id)
    return found if found and found.user_id == user.id else None


def exports_for(user: User, before: int | None = None) -> list[Export]:
    """One's own, the latest first; `before` is the number the page ends at."""
    wanted = select(Export).where(Export.user_id == user.id).order_by(Export.id.desc()).limit(PAGE)
    return list(db.session.scalars(wanted.where(Export.id < before) if before else wanted))
