"""Putting many contacts into a sequence, and taking many out of all they are in."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectField

from crm.accounts.models import User
from crm.batches.rules import BatchKind, Skip
from crm.contacts.bulk import load, names
from crm.contacts.models import Contact
from crm.core.refusal import Refused
from crm.sequences import actions, queries


def _enrol(contact: Contact, options: Mapping[str, Any], by: User) -> None:
    sequence = queries.sequence_for(by, options["sequence"])
    if sequence is None:
        raise Refused(_("The sequence is not there any more."))
    if any(one.sequence_id == sequence.id for one in queries.active_enrolments(contact.id)):
        raise Skip(_("It is in this sequence already."))
    actions.enrol(contact, sequence, source="hand", by=by)


def _may_stop(contact: Contact, options: Mapping[str, Any], by: User) -> None:
    if not queries.active_enrolments(contact.id):
        raise Skip(_("It is in no sequence."))


def _stop(contact: Contact, options: Mapping[str, Any], by: User) -> None:
    _may_stop(contact, options, by)
    actions.stop_for_contact(contact.id, reason="manual", cause=f"user:{by.id}")


def _sequences(user: User, picked: str) -> dict[str, Any]:
    seen = {one.id for one in queries.sequences_for(user)}
    choices = [(one.id, one.name) for one in queries.live_sequences() if one.id in seen]
    if not choices:
        raise Refused(_("No sequence is live. Make one live first."))
    return {"sequence": SelectField(_l("Sequence"), choices=choices, coerce=int)}


def _chosen(form: Any, by: User, picked: str) -> dict[str, Any]:
    number = form["sequence"].data
    return {"sequence": number, "name": dict(form["sequence"].choices)[number]}


BATCHES = [
    BatchKind(
        "contacts.enrol", "contact", "edit_records",
        lambda o: _("Put into the sequence “%(name)s”", name=o["name"]), load, _enrol, names,
        label=_l("Put into a sequence"), place=60, asks=_sequences, options=_chosen,
        text=_l("Who gave no consent, or may not be written to, is left out and told so."),
    ),
    BatchKind(
        "contacts.stop", "contact", "edit_records",
        lambda o: _("Stop their sequences"), load, _stop, names, check=_may_stop,
        label=_l("Stop their sequences"), place=70,
        text=_l("No later mail of any sequence leaves for them."),
    ),
]  # fmt: skip
