"""What of giving leads to people the history keeps, so that undoing it restores the promise."""

from flask_babel import lazy_gettext as _l

from crm.core import clock as time
from crm.history.rules import Tracked
from crm.leads.models import AnswerClock, Assignment, LifecycleChange


def _end(clock: AnswerClock, by) -> None:
    if clock.ended_at is None:
        clock.ended_at, clock.ended_as, clock.next_alert_at = time.now(), "cancelled", None


OF_CONTACT = {"contact": "contact_id"}
HISTORY = [
    Tracked(
        Assignment, _l("Why they have it"), links=OF_CONTACT, is_part=True, hangs_on="owner_id"
    ),
    Tracked(LifecycleChange, _l("Lifecycle"), links=OF_CONTACT, is_part=True, hangs_on="lifecycle"),
    Tracked(
        AnswerClock,
        _l("Promise to answer"),
        links=OF_CONTACT,
        labels={"owner_id": _l("Owner")},
        follows={"ended_as": "ended_at", "next_alert_at": "ended_at"},
        only=frozenset({"contact_id", "owner_id", "ended_at", "ended_as", "next_alert_at"}),
        take_back=_end,
        is_part=True,
        hangs_on="owner_id",
    ),
]
# What the history calls an act, by its endpoint or job.
ACTS = [
    ("intakes.give", _l("Given to somebody")),
    ("leads.jobs.settle", _l("Followed from the timeline")),
    ("leads.jobs.sweep_settle", _l("Followed from the timeline")),
    ("leads.jobs.sweep_clocks", _l("Handed on, the answer time had run out")),
]
