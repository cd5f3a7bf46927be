"""The sites that may frame a quiz: parsed and written anew, so nothing slips into a header."""

import re
from urllib.parse import urlsplit

from flask_babel import gettext as _

HOST = re.compile(
    r"(?:\*\.)?(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
    r"(?::[0-9]{1,5})?"
)


def origin(text: str) -> str:
    """`text` as an origin (https://www.example.com); raises ValueError in words."""
    text = text.strip().lower()
    if "://" not in text:
        text = "https://" + text
    parts = urlsplit(text)
    host = parts.netloc
    if parts.scheme not in {"https", "http"} or not HOST.fullmatch(host):
        raise ValueError(
            _("“%(text)s” is no site. Write it as https://www.example.com.", text=text)
        )
    return f"{parts.scheme}://{host}"


def origins(text: str) -> list[str]:
    """The origins in `text`, one a line or by blanks and commas; raises ValueError."""
    return list(dict.fromkeys(origin(one) for one in re.split(r"[\s,]+", text) if one))


def frame_ancestors(allowed: list[str]) -> str:
    """The value of the directive: our own pages and the allowed sites."""
    clean = []
    for one in allowed:
        try:
            clean.append(origin(one))
        except ValueError:
            continue
    return " ".join(["'self'", *clean])
