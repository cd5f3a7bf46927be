"""Giving the records there are the default of a field: each that says nothing, as one act."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, select
from sqlalchemy.orm import selectinload

from crm.accounts.models import User
from crm.accounts.queries import visible
from crm.batches import actions as batches
from crm.batches.models import Batch
from crm.batches.rules import BatchKind, Skip
from crm.core.db import db
from crm.core.refusal import Refused
from crm.fields import actions, queries
from crm.fields.models import CustomField
from crm.fields.typed import Custom

KEY = "fields.fill"


def begin(row: CustomField, by: User) -> Batch | None:
    """Give every living record that `by` sees the default of a field; None where there is none.

    Raises Refused for a field without a default.
    """
    if row.default is None:
        raise Refused(_("Give the field a default first."), field="fills")
    if db.session.scalar(_records(row.record, by).limit(1)) is None:
        return None
    options = {"record": row.record, "field": row.key, "label": row.label}
    return batches.plan(KEY, by=by, records=_records(row.record, by), options=options)


def _records(record: str, by: User) -> Select[tuple[int]]:
    model: Any = queries.catalogue().models[record]
    return select(model.id).where(model.deleted_at.is_(None), visible(by, model))


def _load(user: User, ids: Sequence[int], options: Mapping[str, Any]) -> dict[int, Any]:
    model: Any = queries.catalogue().models[options["record"]]
    rows = (
        select(model)
        .where(model.id.in_(ids), model.deleted_at.is_(None), visible(user, model))
        .options(selectinload(model.field_values))
        .execution_options(populate_existing=True)
    )
    return {row.id: row for row in db.session.scalars(rows)}


def _check(row: Any, options: Mapping[str, Any], by: User) -> None:
    if _custom(options).default is None:
        raise Refused(_("The field has no default any more."))
    if queries.values_of(row)[options["field"]] is not None:
        raise Skip(_("It says something already."))


def _act(row: Any, options: Mapping[str, Any], by: User) -> None:
    _check(row, options, by)
    actions.set_values(row, {options["field"]: _custom(options).default}, by)


def _custom(options: Mapping[str, Any]) -> Custom:
    found = queries.custom_of(options["record"], options["field"])
    if found is None:
        raise Refused(_("Somebody archived this field meanwhile."))
    return found


def _names(
    user: User, ids: Sequence[int], options: Mapping[str, Any]
) -> dict[int, tuple[str, str]]:
    record = options["record"]
    model: Any = queries.catalogue().models[record]
    rows = select(model.id, model.name).where(model.id.in_(ids), visible(user, model))
    plural = {"contact": "contacts", "company": "companies", "deal": "deals"}[record]
    return {number: (name, f"/{plural}/{number}") for number, name in db.session.execute(rows)}


BATCHES = [
    BatchKind(
        KEY, "", "manage_fields",
        lambda options: _("Default of “%(field)s” for the records there are",
                          field=options.get("label")),
        _load, _act, _names, check=_check, goes_on=lambda _batch: True,
    ),
]  # fmt: skip
