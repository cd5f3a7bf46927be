"""Hashing passwords: slow on purpose, so at most a few at once and never inside a transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask_babel import gettext as _

from crm.accounts.models import User
from crm.accounts.rules import clean_password
from crm.core.refusal import Refused

# 19 MiB, two passes, one lane: OWASP password storage cheat sheet, first choice of argon2id.
HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
AT_ONCE = 4  # a flood of sign-ins takes 4 x 19 MiB of a process and no more
WAIT_SECONDS = 10
_slots = BoundedSemaphore(AT_ONCE)
# What is compared with when nobody has the address: the same work, never a match.
NOBODY = (
    "$argon2id$v=19$m=19456,t=2,p=1$"
    "WcGPUYjKbLEUlhw9xYY56g$S/sZS0XKSszHBYmlpZ0IVnlqMwgBAHmqsnB5HbyUvSQ"
)


def hash_password(password: str) -> str:
    """The argon2id hash to store. Raises Refused when too many wait for their turn."""
    with _slot():
        return HASHER.hash(clean_password(password))


def is_right(user: User | None, password: str) -> bool:
    """Whether this is the person's password; takes as long when there is no such person.

    Raises Refused when too many wait for their turn.
    """
    known = user is not None and user.is_active and user.password_hash is not None
    stored = user.password_hash if user is not None and known else NOBODY
    with _slot():
        return _matches(stored or NOBODY, password) and known


def renewed(user: User, password: str) -> str | None:
    """A new hash of a right password when ours became stronger since, else None."""
    if user.password_hash and HASHER.check_needs_rehash(user.password_hash):
        return hash_password(password)
    return None


def _matches(stored: str, password: str) -> bool:
    try:
        return HASHER.verify(stored, clean_password(password))
    except (VerificationError, InvalidHashError):
        return False


@contextmanager
def _slot() -> Iterator[None]:
    if not _slots.acquire(timeout=WAIT_SECONDS):
        raise Refused(_("Many people sign in just now. Try again in a few seconds."))
    try:
        yield
    finally:
        _slots.release()
