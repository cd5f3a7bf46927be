"""Places in a long list: the sort values of its last row, packed for the query string."""

import base64
import binascii
import json

MOST = 2**63 - 1
LONGEST = 4000  # two names of any letters


def pack(*values: str | int) -> str:
    """The place after a row whose sort values are `values`, safe in a URL."""
    text = json.dumps(values, separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def unpack(place: str | None, *kinds: type) -> tuple | None:
    """The sort values of `place` if they are of `kinds`, None for anything else (first page).

    Numbers that no column can hold (signed, 64 bits) are anything else.
    """
    if not place or len(place) > LONGEST:
        return None
    try:
        values = json.loads(base64.urlsafe_b64decode(place + "=" * (-len(place) % 4)))
    except (ValueError, binascii.Error):
        return None
    if not isinstance(values, list) or [type(value) for value in values] != list(kinds):
        return None
    if any(isinstance(one, int) and not -MOST - 1 <= one <= MOST for one in values):
        return None
    return tuple(values)
