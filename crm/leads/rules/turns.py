"""Whose turn it is in a pool: round robin that skips whoever cannot take a lead."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from flask_babel import gettext as _


@dataclass(frozen=True)
class Candidate:
    """A member of a pool; `skip` says why they cannot take a lead now, empty if they can.

    On leave their turn is taken by `stand_in_id`, for the reason `stand_in`.
    """

    user_id: int
    name: str
    position: int
    skip: str = ""
    stand_in_id: int | None = None
    stand_in: str = ""

    @property
    def takes_id(self) -> int:
        return self.stand_in_id or self.user_id


@dataclass(frozen=True)
class Turn:
    """The outcome: who takes it, who was passed over, who is next, where the pool stands."""

    chosen: Candidate | None
    passed: tuple[Candidate, ...] = ()
    next_up: Candidate | None = None
    next_position: int = 0
    seen: tuple[Candidate, ...] = field(default=())


def take_turn(candidates: Sequence[Candidate], next_position: int) -> Turn:
    """Give the turn to the first at or after `next_position` who can take it.

    Members skipped get no second turn for it. When nobody can, the pool stays where it is.
    """
    order = sorted(candidates, key=lambda c: c.position)
    start = next((i for i, c in enumerate(order) if c.position >= next_position), 0)
    turning = order[start:] + order[:start]
    for place, candidate in enumerate(turning):
        if candidate.skip:
            continue
        after = turning[place + 1 :] + turning[: place + 1]
        return Turn(
            chosen=candidate,
            passed=tuple(turning[:place]),
            next_up=next((c for c in after if not c.skip), None),
            next_position=after[0].position,
            seen=tuple(order),
        )
    return Turn(None, tuple(turning), None, next_position, tuple(order))


def turn_reason(turn: Turn) -> str:
    """Why the chosen one got it, in words: the turn, who was skipped and why, who is next."""
    if turn.chosen is None:
        skipped = ", ".join(f"{c.name}: {c.skip}" for c in turn.passed)
        if not skipped:
            return _("The pool has no members.")
        return _("Nobody can take it (%(skipped)s).", skipped=skipped)
    first = turn.chosen.name.split()[0]
    place = turn.seen.index(turn.chosen) + 1
    was_next = _("%(name)s was next in turn (place %(place)s of %(count)s).",
                 name=first, place=place, count=len(turn.seen))  # fmt: skip
    words = [was_next]
    if turn.chosen.stand_in:
        words.append(_("%(name)s is %(away)s.", name=first, away=turn.chosen.stand_in))
    for one in turn.passed:
        name = one.name.split()[0]
        words.append(_("%(name)s was skipped: %(why)s.", name=name, why=one.skip))
    return " ".join([*words, _next_words(turn, turn.chosen)])


def pool_reason(pool: str, turn: Turn) -> str:
    """The same, with the name of the pool before it."""
    return _("%(pool)s in turn. %(turn)s", pool=pool, turn=turn_reason(turn))


def stand_in_reason(away: str, delegate: str) -> str:
    """Why somebody takes what a rule gives to another."""
    return _("%(away)s is on leave, %(name)s stands in.", away=away, name=delegate)


def _next_words(turn: Turn, chosen: Candidate) -> str:
    if turn.next_up is None or turn.next_up.user_id == chosen.user_id:
        return _("Nobody else can take the next one.")
    return _("%(name)s is next.", name=turn.next_up.name.split()[0])
