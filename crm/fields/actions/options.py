"""The choices of a list: added, renamed, ordered and disabled, never deleted."""

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select, update

from crm.accounts.models import User
from crm.core import clock
from crm.core.db import db
from crm.core.folding import fold
from crm.core.refusal import Refused
from crm.fields import queries
from crm.fields.actions.definitions import CHOSEN, MOST_OPTIONS, clean_label, touch
from crm.fields.models import CustomField, FieldOption, FieldValue


def add_option(row: CustomField, label: str, by: User | None) -> FieldOption:
    """Add a choice at the end of a list. Raises Refused for a word that is there already."""
    if row.kind not in CHOSEN:
        raise Refused(_("Only lists have options."))
    if len(row.options) >= MOST_OPTIONS:
        raise Refused(_("%(n)s options are the most.", n=MOST_OPTIONS), field="label")
    option = FieldOption(label="", folded="", position=len(row.options))
    _name(row, option, label)
    row.options.append(option)
    touch()
    return option


def rename_option(row: CustomField, option: FieldOption, label: str, by: User) -> None:
    """Give a choice another word; whoever has it shows the new one."""
    _name(row, option, label)
    touch()


def allow_option(row: CustomField, option: FieldOption, by: User, *, is_allowed: bool) -> None:
    """Let a choice be chosen, or no longer; records that have it keep it."""
    option.disabled_at = None if is_allowed else clock.now()
    touch()


def no_longer_offer(option: FieldOption, by: User) -> None:
    """Take back that a choice was added: it is offered no longer, and stays with what is gone.

    Raises Refused while a record that is there has it.
    """
    row = db.session.get_one(CustomField, option.field_id)
    model: Any = queries.catalogue().models[row.record]
    said = select(FieldValue.id).join(model, model.id == FieldValue.record_id)
    said = said.where(FieldValue.field_id == row.id, FieldValue.choice == str(option.id))
    if db.session.scalar(said.where(model.deleted_at.is_(None)).limit(1)) is not None:
        raise Refused(_("Somebody has “%(label)s”.", label=option.label))
    allow_option(row, option, by, is_allowed=False)


def place_option(row: CustomField, option: FieldOption, by: User, *, up: bool) -> None:
    """Swap a choice with its neighbour; at the end nothing happens.

    Lists are sorted by the place, which stands with each value: those of the two follow.
    """
    options = list(row.options)
    at = options.index(option)
    other = at + (-1 if up else 1)
    if not 0 <= other < len(options):
        return
    options[at], options[other] = options[other], options[at]
    for place, one in enumerate(options):
        if one.position != place or place in {at, other}:
            one.position = place
            place_values(one)
    touch()
    db.session.expire(row, ["options"])


def place_values(option: FieldOption) -> None:
    """Let the values of a choice stand in its place, by which lists are sorted."""
    db.session.execute(
        update(FieldValue)
        .where(FieldValue.field_id == option.field_id, FieldValue.choice == str(option.id))
        .values(number=option.position)
        .execution_options(synchronize_session=False)
    )


def _name(row: CustomField, option: FieldOption, label: str) -> None:
    clean = clean_label(label)
    if any(one.folded == fold(clean) and one is not option for one in row.options):
        raise Refused(_("This option is there already."), field="label")
    option.label, option.folded = clean, fold(clean)
