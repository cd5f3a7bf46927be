"""Inputs of custom fields for the forms of any feature: one for each kind, plain HTML."""

from collections.abc import Iterable, Sequence
from typing import Any

from flask_babel import get_locale
from flask_babel import gettext as _

from crm.accounts.models import User
from crm.accounts.queries import active_users, workspace
from crm.fields import queries
from crm.fields.entering import input_of
from crm.fields.queries import Shown
from crm.fields.reading import Manner
from crm.fields.typed import Custom

# Fields whose inputs depend on who fills them in.
ASKS_PEOPLE = frozenset({"user", "reference"})
MOST_FORMS = 128
_forms: dict[tuple[Any, ...], tuple[tuple[Custom, ...], type]] = {}


class Customised:
    """What a form with custom inputs also knows."""

    customs: tuple[str, ...] = ()

    @property
    def custom_inputs(self) -> list[Any]:
        """The custom inputs in their order."""
        return [self[key] for key in self.customs]  # type: ignore[index]

    @property
    def custom_values(self) -> dict[str, Any]:
        """What was typed, by key, as plain values; inputs that were not sent are left out."""
        found = {key: self[key] for key in self.customs}  # type: ignore[index]
        return {key: field.plain for key, field in found.items() if field.is_sent}


def form_with(
    form: type,
    record: str,
    user: User,
    *,
    row: Any = None,
    wanted: Sequence[Custom] | None = None,
    needed: Iterable[str] = (),
    is_default: bool = False,
) -> type:
    """The form with inputs for the custom fields of a record, filled from `row`.

    Without `row` they are filled with the defaults. `wanted` leaves all others out; those in
    `needed` must be filled as well as the required ones.
    """
    customs = queries.customs(record) if wanted is None else wanted
    if row is not None:  # what is not shown is not changed either
        seen = {one.key for one in queries.shown_customs(user, record)}
        customs = [one for one in customs if one.key in seen]
    if row is None and wanted is None and ASKS_PEOPLE.isdisjoint(one.kind for one in customs):
        return _blank_form(form, tuple(customs), manner_of(user, customs), frozenset(needed))
    if not customs:
        return type(form.__name__, (Customised, form), {"customs": ()})
    now = {one.custom.key: one for one in queries.shown_of(user, row)} if row is not None else {}
    manner = manner_of(user, customs)
    people = active_users() if any(one.kind == "user" for one in customs) else []
    inputs = {
        custom.key: input_of(
            custom,
            now.get(custom.key, Shown(custom, None if row is not None else custom.default)),
            manner=manner,
            user=user,
            people=people,
            is_needed=not is_default and (custom.is_required or custom.key in needed),
            is_new=row is None,
            label=_("Default") if is_default else custom.label,
        )
        for custom in customs
    }
    return type(form.__name__, (Customised, form), {**inputs, "customs": tuple(inputs)})


def _blank_form(
    form: type, customs: tuple[Custom, ...], manner: Manner, needed: frozenset[str]
) -> type:
    """The form for a new record, the same class as long as the fields are the same ones.

    Making a class costs more than filling it in. Fields that are asked of people, whose inputs
    name others, are not among `customs`.
    """
    key = (form, id(customs), manner, needed, str(get_locale()))
    kept = _forms.get(key)
    if kept is None or kept[0] is not customs:
        inputs = {
            custom.key: input_of(
                custom,
                Shown(custom, custom.default),
                manner=manner,
                user=None,
                people=(),
                is_needed=custom.is_required or custom.key in needed,
                is_new=True,
                label=custom.label,
            )
            for custom in customs
        }
        made = type(form.__name__, (Customised, form), {**inputs, "customs": tuple(inputs)})
        for oldest in list(_forms)[: max(0, len(_forms) - MOST_FORMS + 1)]:
            _forms.pop(oldest, None)
        kept = _forms[key] = (customs, made)
    return kept[1]


def manner_of(user: User, customs: Iterable[Custom] | None = None) -> Manner:
    """How a person of the team writes what `customs` hold: numbers, days and sums."""
    if customs is not None and not any(custom.kind == "money" for custom in customs):
        return Manner(user.locale, user.zone)
    house = workspace()
    return Manner(user.locale, user.zone, house.currency if house else "EUR")
