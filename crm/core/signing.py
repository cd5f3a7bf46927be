"""Signed links and sealed secrets, each bound to one purpose and a rotating key."""

import base64
import hashlib
import hmac
import importlib
from functools import lru_cache
from typing import Any

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer, URLSafeTimedSerializer

from crm.core.signers import Hmac, KeptSerializer, KeptTimedSerializer

PURPOSES = frozenset(
    {
        "attempt",
        "confirm",
        "data",
        "form",
        "go",
        "known",
        "login",
        "mail",
        "reply",
        "result",
        "resume",
        "session",
        "task",
        "touch",
    }
)


class BadToken(Exception):
    """The token is forged, cut, of another purpose, or too old (`is_old`)."""

    def __init__(self, is_old: bool = False) -> None:
        super().__init__("bad token")
        self.is_old = is_old


def sign(purpose: str, payload: object, timed: bool = False) -> str:
    """A URL-safe token for JSON `payload`, valid for `purpose` only."""
    return str(_serializer(purpose, timed).dumps(payload))


def unsign(purpose: str, token: str, max_age: int | None = None):
    """The payload of a token made by `sign`; `max_age` in seconds needs `timed=True` there.

    Raises BadToken. A clock up to 60 s behind is tolerated by the caller adding it to max_age.
    """
    try:
        serializer = _serializer(purpose, max_age is not None)
        if isinstance(serializer, URLSafeTimedSerializer):
            return serializer.loads(token, max_age=max_age)
        return serializer.loads(token)
    except BadData as error:
        raise BadToken(type(error).__name__ == "SignatureExpired") from None


def _serializer(purpose: str, timed: bool) -> URLSafeSerializer | URLSafeTimedSerializer:
    if purpose not in PURPOSES:
        raise ValueError(f"unknown purpose {purpose!r}")
    # itsdangerous signs with the last key and verifies with any: that is the rotation.
    return _made(purpose, timed, tuple(reversed(_keys())))


@lru_cache(maxsize=64)
def _made(
    purpose: str, timed: bool, keys: tuple[str, ...]
) -> URLSafeSerializer | URLSafeTimedSerializer:
    kind = KeptTimedSerializer if timed else KeptSerializer
    salt = f"tend.{purpose}.{'t' if timed else 's'}"
    how = {"digest_method": hashlib.sha256, "algorithm": Hmac("sha256")}
    return kind(keys, salt=salt, signer_kwargs=how)


def keyed_hash(purpose: str, text: str) -> str:
    """Hex HMAC-SHA256 of `text` under the instance key: for look-ups that must not reveal it."""
    return hmac.digest(_keys()[0].encode(), f"{purpose}\0{text}".encode(), "sha256").hex()


def keyed_hashes(purpose: str, text: str) -> list[str]:
    """`keyed_hash` under every key still known, the present one first: to find older rows."""
    named = f"{purpose}\0{text}".encode()
    return [hmac.digest(key.encode(), named, "sha256").hex() for key in _keys()]


def seal(text: str) -> str:
    """Encrypt a secret for the database (Fernet: AES-128-CBC with HMAC-SHA256)."""
    return _fernet().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """The text of `seal`; raises BadToken when the key is gone."""
    try:
        return _fernet().decrypt(sealed.encode()).decode()
    except _library().InvalidToken:
        raise BadToken from None


def _fernet() -> Any:
    def key(secret: str) -> Any:
        digest = hashlib.sha256(b"tend.seal\0" + secret.encode()).digest()
        return _library().Fernet(base64.urlsafe_b64encode(digest))

    return _library().MultiFernet([key(secret) for secret in _keys()])


def _library() -> Any:
    """Costs every start 12 ms, and only who speaks to the mail server needs it."""
    return importlib.import_module("cryptography.fernet")


def _keys() -> list[str]:
    config = current_app.extensions["tend.config"]
    return [str(config["SECRET_KEY"]), *map(str, config["SECRET_KEY_FALLBACKS"])]


def token_hash(token: str) -> str:
    """SHA-256 of a random token; only this is stored (ASVS 5.0 V7)."""
    return hashlib.sha256(token.encode()).hexdigest()
