"""Addresses: those that leave the house are absolute and have no power but to open a page."""

from functools import lru_cache
from urllib.parse import urlencode

from flask import current_app

from crm.core import signing

RECORDS = ("contact", "company", "deal", "task", "outbox")


def absolute(path: str) -> str:
    """`path` (beginning with /) on BASE_URL."""
    return str(current_app.extensions["tend.config"]["BASE_URL"]).rstrip("/") + path


def go(kind: str, id: int) -> str:
    """The absolute /go/ link to a record of `kind` (one of RECORDS); it needs a sign-in."""
    if kind not in RECORDS:
        raise ValueError(f"no link leads to a {kind!r}")
    return absolute("/go/" + signing.sign("go", [kind, id]))


@lru_cache(maxsize=2048)
def query_string(pairs: tuple[tuple[str, str], ...]) -> str:
    """A query string; a list writes a dozen, and nearly the same ones on each of its pages."""
    return urlencode(pairs, safe=":|,()~")
