"""Keeping how a file was mapped, for the next one of its shape."""

from sqlalchemy import select

from crm.accounts.models import User
from crm.core import clock
from crm.core.db import db
from crm.transfer.models import Import, ImportPreset


def keep_preset(found: Import, name: str, by: User) -> None:
    """Keep a mapping under a name; one of that name is replaced."""
    preset = db.session.scalars(
        select(ImportPreset).where(ImportPreset.record == found.record, ImportPreset.name == name)
    ).first()
    if preset is None:
        preset = ImportPreset(record=found.record, name=name, created_at=clock.now())
        db.session.add(preset)
    preset.user_id, preset.columns, preset.match = by.id, found.columns, found.match
    preset.habits = {key: found.habits[key] for key in ("decimal", "order") if key in found.habits}
