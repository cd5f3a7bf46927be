"""The picture of a shared tier: its words, and a name that changes with what it shows."""

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any

from crm.quizzes.rules import languages, theme
from crm.quizzes.rules.result import fill
from crm.quizzes.rules.shape import Spec

PICTURE = 1  # raised when the drawing itself changes, so that every card is drawn anew


@dataclass(frozen=True)
class Card:
    """What a card says and in which colours; `low` and `high` are the bounds of its tier.

    Nothing of one person: the same card stands for everybody in the tier.
    """

    brand: str
    quiz: str
    tier: str
    line: str
    invitation: str
    button: str
    low: int
    high: int
    cuts: tuple[int, ...]
    colours: dict[str, str]

    @property
    def look(self) -> str:
        """Twelve letters that change with anything to be seen on the card."""
        text = json.dumps([PICTURE, asdict(self)], sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:12]


def card(spec: Spec, tier_id: str, locale: str, brand: str, colours: dict[str, Any]) -> Card:
    """The card of a tier in a language; KeyError for a tier the spec does not have."""
    said = languages.in_language(spec, locale)
    tiers = sorted(said.get("tiers") or [], key=lambda one: int(one["from"]))
    places = {one["id"]: place for place, one in enumerate(tiers)}
    tier = tiers[places[tier_id]]
    above = tiers[places[tier_id] + 1 :]
    return Card(
        brand=brand,
        quiz=str(said.get("name") or ""),
        tier=str(tier.get("shown_as") or tier.get("name") or ""),
        line=fill(str(tier.get("share") or ""), company=brand),
        invitation=str((said.get("intro") or {}).get("title") or ""),
        button=str((said.get("intro") or {}).get("button") or ""),
        low=int(tier["from"]),
        high=int(above[0]["from"]) if above else 100,
        cuts=tuple(int(one["from"]) for one in tiers if int(one["from"]) > 0),
        colours=theme.colours(colours),
    )
