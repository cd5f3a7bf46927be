"""What records say for their fields, and whom a user or reference may name."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, bindparam, case, func, null, select
from sqlalchemy.orm import aliased

from crm.accounts.models import User
from crm.accounts.queries import in_sight, sight, user_by_id, visible
from crm.core import reading
from crm.core.db import db
from crm.core.ready import ready
from crm.fields.models import CustomField, FieldValue
from crm.fields.queries.definitions import catalogue, customs, shown_customs
from crm.fields.queries.rows import COLUMNS, CUSTOM_RECORDS, LINKS, kind_of, plain_of_rows
from crm.fields.typed import Custom

MOST_HOPS = 12  # a record that was merged may be merged again


class Shown(NamedTuple):
    """What a record says for a field: the plain value, and the name behind a user or reference.

    The name is empty where the reader may not see that record.
    """

    custom: Custom
    value: Any
    name: str = ""


def values_of(row: Any, reader: User | None = None) -> dict[str, Any]:
    """What a loaded record says for each custom field, as plain values; None for nothing.

    With a `reader`, only fields whose values they may see.
    """
    record = kind_of(row)
    wanted = customs(record) if reader is None else shown_customs(reader, record)
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


def told_of(row: Any, reader: User | None = None) -> dict[str, Shown]:
    """What a letter about a loaded record may say, by key: names of the living, no other's.

    With a `reader`, only what they may see; without one, what is written to the person itself.
    """
    plain = values_of(row, reader)
    return {
        one.key: Shown(one, value, _told_name(one, value, reader))
        for one in customs(kind_of(row))
        if (value := plain.get(one.key)) is not None
    }


def _told_name(custom: Custom, number: Any, reader: User | None) -> str:
    if custom.kind == "user":
        found = user_by_id(number)
        return found.name if found else ""
    if custom.kind != "reference" or not may_refer(reader, custom.target, number):
        return ""
    return str(db.session.get_one(catalogue().models[custom.target], number).name)


def list_values(
    user: User, record: str, ids: Sequence[int], keys: Iterable[str]
) -> dict[int, dict[str, Shown]]:
    """What a page of a list shows: by record and key, only what is said, in one statement."""
    asked = set(keys)
    wanted = [one for one in shown_customs(user, record) if one.key in asked]
    return _shown(user, record, ids, wanted)


def stays_of(record: str, numbers: Iterable[int]) -> list[int]:
    """The records that numbers lead to: of a merged one the one that stays, each once.

    Asked when reading, since a number is also kept where no merge can rewrite it: in conditions
    of many owners, in addresses that were mailed or bookmarked. So an undo has nothing to undo.
    """
    model: Any = catalogue().models.get(record)
    found = list(dict.fromkeys(numbers))
    for _hop in range(MOST_HOPS if hasattr(model, "merged_into_id") else 0):
        merged = select(model.id, model.merged_into_id).where(
            model.id.in_(found), model.merged_into_id.is_not(None)
        )
        into = {was: became for was, became in db.session.execute(merged)}
        if not into:
            break
        found = list(dict.fromkeys(into.get(number, number) for number in found))
    return found


def may_refer(user: User | None, record: str, record_id: int) -> bool:
    """Whether a record is there and `user` may see it (nobody: a rule, which sees all)."""
    model: Any = catalogue().models[record]
    tests = [model.id == record_id, model.deleted_at.is_(None)]
    if user is not None:
        tests.append(visible(user, model))
    return db.session.scalar(select(model.id).where(*tests)) is not None


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
    is_there = user.is_authenticated and user.is_active
    targets = frozenset("user" if one.kind == "user" else one.target or "" for one in wanted)
    statement = _said(record, targets & {"user", *CUSTOM_RECORDS}, is_there and user.sees_all)
    seen = sight(user) if is_there else {"sight_user_id": None, "sight_team_ids": []}
    asked = {"records": ids, "fields": [custom.id for custom in wanted]} | seen
    by_id = {custom.id: custom for custom in wanted}
    found: dict[int, dict[str, Shown]] = {}
    for value in reading.rows(statement, asked):
        custom, here = by_id[value.field_id], found.setdefault(value.record_id, {})
        plain = plain_of_rows(custom.kind, [value])
        if custom.kind == "multi" and custom.key in here:
            plain = here[custom.key].value + plain
        here[custom.key] = Shown(custom, plain, value.name or "")
    return found


@ready
def _said(record: str, targets: frozenset[str], sees_all: bool) -> Select:
    """The values of some fields of some records; joined is only what these fields can name.

    Built once: each record page and list asks for it, and building takes longer than running.
    """
    definition_, person = aliased(CustomField), aliased(User)
    models: dict[str, Any] = catalogue().models
    records = {kind: aliased(models[kind]) for kind in CUSTOM_RECORDS if kind in targets}
    names = [(definition_.target == kind, model.name) for kind, model in records.items()]
    if "user" in targets:
        names.append((definition_.kind == "user", person.name))
    statement = select(*COLUMNS_SAID, (case(*names) if names else null()).label("name"))
    if names:
        statement = statement.join(definition_, definition_.id == FieldValue.field_id)
    if "user" in targets:
        is_it = and_(definition_.kind == "user", person.id == FieldValue.ref)
        statement = statement.outerjoin(person, is_it)
    for kind, model in records.items():
        there = and_(definition_.target == kind, model.id == FieldValue.ref)
        living = and_(model.deleted_at.is_(None), in_sight(sees_all, model))
        statement = statement.outerjoin(model, and_(there, living))
    return statement.where(
        LINKS[record].in_(bindparam("records", expanding=True)),
        FieldValue.field_id.in_(bindparam("fields", expanding=True)),
    ).order_by(FieldValue.record_id, FieldValue.field_id, FieldValue.position)


COLUMNS_SAID = (
    FieldValue.record_id,
    FieldValue.field_id,
    FieldValue.currency,
    *dict.fromkeys(COLUMNS.values()),
)
