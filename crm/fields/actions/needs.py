"""Fields that a deal must have before it may stand in a stage."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext as _

from crm.core.refusal import Refused
from crm.fields import queries
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
