"""What of sequences and of who is in them the history keeps."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from crm.accounts.models import User
from crm.core.refusal import Refused
from crm.history.rules import Tracked
from crm.sequences import actions
from crm.sequences.models import Enrolment, Sequence
from crm.sequences.words import STAYS


def _stop(enrolment: Enrolment, by) -> None:
    """Mails that left stay sent; no other leaves."""
    actions.stop(enrolment, reason="manual", by=by)


def _check(_enrolment: Enrolment, names: Iterable[str], _by: User) -> None:
    """Raises Refused where the reason alone would change: it goes with the state."""
    if "stop_reason" in names and "state" not in names:
        raise Refused(_("The reason goes with the state: restore that."))


def _switches(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterable[str]:
    """A pause and its end are taken back; what is published or put away stays."""
    is_pause = {old.get("state"), new.get("state")} == {"live", "paused"}
    return ("state",) if is_pause and "live_version_id" not in new else ()


HISTORY = [
    # Mails leave again only where nothing came since that forbids it; what left stays sent.
    Tracked(
        Enrolment,
        _l("Sequence"),
        links={"contact": "contact_id"},
        labels={
            "sequence_id": _l("Sequence"),
            "state": _l("State"),
            "sender_id": _l("Signed by"),
            "stop_reason": _l("Reason"),
        },
        only=frozenset(
            {"contact_id", "sequence_id", "state", "sender_id", "stop_reason", "stopped_at"}
        ),
        take_back=_stop,
        is_part=True,
        automatic=frozenset({"state", "stop_reason", "sender_id"}),
        follows={"stop_reason": "state", "stopped_at": "state"},
        restores=frozenset({"sender_id", "state", "stop_reason", "stopped_at"}),
        hangs_on=("lifecycle", "deleted_at"),
        holds=actions.why_they_stay,
        whys=STAYS,
        given_back=actions.go_back,
        may_set=_check,
    ),
    Tracked(
        Sequence,
        _l("Sequence"),
        labels={
            "name": _l("Name"),
            "state": _l("State"),
            "draft": _l("Draft"),
            "live_version_id": _l("Published version"),
            "sender_id": _l("Signed by"),
            "reenrol_after_days": _l("Again after days"),
        },
        right="manage_sequences",
        restores=frozenset({"sender_id"}),
        switches=_switches,
        drafts=frozenset({"draft"}),
    ),
]
# What the history calls an act, by its endpoint.
ACTS = [
    ("sequences.create", _l("Sequence added")),
    ("sequences.pause", _l("Sequence paused for all")),
    ("sequences.resume", _l("Sequence resumed for all")),
    ("sequences.archive", _l("Sequence put away")),
    ("sequence_editing.save", _l("Sequence edited")),
    ("sequence_editing.publish", _l("Sequence published")),
    ("sequence_editing.add", _l("Sequence edited")),
    ("sequence_editing.save_step", _l("Sequence edited")),
    ("sequence_editing.move_step", _l("Sequence edited")),
    ("sequence_editing.delete_step", _l("Sequence edited")),
    ("enrolments.create", _l("Sequence started")),
    ("enrolments.stop", _l("Sequence stopped")),
    ("enrolments.pause", _l("Sequence paused")),
    ("enrolments.resume", _l("Sequence resumed")),
]
