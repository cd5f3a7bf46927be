"""Reading imports and what their columns may become."""

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from crm.accounts.models import User
from crm.core.db import db
from crm.fields.queries import fields_of
from crm.transfer.models import Import, ImportPreset

PAGE = 25


def import_for(user: User, import_id: int) -> Import | None:
    """An import of `user`'s, or anybody's for those who see all."""
    found = db.session.get(Import, import_id)
    return found if found and (found.user_id == user.id or user.sees_all) else None


def import_by_id(import_id: int) -> Import:
    """An import by number, for the worker."""
    return db.session.get_one(Import, import_id)


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
    return {**found, "note": _("Note"), "id": _("Number in the other program")}
