"""Giving many contacts away, and moving many through their life; both also in a list's cell."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from wtforms import SelectField, StringField
from wtforms.validators import Length, Optional

from crm.accounts.models import User
from crm.accounts.queries import owners_for, user_by_id
from crm.batches.models import Batch
from crm.batches.rules import BatchKind, Skip
from crm.batches.telling import tell_new_owner
from crm.contacts.bulk import load, names
from crm.contacts.models import Contact
from crm.core.refusal import Refused
from crm.fields.setting import Setting, person
from crm.leads import actions
from crm.leads.rules import LIFECYCLES, moves_from, targets


def _to(options: Mapping[str, Any]) -> User:
    found = user_by_id(options["to"])
    if found is None:
        raise Refused(_("Choose somebody."))
    return found


def _may_give(contact: Contact, options: Mapping[str, Any], by: User) -> None:
    if not options["to"]:
        if contact.owner_id is None:
            raise Skip(_("Nobody has it already."))
        actions.check_let_go(contact, by)
        return
    if contact.owner_id == options["to"]:
        raise Skip(_("%(name)s has it already.", name=_to(options).name))
    actions.check_hand_over(contact, _to(options))


def _give(contact: Contact, options: Mapping[str, Any], by: User) -> None:
    _may_give(contact, options, by)
    if not options["to"]:
        actions.let_go(contact, by)
        return
    actions.hand_over(contact, _to(options), by, tells=False)


def _may_move(contact: Contact, options: Mapping[str, Any], by: User) -> None:
    if contact.lifecycle == options["to"]:
        raise Skip(_("It is there already."))
    actions.check_move_of(contact, options["to"], options["reason"])


def _move(contact: Contact, options: Mapping[str, Any], by: User) -> None:
    _may_move(contact, options, by)
    actions.move(contact, options["to"], by=by, reason=options["reason"])


def _people(user: User, picked: str) -> dict[str, Any]:
    choices = [*((one.id, one.name) for one in owners_for(user)), (0, _("Nobody"))]
    return {"to": SelectField(_l("Owner"), choices=choices, coerce=int)}


def _given(form: Any, by: User, picked: str) -> dict[str, Any]:
    number = form["to"].data
    return {"to": number, "name": person(number) if number else _("nobody")}


def _steps(user: User, picked: str) -> dict[str, Any]:
    return {
        "to": SelectField(_l("Lifecycle"), choices=[(to, LIFECYCLES[to]) for to in targets()]),
        "reason": StringField(
            _l("Reason"), [Optional(), Length(max=300)],
            description=_l("Needed to go back or to disqualify."),
        ),
    }  # fmt: skip


def _step(form: Any, by: User, picked: str) -> dict[str, Any]:
    return {"to": form["to"].data, "reason": (form["reason"].data or "").strip()}


def _title(batch: Batch) -> str:
    return ngettext(
        "%(name)s gave you %(num)s contact", "%(name)s gave you %(num)s contacts",
        batch.counts["done"], name=batch.user.name,
    )  # fmt: skip


def _owner(user: User, row: Contact | None) -> Any:
    choices = {one.id: one.name for one in owners_for(user)}
    if row is not None and row.owner_id:
        choices.setdefault(row.owner_id, person(row.owner_id))
    return SelectField(
        _l("Owner"), choices=list(choices.items()), coerce=int, default=row and row.owner_id
    )


def _set_owner(contact: Contact, key: str, value: Any, by: User) -> None:
    if value != contact.owner_id:
        to = user_by_id(value) if value else None
        if to is None:
            raise Refused(_("Choose somebody."), field="value")
        actions.hand_over(contact, to, by)


def _lifecycle(user: User, row: Contact | None) -> Any:
    from_here = dict.fromkeys([row.lifecycle, *moves_from(row.lifecycle)] if row else targets())
    choices = [(name, LIFECYCLES[name]) for name in from_here]
    return SelectField(_l("Lifecycle"), choices=choices, default=row and row.lifecycle)


def _set_lifecycle(contact: Contact, key: str, value: Any, by: User) -> None:
    actions.move(contact, value, by=by)


SETTINGS = [
    Setting("contact", "owner", _l("Owner"), _set_owner, lambda row: row.owner_id, _owner,
            words=person, for_many=False, needs_owner=False),
    Setting("contact", "lifecycle", _l("Lifecycle"), _set_lifecycle, lambda row: row.lifecycle,
            _lifecycle, words=lambda to: LIFECYCLES.get(to, to), for_many=False, needs_owner=False),
]  # fmt: skip
BATCHES = [
    BatchKind(
        "contacts.give", "contact", "edit_records",
        lambda o: _("Give to %(name)s", name=o["name"]), load, _give, names, check=_may_give,
        finish=tell_new_owner(_title, "/contacts?owner=me"),
        label=_l("Give to somebody"), place=20, asks=_people, options=_given,
        text=_l("Their lead tasks and answer clocks go along. The new owner is told once. "
                "Of what goes to nobody, open tasks stay with who has them."),
    ),
    BatchKind(
        "contacts.move", "contact", "edit_records",
        lambda o: _("Lifecycle: %(word)s", word=LIFECYCLES.get(o["to"], o["to"])),
        load, _move, names, check=_may_move,
        label=_l("Set the lifecycle"), place=50, asks=_steps, options=_step,
        text=_l("Each contact moves only where the rules let it; the others are told with why."),
    ),
]  # fmt: skip
