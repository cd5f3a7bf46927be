"""What a record says for its fields: set, filled and freed."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.attributes import flag_modified

from crm.accounts.models import User
from crm.accounts.queries import user_by_id
from crm.core import clock
from crm.core.db import db, numbered
from crm.core.folding import fold
from crm.core.refusal import Conflict, Refused
from crm.core.versions import merged
from crm.fields import queries
from crm.fields.models import FieldValue
from crm.fields.reading import Manner, answered
from crm.fields.typed import SORT_LENGTH, Custom, checked, match_key, python

POLICIES = ("fill", "overwrite")


def set_values(
    row: Any, values: Mapping[str, Any], by: User | None, *, is_known: bool = False
) -> list[str]:
    """Save plain values over a record's; gives the keys that changed, and moves its version.

    `by` None is a rule or a prospect. Raises Refused at the field's key: a value that the kind
    cannot hold, an option that may no longer be chosen, a person who left, a record that `by` may
    not see, a value that must be unique and is not. `is_known`: a record merged into this says it.
    """
    if not values:
        return []
    if row.id is None:
        db.session.flush()
    record, now = queries.kind_of(row), queries.values_of(row)
    changed = []
    for key, given in values.items():
        custom = queries.custom_of(record, key)
        if custom is None:
            raise Refused(_("Somebody archived this field meanwhile."), field=key)
        plain = _checked(custom, given)
        if plain != now[key]:
            if not is_known:
                allow(custom, plain, now[key], by)
            _write(row, custom, plain)
            changed.append(key)
    if changed:
        row.updated_at = clock.now()
        flag_modified(row, "updated_at")
        _flush(row, [custom for key in changed if (custom := queries.custom_of(record, key))])
    return changed


def set_first(pairs: Sequence[tuple[Any, Mapping[str, Any]]], by: User | None) -> None:
    """Give new records, written just now, their first values and the defaults of the others.

    As `set_values` for each of them, but looked up and written together. Raises Refused alike.
    """
    with db.session.no_autoflush:  # a value that was written already would look taken
        for row, values in pairs:
            _set_first(row, values, by)
    said = [one for row, _values in pairs for one in row.field_values]
    if said:
        _check_unique(said, queries.customs(queries.kind_of(pairs[0][0])))
        numbered(said)
        db.session.flush()


def _set_first(row: Any, values: Mapping[str, Any], by: User | None) -> None:
    for key, given in values.items():
        custom = queries.custom_of(queries.kind_of(row), key)
        if custom is None:
            raise Refused(_("Somebody archived this field meanwhile."), field=key)
        plain = _checked(custom, given)
        allow(custom, plain, None, by)
        _write(row, custom, plain)
    fill_defaults(row)


def change_value(
    row: Any, key: str, plain: Any, by: User, *, version: int | None = None, base: Any = None
) -> None:
    """Save one field over what its form began with; Conflict where somebody else changed it."""
    now = queries.values_of(row).get(key)
    if version is not None and version != row.version:
        try:
            merged({key: now}, {key: plain}, {key: base})
        except Conflict as conflict:
            raise Conflict(conflict.message, {key: (now, plain)}) from None
    custom = queries.custom_of(queries.kind_of(row), key)
    if custom and custom.is_required and plain in (None, "", []):
        raise Refused(_("%(label)s must not be empty.", label=custom.label), field=key)
    set_values(row, {key: plain}, by)


def fill_defaults(row: Any) -> None:
    """Give a new record the defaults of its fields."""
    wanted = [c for c in queries.customs(queries.kind_of(row)) if c.default is not None]
    for custom in wanted:
        if not any(one.field_id == custom.id for one in row.field_values):
            _write(row, custom, _still_allowed(custom, custom.default))


def free(row: Any) -> None:
    """A record went to the trash: what it alone may say is free for others meanwhile."""
    if any(custom.is_unique for custom in queries.customs(queries.kind_of(row))):
        for one in row.field_values:
            one.is_unique = False


def claim(row: Any) -> list[str]:
    """A record came back: gives what somebody else says by now, which it no longer does."""
    lost = []
    for custom in queries.customs(queries.kind_of(row)):
        for one in [v for v in row.field_values if custom.is_unique and v.field_id == custom.id]:
            if _taken(row, custom, one.match_key):
                lost.append(f"{custom.label} {one.text or one.match_key}")
                row.field_values.remove(one)
            else:
                one.is_unique = True
    return lost


def set_from_quiz(
    row: Any, key: str, said: str | Sequence[str], *, policy: str = "fill", manner: Manner
) -> str:
    """Take over what a prospect answered; gives what was left out and why, or an empty text.

    `policy`: fill (only where nothing is said yet) or overwrite. Never raises: an answer that
    the field cannot hold must not keep a lead from arriving; of several choices the known stay.
    """
    custom = queries.custom_of(queries.kind_of(row), key)
    if custom is None:
        return "The field is archived."
    before = queries.values_of(row)[key]
    try:
        plain, left = answered(custom, said, manner)
        if policy == "fill" and before is not None:
            return "" if plain == before else "Something is said already."
        with db.session.begin_nested():
            set_values(row, {key: plain}, None)
    except (ValueError, Refused) as error:
        return "Something is said already." if policy == "fill" and before else str(error)
    return left


def _checked(custom: Custom, given: Any) -> Any:
    try:
        return checked(custom, given)
    except ValueError as error:
        raise Refused(
            _("%(label)s: %(error)s", label=custom.label, error=error), field=custom.key
        ) from None


def allow(custom: Custom, plain: Any, before: Any, by: User | None) -> None:
    """Raises Refused for what may not be chosen anew; what a record has already it may keep."""
    if custom.kind in {"select", "multi"}:
        kept = set(before or []) if custom.kind == "multi" else {before}
        for value in plain or [] if custom.kind == "multi" else [plain]:
            option = custom.option(value) if value else None
            if option and not option.is_active and value not in kept:
                words = _("“%(label)s” may no longer be chosen.", label=option.label)
                raise Refused(words, field=custom.key)
    if custom.kind == "user" and plain is not None:
        person = user_by_id(plain)
        if person is None or not person.is_active:
            words = _("%(label)s: choose somebody of the team.", label=custom.label)
            raise Refused(words, field=custom.key)
    if custom.kind == "reference" and plain and not queries.may_refer(by, custom.target, plain):
        there = {"label": custom.label, "target": custom.target}
        raise Refused(_("%(label)s: there is no such %(target)s.", **there), field=custom.key)


def _still_allowed(custom: Custom, plain: Any) -> Any:
    """A default without the options that were disabled since."""
    active = {one.value for one in custom.options if one.is_active}
    if custom.kind == "select":
        return plain if plain in active else None
    if custom.kind == "multi":
        return [one for one in plain if one in active] or None
    return plain


def _write(row: Any, custom: Custom, plain: Any) -> None:
    rows = [one for one in row.field_values if one.field_id == custom.id]
    wanted = _columns(custom, plain)
    for one, columns in zip(rows, wanted, strict=False):
        for name, value in columns.items():
            setattr(one, name, value)
    for place, columns in list(enumerate(wanted))[len(rows) :]:
        link = {f"{custom.record}_id": row.id, "record_id": row.id}
        row.field_values.append(
            FieldValue(
                field_id=custom.id,
                position=place,
                is_unique=custom.is_unique,
                **link,
                **columns,
            )
        )
    for one in rows[len(wanted) :]:
        row.field_values.remove(one)


def _columns(custom: Custom, plain: Any) -> list[dict[str, Any]]:
    """The columns of each row that holds a value; none for nothing."""
    if plain is None:
        return []
    kind, value = custom.kind, python(custom.kind, plain)
    if kind in {"select", "multi"}:
        places = {one.value: place for place, one in enumerate(custom.options)}
        chosen = plain if kind == "multi" else [plain]
        return [{"choice": one, "number": Decimal(places[one])} for one in chosen]
    if kind == "long":
        return [{"text": value}]
    if kind in {"text", "url"}:
        sort = fold(value)[:SORT_LENGTH]
        return [{"text": value, "sort_text": sort, "match_key": match_key(kind, plain)}]
    if kind == "money":
        return [{"cents": value.cents, "currency": value.currency}]
    column = queries.COLUMNS[kind].key
    return [{column: value, "match_key": match_key(kind, plain)}]


def _flush(row: Any, changed: Sequence[Custom]) -> None:
    """Write now, so that a value which must be unique and is not is refused at its field."""
    alone = [custom for custom in changed if custom.is_unique]
    for custom in alone:
        for one in row.field_values:
            if one.field_id == custom.id and _taken(row, custom, one.match_key):
                raise not_alone(custom)
    try:
        with db.session.begin_nested():
            db.session.flush()
    except IntegrityError:
        if not alone:
            raise
        raise not_alone(alone[0]) from None


def _check_unique(said: Sequence[FieldValue], customs: Iterable[Custom]) -> None:
    """Refuse new values of which one is there, or stands twice among them."""
    for custom in customs:
        mine = [one for one in said if custom.is_unique and one.field_id == custom.id]
        keys = [one.match_key for one in mine if one.match_key is not None]
        if len(set(keys)) < len(keys) or (keys and _is_said(custom, keys)):
            raise not_alone(custom)


def _is_said(custom: Custom, keys: Sequence[str | None]) -> bool:
    there = select(FieldValue.id).where(
        FieldValue.field_id == custom.id,
        FieldValue.match_key.in_(keys),
        FieldValue.is_unique.is_(True),
    )
    with db.session.no_autoflush:
        return db.session.scalar(there.limit(1)) is not None


def not_alone(custom: Custom) -> Refused:
    """The refusal of a value that another record says, where each must differ."""
    names = {"label": custom.label, "record": custom.record}
    words = _("%(label)s: another %(record)s says this already, and each must differ.", **names)
    return Refused(words, field=custom.key)


def _taken(row: Any, custom: Custom, key: str | None) -> bool:
    with db.session.no_autoflush:
        found = db.session.scalar(
            select(FieldValue.id).where(
                FieldValue.field_id == custom.id,
                FieldValue.match_key == key,
                FieldValue.is_unique.is_(True),
                FieldValue.record_id != row.id,
            )
        )
    return found is not None
