"""Domains: which part of a host names an organisation, and which belong to everybody."""

import unicodedata
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from publicsuffixlist import PublicSuffixList

from crm.core.folding import fold

__all__ = [
    "PUBLIC_DOMAINS",
    "fold",
    "is_public_domain",
    "name_of_domain",
    "registrable_domain",
]
PUBLIC_DOMAINS = Path(__file__).with_name("public_domains.txt")
# What a company may hold, typed or from a file: characters of each text, domains.
LONGEST = {"name": 200, "phone": 60, "website": 300, "street": 200, "postcode": 20, "city": 120,
           "country": 60}  # fmt: skip
MOST_DOMAINS = 50
SIZES = ("1–10", "11–50", "51–500", "500+")


@lru_cache(maxsize=1024)
def registrable_domain(host: str) -> str | None:
    """The part of a host or address that somebody registered, in ASCII; None if there is none.

    Follows the Public Suffix List as shipped with the library: www.a.co.uk gives a.co.uk.
    """
    text = unicodedata.normalize("NFKC", host).strip().lower()
    if "//" in text:
        text = _host_of(text)
    text = text.partition("/")[0].rpartition("@")[2].partition(":")[0].strip(".")
    try:
        ascii_host = text.encode("idna").decode("ascii")
    except UnicodeError:
        return None
    labels = ascii_host.split(".")
    if len(labels) < 2 or not all(_is_label(label) for label in labels) or labels[-1].isdigit():
        return None
    return _suffixes().privatesuffix(ascii_host)


def is_public_domain(domain: str) -> bool:
    """Whether mail boxes at `domain` belong to unrelated people: free mail, throw-away mail."""
    known = _public_domains()
    return domain in known or (registrable_domain(domain) or domain) in known


def name_of_domain(domain: str) -> str:
    """A company name as good as a domain gives: nordhafen.example becomes Nordhafen."""
    label = domain.partition(".")[0]
    try:
        label = label.encode("ascii").decode("idna")
    except UnicodeError:
        pass  # not punycode after all: the label itself is the name
    return label.replace("-", " ").title()


def _host_of(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _is_label(label: str) -> bool:
    return (
        0 < len(label) < 64
        and all(c.isalnum() or c == "-" for c in label)
        and not label.startswith("-")
        and not label.endswith("-")
    )


@lru_cache(maxsize=1)
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


@lru_cache(maxsize=1)
def _public_domains() -> frozenset[str]:
    lines = PUBLIC_DOMAINS.read_text(encoding="ascii").splitlines()
    return frozenset(line.strip() for line in lines if line.strip() and not line.startswith("#"))
