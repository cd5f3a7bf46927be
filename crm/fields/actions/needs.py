"""Fields that a deal must have before it may stand in a stage."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from crm.core.db import db
from crm.core.refusal import Refused
from crm.fields import queries
from crm.fields.actions.definitions import touch
from crm.fields.models import FieldNeed
from crm.fields.typed import Custom


def require(row: Any, stage_ids: Iterable[int], stage: str) -> None:
    """Refuse a stage while the deal lacks a field that it or an earlier stage asks for."""
    _refuse_lack(missing(row, stage_ids), stage)


def require_first(
    record: str, values: Mapping[str, Any], stage_ids: Iterable[int], stage: str
) -> None:
    """As `require` for a record that is to be added with these values and the usual defaults."""
    said = {**{one.key: one.default for one in queries.customs(record)}, **values}
    _refuse_lack([one for one in _asked_for(record, stage_ids) if said[one.key] is None], stage)


def _refuse_lack(lacking: Iterable[Custom], stage: str) -> None:
    found = [custom.label for custom in lacking]
    if found:
        raise Refused(
            _("%(stage)s needs this first: %(names)s.", stage=stage, names=", ".join(found)),
            field="stage_id",
        )


def pass_on_needs(stage_id: int, to_id: int) -> int:
    """Let fields that deals need from one stage on be needed from another one on; how many."""
    needs = list(db.session.scalars(select(FieldNeed).where(FieldNeed.stage_id == stage_id)))
    there = set(db.session.scalars(select(FieldNeed.field_id).where(FieldNeed.stage_id == to_id)))
    for need in needs:
        if need.field_id in there:
            db.session.delete(need)
        else:
            need.stage_id = to_id
    if needs:
        touch()
    return len(needs)


def missing(row: Any, stage_ids: Iterable[int]) -> list[Custom]:
    """The fields that a deal needs in these stages and does not have."""
    wanted = _asked_for(queries.kind_of(row), stage_ids)
    if not wanted:
        return []
    now = queries.values_of(row)
    return [custom for custom in wanted if now[custom.key] is None]


def _asked_for(record: str, stage_ids: Iterable[int]) -> list[Custom]:
    passed = set(stage_ids)
    return [custom for custom in queries.customs(record) if passed & set(custom.needs)]
