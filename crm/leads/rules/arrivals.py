"""What one arrival from any source brings along."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class ConsentGiven:
    """What was ticked or left unticked, with the text that stood beside it.

    `state`: pending while a click in a mail has to confirm it, else "". `details`: why it counts
    for less than was ticked.
    """

    purpose: str
    is_granted: bool
    text: str = ""
    version: int = 1
    locale: str = "en"
    page_url: str = ""
    address_hash: str = ""
    state: str = ""
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Arrival:
    """One arrival: who came, from where, and what conditions may ask about it.

    `idem_key` is unique for all time: the same key is the same arrival. `inputs` holds pct,
    tier, tier_name, level (hot, warm, cool), quiz (slug), quiz_name, categories {id: pct},
    category_names {id: name}, answers {question_id: [option_id]}, top_answers [text] and links
    {"result": url, "quiz": url}. `is_doubtful`: kept apart until a person lets it in.
    `is_partial`: a quiz left half-way; only rules that ask for incomplete contacts take it.
    `first_facts` and `first_tags` are written on the contact where the arrival makes a new one;
    `entry` holds title, body and details of the timeline's line, where the source has its own.
    """

    source: str
    idem_key: str
    email: str = ""
    name: str = ""
    company: str = ""
    phone: str = ""
    consents: tuple[ConsentGiven, ...] = ()
    tags: tuple[str, ...] = ()
    inputs: dict[str, Any] = field(default_factory=dict)
    title: str = ""
    locale: str = "en"
    touch_id: int | None = None
    attempt_id: int | None = None
    team_id: int | None = None
    payload: dict[str, Any] = field(default_factory=dict)
    is_doubtful: bool = False
    is_partial: bool = False
    first_facts: dict[str, Any] = field(default_factory=dict)
    first_tags: tuple[str, ...] = ()
    entry: dict[str, Any] = field(default_factory=dict)

    @property
    def is_unconfirmed(self) -> bool:
        """Whether the consent to mails that it brings has to be confirmed by mail first."""
        return any(one.purpose == "marketing" and one.state == "pending" for one in self.consents)
