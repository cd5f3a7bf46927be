"""Adding, changing, ordering, archiving and restoring fields; what is stored is never dropped."""

import secrets
from collections.abc import Sequence
from typing import Any

from babel.numbers import is_currency
from flask_babel import gettext as _
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from crm.accounts.models import User
from crm.accounts.queries import workspace
from crm.core import clock
from crm.core.db import db
from crm.core.folding import fold
from crm.core.refusal import Refused
from crm.fields import queries
from crm.fields.models import CustomField, FieldNeed, FieldOption, FieldStamp, FieldValue
from crm.fields.typed import CUSTOM_KINDS, UNIQUE_KINDS, checked

MOST_FIELDS = 100
MOST_OPTIONS = 200
LABEL, HELP = 80, 300
CHOSEN = ("select", "multi")
NO_DEFAULT = ("user", "reference")


def create(
    record: str,
    label: str,
    kind: str,
    *,
    by: User | None,
    help_text: str = "",
    target: str = "",
    currency: str = "",
    options: Sequence[str] = (),
    is_required: bool = False,
    is_unique: bool = False,
    needs: Sequence[int] = (),
    default: Any = None,
) -> CustomField:
    """Give a kind of record a field, at the end of its list.

    `options` are the words of a list, `needs` the stages from which on a deal must have it,
    `default` a plain value (options of a list by their words). Raises Refused for a name that is
    taken, a kind that is none, too many fields or options, and what the kind cannot be.
    """
    if record not in queries.CUSTOM_RECORDS or kind not in CUSTOM_KINDS:
        raise Refused(_("There is no such kind of field."), field="kind")
    if kind == "reference" and target not in queries.CUSTOM_RECORDS:
        raise Refused(_("Choose what the field refers to."), field="target")
    here = select(CustomField).where(CustomField.record == record).subquery()
    last, active = db.session.execute(
        select(func.max(here.c.position), func.count()).where(here.c.archived_at.is_(None))
    ).one()
    if active >= MOST_FIELDS:
        raise Refused(
            _(
                "%(n)s fields are the most. Archive one that nobody needs.",
                n=MOST_FIELDS,
            )
        )
    now = clock.now()
    row = CustomField(
        record=record,
        label="",
        folded="",
        kind=kind,
        target=target if kind == "reference" else "",
        position=(last or 0) + 1,
        created_at=now,
        updated_at=now,
        created_by_id=by.id if by else None,
    )
    row.options, row.needs = [], []
    _name(row, label)
    db.session.add(row)
    if kind in CHOSEN:
        row.options = new_options(options)
    _settle(row, help_text, currency, needs, is_required=is_required, is_unique=is_unique)
    _flush()
    if kind in CHOSEN and default:
        default = _chosen(row, default if isinstance(default, list) else [default])
    row.default = _default(row, default)
    touch()
    return row


def change(
    row: CustomField,
    *,
    by: User,
    label: str,
    help_text: str = "",
    currency: str = "",
    is_required: bool = False,
    is_unique: bool = False,
    needs: Sequence[int] = (),
    default: Any = None,
) -> None:
    """Change all of a field but its kind and whose it is. Raises Refused as `create` does.

    Making it unique is refused while two records say the same.
    """
    _name(row, label)
    if is_unique != row.is_unique and row.kind in UNIQUE_KINDS:
        _make_unique(row, is_unique)
    _settle(row, help_text, currency, needs, is_required=is_required, is_unique=is_unique)
    row.default = _default(row, default)
    row.updated_at = clock.now()
    _flush()
    touch()


def place(row: CustomField, by: User, *, up: bool) -> None:
    """Swap a field with its neighbour; at the end nothing happens."""
    rows = queries.defined(row.record)
    at = next((n for n, one in enumerate(rows) if one.id == row.id), None)
    other = None if at is None else at + (-1 if up else 1)
    if at is None or other is None or not 0 <= other < len(rows):
        return
    rows[at], rows[other] = rows[other], rows[at]
    for number, one in enumerate(rows):
        one.position = number
    touch()


def archive(row: CustomField, by: User) -> None:
    """Take a field out of every form, page, list and search; its values stay where they are."""
    if row.archived_at is None:
        row.archived_at, row.archived_by_id = clock.now(), by.id
        touch()


def restore(row: CustomField, by: User) -> None:
    """Bring an archived field back with all its values, at the end of the list.

    Raises Refused while another field has its name.
    """
    if row.archived_at is None:
        return
    last = db.session.scalar(
        select(func.max(CustomField.position)).where(CustomField.record == row.record)
    )
    _name(row, row.label)  # asks the database: while it is archived its name may be taken
    row.archived_at = row.archived_by_id = None
    row.position = (last or 0) + 1
    _flush()
    touch()


def touch() -> None:
    """Every process reads the fields anew from this transaction on."""
    db.session.flush()
    stamp = secrets.token_hex(8)
    there = db.session.scalars(select(FieldStamp).limit(1)).first()
    if there is None:
        db.session.add(FieldStamp(stamp=stamp))
    else:
        there.stamp = stamp
    db.session.flush()
    queries.forget()


def new_options(words: Sequence[str]) -> list[FieldOption]:
    """Rows for the words of a list; each once, whatever its case."""
    found: dict[str, FieldOption] = {}
    for word in words:
        clean = clean_label(word, "options")
        found.setdefault(
            fold(clean), FieldOption(label=clean, folded=fold(clean), position=len(found))
        )
    if len(found) > MOST_OPTIONS:
        raise Refused(_("%(n)s options are the most.", n=MOST_OPTIONS), field="options")
    return list(found.values())


def clean_label(text: str, field: str = "label") -> str:
    """A name in its one form; refuses none and one that is too long."""
    clean = " ".join(text.replace("\x00", "").split())
    if not clean or not fold(clean):
        raise Refused(_("Give it a name."), field=field)
    if len(clean) > LABEL:
        raise Refused(_("At most %(n)s characters.", n=LABEL), field=field)
    return clean


def _name(row: CustomField, label: str) -> None:
    clean = clean_label(label)
    folded = fold(clean)
    taken = db.session.scalar(
        select(CustomField.id).where(
            CustomField.record == row.record,
            CustomField.folded == folded,
            CustomField.archived_at.is_(None),
            CustomField.id != (row.id or 0),
        )
    )
    built_in = queries.catalogue().fields.get(row.record, {}).values()
    if taken or any(fold(str(one.label)) == folded for one in built_in):
        raise Refused(_("Another field has this name already."), field="label")
    row.label, row.folded = clean, folded


def _settle(
    row: CustomField,
    help_text: str,
    currency: str,
    needs: Sequence[int],
    *,
    is_required: bool,
    is_unique: bool,
) -> None:
    if is_unique and row.kind not in UNIQUE_KINDS:
        raise Refused(_("A field of this kind cannot be unique."), field="is_unique")
    row.help = " ".join(help_text.replace("\x00", "").split())[:HELP]
    row.is_required, row.is_unique = is_required, is_unique
    if row.kind == "money":
        house = workspace()
        row.currency = (currency or (house.currency if house else "EUR")).upper()
        if not is_currency(row.currency):
            raise Refused(_("Three capital letters, such as EUR."), field="currency")
    wanted = set(needs) if row.record == "deal" else set()
    kept = [need for need in row.needs if need.stage_id in wanted]
    missing = wanted - {need.stage_id for need in kept}
    row.needs = [*kept, *(FieldNeed(stage_id=stage_id) for stage_id in sorted(missing))]


def _default(row: CustomField, default: Any) -> Any:
    """The default in its one plain form."""
    if default in (None, "", []):
        return None
    if row.is_unique:
        raise Refused(_("Values that must differ have no default."), field="is_unique")
    if row.kind in NO_DEFAULT:
        raise Refused(_("A field of this kind has no default."), field="default")
    try:
        return checked(queries.custom_from(row), default)
    except ValueError as error:
        raise Refused(str(error), field="default") from None


def _chosen(row: CustomField, words: Sequence[str]) -> Any:
    """The options of these words, as a plain value."""
    known = {one.folded: str(one.id) for one in row.options}
    for word in words:
        if fold(word) not in known:
            text = _("“%(word)s” is none of the options.", word=word[:LABEL])
            raise Refused(text, field="default")
    if row.kind == "select" and len(words) > 1:
        raise Refused(_("One of a list has one default."), field="default")
    found = [known[fold(word)] for word in words]
    return found[0] if row.kind == "select" else found


def _make_unique(row: CustomField, is_unique: bool) -> None:
    model: Any = queries.catalogue().models[row.record]
    living = select(model.id).where(model.deleted_at.is_(None))
    try:
        with db.session.begin_nested():
            db.session.execute(
                update(FieldValue)
                .where(FieldValue.field_id == row.id, FieldValue.record_id.in_(living))
                .values(is_unique=is_unique)
                .execution_options(synchronize_session=False)
            )
    except IntegrityError:
        raise Refused(
            _("Two records say the same already. Change one of them first."), field="is_unique"
        ) from None


def _flush() -> None:
    try:
        with db.session.begin_nested():
            db.session.flush()
    except IntegrityError:
        raise Refused(_("Another field has this name already."), field="label") from None
