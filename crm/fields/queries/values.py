"""What records say for their fields, and whom a user or reference may name."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import aliased

from crm.accounts.models import User
from crm.accounts.queries import visible
from crm.core.db import db
from crm.core.folding import fold
from crm.fields.models import CustomField, FieldValue
from crm.fields.queries.definitions import catalogue, customs, shown_customs
from crm.fields.queries.rows import CUSTOM_RECORDS, LINKS, kind_of, plain_of_rows
from crm.fields.typed import SORT_LENGTH, Custom


class Shown(NamedTuple):
    """What a record says for a field: the plain value, and the name behind a user or reference.

    The name is empty where the reader may not see that record.
    """

    custom: Custom
    value: Any
    name: str = ""


def values_of(row: Any) -> dict[str, Any]:
    """What a loaded record says for each custom field, as plain values; None for nothing."""
    wanted = customs(kind_of(row))
    rows: dict[int, list[FieldValue]] = {}
    for one in row.field_values if wanted else ():
        rows.setdefault(one.field_id, []).append(one)
    return {custom.key: plain_of_rows(custom.kind, rows.get(custom.id, [])) for custom in wanted}


def shown_of(user: User, row: Any, keys: Iterable[str] | None = None) -> list[Shown]:
    """What the page of a record shows, field by field, in one statement."""
    record = kind_of(row)
    wanted = [one for one in shown_customs(user, record) if keys is None or one.key in keys]
    found = _shown(user, record, [row.id], wanted).get(row.id, {})
    return [found.get(custom.key, Shown(custom, None)) for custom in wanted]


def list_values(
    user: User, record: str, ids: Sequence[int], keys: Iterable[str]
) -> dict[int, dict[str, Shown]]:
    """What a page of a list shows: by record and key, only what is said, in one statement."""
    asked = set(keys)
    wanted = [one for one in shown_customs(user, record) if one.key in asked]
    return _shown(user, record, ids, wanted)


def named(user: User, record: str, name: str) -> list[tuple[int, str]]:
    """Records of a kind with exactly this name that `user` may see: two at most."""
    model: Any = catalogue().models[record]
    rows = db.session.execute(
        select(model.id, model.name)
        .where(
            model.sort_name == fold(name)[:SORT_LENGTH],
            model.deleted_at.is_(None),
            visible(user, model),
        )
        .order_by(model.id)
        .limit(2)
    )
    return [(row.id, row.name) for row in rows]


def may_refer(user: User | None, record: str, record_id: int) -> bool:
    """Whether a record is there and `user` may see it (nobody: a rule, which sees all)."""
    model: Any = catalogue().models[record]
    tests = [model.id == record_id, model.deleted_at.is_(None)]
    if user is not None:
        tests.append(visible(user, model))
    return db.session.scalar(select(model.id).where(*tests)) is not None


def names_like(user: User, record: str, limit: int = 50) -> list[str]:
    """Names of the records added last, for the list beside a reference."""
    model: Any = catalogue().models[record]
    return list(
        db.session.scalars(
            select(model.name)
            .where(model.deleted_at.is_(None), visible(user, model))
            .order_by(model.id.desc())
            .limit(limit)
        )
    )


def use_of(field_ids: Sequence[int]) -> dict[int, int]:
    """How many records say something for each field."""
    rows = db.session.execute(
        select(FieldValue.field_id, func.count())
        .where(FieldValue.field_id.in_(field_ids), FieldValue.position == 0)
        .group_by(FieldValue.field_id)
    )
    return {field_id: count for field_id, count in rows}


def _shown(
    user: User, record: str, ids: Sequence[int], wanted: Sequence[Custom]
) -> dict[int, dict[str, Shown]]:
    if not wanted or not ids:
        return {}
    name, joins = _names(user)
    rows = db.session.execute(
        joins(select(FieldValue, name.label("name")))
        .where(LINKS[record].in_(ids), FieldValue.field_id.in_([custom.id for custom in wanted]))
        .order_by(FieldValue.record_id, FieldValue.field_id, FieldValue.position)
    )
    by_id = {custom.id: custom for custom in wanted}
    found: dict[int, dict[str, Shown]] = {}
    for value, said in rows:
        custom, here = by_id[value.field_id], found.setdefault(value.record_id, {})
        plain = plain_of_rows(custom.kind, [value])
        if custom.kind == "multi" and custom.key in here:
            plain = here[custom.key].value + plain
        here[custom.key] = Shown(custom, plain, said or "")
    return found


def _names(user: User) -> tuple[Any, Any]:
    """The name of the person or record that a value refers to, and the joins that find it."""
    definition_, person = aliased(CustomField), aliased(User)
    records: dict[str, Any] = {kind: aliased(catalogue().models[kind]) for kind in CUSTOM_RECORDS}
    name = case(
        (definition_.kind == "user", person.name),
        *((definition_.target == kind, model.name) for kind, model in records.items()),
    )

    def join(statement: Any) -> Any:
        statement = statement.join(definition_, definition_.id == FieldValue.field_id).outerjoin(
            person, and_(definition_.kind == "user", person.id == FieldValue.ref)
        )
        for kind, model in records.items():
            there = and_(definition_.target == kind, model.id == FieldValue.ref)
            living = and_(model.deleted_at.is_(None), visible(user, model))
            statement = statement.outerjoin(model, and_(there, living))
        return statement

    return name, join
