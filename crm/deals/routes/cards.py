"""The cards of the board in the words of the reader, worked out before the page is drawn.

A board holds a hundred cards: what is equal on many of them is written once, and the template
only prints.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from flask_babel import gettext as _
from flask_babel import ngettext

from crm.deals.models import Stage
from crm.deals.queries import Card, Step
from crm.deals.rules import days_in, is_stalled
from crm.web import formats


class Face(NamedTuple):
    """What stands on a card, in the order in which the template takes it apart."""

    id: int
    name: str
    who: str
    value: str
    stalled: str
    step: str
    is_late: bool
    owner_id: int | None
    owner: str | None
    has_left: bool
    days: str
    moving: str


def faces(
    stages: Sequence[Stage],
    cards: Mapping[int, Sequence[Card]],
    steps: Mapping[int, Step],
    now: datetime,
) -> dict[int, list[Face]]:
    """The cards of each stage as they are shown, by stage id."""
    said: dict[Any, str] = {"move": _("Move %(name)s")}
    return {
        stage.id: [_face(card, stage, steps.get(card.id), now, said) for card in cards[stage.id]]
        for stage in stages
        if stage.id in cards
    }


def when(step: Step) -> str:
    """By when a next step is due."""
    return formats.day_time(step.due_at) if step.due_at else formats.day(step.due_on)


def _face(card: Card, stage: Stage, step: Step | None, now: datetime, said: dict[Any, str]) -> Face:
    days = days_in(card.stage_since, now)
    stalled = is_stalled(card.stage_since, stage.expected_days, now)
    return Face(
        card.id,
        card.name,
        ", ".join(name for name in (card.contact, card.company) if name),
        "" if card.amount_cents is None else formats.money(card.amount_cents, card.currency),
        _once(said, (stage.id, days), partial(_stalled, stage, days)) if stalled else "",
        f"{step.title}, {when(step)}" if step else "",
        step is not None and step.due_by <= now,
        card.owner_id,
        card.owner,
        card.owner_left_at is not None,
        _once(said, days, partial(ngettext, "%(num)s day", "%(num)s days", days)),
        said["move"] % {"name": card.name},
    )


def _once(said: dict[Any, str], key: Any, write: Any) -> str:
    if key not in said:
        said[key] = write()
    return said[key]


def _stalled(stage: Stage, days: int) -> str:
    return _(
        "%(days)s days in %(stage)s, usually %(usual)s.",
        days=days,
        stage=stage.name,
        usual=stage.expected_days,
    )
