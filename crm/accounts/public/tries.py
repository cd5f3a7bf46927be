"""How often one may try: a delay after ten wrong passwords, never a lockout."""

from typing import Any

from flask import request

from crm.core import signing
from crm.web import limits

TRIES = "10 per 15 minutes"
THEN = "1 per minute"
WAIT_SECONDS = 60
MAILS_FROM_ONE_PLACE = "5 per hour"
MAILS_TO_ONE_ADDRESS = "3 per hour"


def may_try(email: str) -> bool:
    """Count a try for this account; False when it has to wait (A2).

    Each account, known to us or not, has ten in a quarter of an hour from anywhere, and each
    network ten wrong ones; after that one a minute.
    """
    account = account_key(email)
    has_room = limits.has_room(TRIES, "sign-in-from")
    if limits.took(TRIES, "sign-in-of", account) and has_room:
        return True
    place = limits.client() if not has_room else account
    return limits.took(THEN, "sign-in-slow", place)


def was_wrong() -> None:
    """Count a wrong password for the network it came from."""
    limits.took(TRIES, "sign-in-from")


def was_right(email: str) -> None:
    """Forget the tries of an account whose person is in."""
    limits.forget(TRIES, "sign-in-of", account_key(email))


def may_mail(purpose: str, email: str) -> bool:
    """Count a request for a mail; raises 429 for the network, says False for the address."""
    limits.count(MAILS_FROM_ONE_PLACE, f"{purpose}-from", always=True)
    return limits.took(MAILS_TO_ONE_ADDRESS, f"{purpose}-to", account_key(email))


def account_key(email: str) -> str:
    """What stands for an account in the counters, so that these hold no addresses."""
    return signing.keyed_hash("account", email.strip().lower())


def browser() -> dict[str, Any]:
    """What a sign-in remembers of where it was made."""
    return {"agent": request.user_agent.string, "address": request.remote_addr or ""}
