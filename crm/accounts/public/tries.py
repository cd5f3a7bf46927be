"""How often one may try: a delay after ten wrong passwords, never a lockout."""

from typing import Any

from flask import request
from werkzeug.wrappers import Response

from crm.core import signing
from crm.web import limits

TRIES = "10 per 15 minutes"
THEN = "1 per minute"
WAIT_SECONDS = 60
KNOWN, MOST_KNOWN, KNOWN_FOR = "tend_known", 5, 90 * 86400
MAILS_FROM_ONE_PLACE = "5 per hour"
MAILS_TO_ONE_ADDRESS = "3 per hour"


def may_try(email: str) -> bool:
    """Count a try for this account; False when it has to wait (A2).

    Each account, known to us or not, has ten in a quarter of an hour from anywhere, and each
    network ten wrong ones; after that one a minute. A browser in which this account has signed
    in before has ten of its own (OWASP device cookies): nobody is slowed by what others do
    behind the same address, or elsewhere to their account.
    """
    account = account_key(email)
    if is_known_here(email):
        own = f"known {account}"
        return limits.took(TRIES, "sign-in-of", own) or limits.took(THEN, "sign-in-slow", own)
    has_room = limits.has_room(TRIES, "sign-in-from")
    if limits.took(TRIES, "sign-in-of", account) and has_room:
        return True
    place = limits.client() if not has_room else account
    return limits.took(THEN, "sign-in-slow", place)


def was_wrong(email: str) -> None:
    """Count a wrong password for the network it came from, unless this browser has its own."""
    if not is_known_here(email):
        limits.took(TRIES, "sign-in-from")


def was_right(email: str) -> None:
    """Forget the tries of an account whose person is in."""
    for whose in (account_key(email), f"known {account_key(email)}"):
        limits.forget(TRIES, "sign-in-of", whose)


def is_known_here(email: str) -> bool:
    """Whether this account has signed in with this browser before."""
    return account_key(email)[:32] in _known()


def make_known(response: Response, email: str) -> Response:
    """Let the browser say next time that this account has signed in with it."""
    names = [account_key(email)[:32], *_known()]
    response.set_cookie(
        KNOWN, signing.sign("session", list(dict.fromkeys(names))[:MOST_KNOWN]), max_age=KNOWN_FOR,
        httponly=True, samesite="Lax", secure=request.is_secure, path="/login",
    )  # fmt: skip
    return response


def _known() -> list[str]:
    try:
        return list(signing.unsign("session", request.cookies.get(KNOWN, "")))
    except signing.BadToken:
        return []


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
