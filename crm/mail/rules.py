"""What a kind of mail is, how long it is worth sending, and when to try again."""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

# Lanes leave side by side; a full bulk lane never holds up a password link.
LANES = ("security", "urgent", "bulk")
EXPIRY = {
    "security": timedelta(hours=1),
    "urgent": timedelta(hours=12),
    "bulk": timedelta(days=3),
}
LEASE = timedelta(seconds=60)
# RFC 5321 4.5.3.2.6: ten minutes for the answer to the final dot, and a minute of our own.
HANDOFF_LEASE = timedelta(seconds=660)
BACKOFF_MINUTES = (1, 5, 15, 60, 240)
JITTER = 0.2
MOST_TRIES = 40
MOST_FAULTS = 5
RESEND_AFTER = {"security": timedelta(0), "urgent": timedelta(minutes=15)}
# Mail caused by somebody who is not signed in (spec/quizzes 3.9).
ANONYMOUS_GAP = timedelta(minutes=10)
ANONYMOUS_A_DAY = 5
DOUBTFUL_A_DAY = 1
HARD = re.compile(r"\b5\.1\.(?:1|2|3|6|10)\b|user unknown|no such (?:user|recipient|mailbox)", re.I)
HARD_CODES = {550, 551, 553}
HAS_STATUS = re.compile(r"\b[45]\.\d{1,3}\.\d{1,3}\b")


@dataclass(frozen=True)
class Letter:
    """What a mail says: `template` "mail/notice" stands for mail/notice.html and .txt.

    `locale`: the language of a prospect, where it is not the house's; `words`: what is said in
    it for our own words, where the product does not speak it.
    """

    subject: str
    template: str
    context: dict[str, Any] = field(default_factory=dict)
    from_name: str | None = None
    from_address: str | None = None
    reply_to: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    locale: str = ""
    words: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Later:
    """A guard's answer: not now, but from `until` on."""

    until: datetime
    reason: str


@dataclass(frozen=True)
class MailKind:
    """A kind of mail and what is asked about it.

    `compose(outbox)` answers the Letter, or None when there is nothing left to say.
    `guard(outbox)` is asked inside the handoff transaction: a reason to cancel, a Later, or
    None. `settled(outbox)` is told in the same transaction that the state is now final or
    uncertain. `expires` is how long after its due time the mail is still worth sending.
    `entry` names the timeline entry a sent mail leaves at its contact.
    """

    kind: str
    lane: str
    compose: Callable[[Any], Letter | None]
    guard: Callable[[Any], "str | Later | None"] | None = None
    expires: timedelta | None = None
    settled: Callable[[Any], None] | None = None
    entry: str | None = None
    is_marketing: bool = False


def give_up_at(kind: MailKind, not_before: datetime) -> datetime:
    """When a mail due at `not_before` is no longer worth sending."""
    return not_before + (kind.expires or EXPIRY[kind.lane])


def try_again_at(now: datetime, tries: int, luck: float | None = None) -> datetime:
    """When to try after the `tries`-th failure: 1, 5, 15, 60, then 240 min, each ±20 %.

    `luck` between 0 and 1 stands for the random part in tests.
    """
    minutes = BACKOFF_MINUTES[min(max(tries, 1), len(BACKOFF_MINUTES)) - 1]
    share = random.random() if luck is None else luck  # noqa: S311 - spreads load, hides nothing
    return now + timedelta(minutes=minutes * (1 - JITTER + 2 * JITTER * share))


def is_hard_bounce(code: int, text: str) -> bool:
    """Whether a 5xx reply says that this mailbox or host does not exist (RFC 3463 X.1.z).

    A bare 550, 551 or 553 without a status of its own counts; "mailbox full" does not.
    """
    if HARD.search(text):
        return True
    return code in HARD_CODES and not HAS_STATUS.search(text) and "full" not in text.lower()


def mask(address: str) -> str:
    """An address as shown to whoever holds a link: b…n@velovoss.example."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}…{local[-1:] if len(local) > 1 else ''}@{domain}"
