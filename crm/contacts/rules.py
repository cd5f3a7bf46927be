"""How names, addresses and numbers are compared: canonical forms without a database."""

import importlib
import re
import unicodedata
from functools import lru_cache
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from crm.companies.rules import fold
from crm.core.phones import digits, parse_phone

__all__ = [
    "LIFECYCLES",
    "PROVIDERS",
    "canonical_email",
    "digits",
    "domain_of",
    "fold",
    "mailbox_key",
    "mailboxes",
    "parse_phone",
    "split_name",
    "tag_fitted",
    "tag_name",
    "tags_typed",
]

LIFECYCLES = (
    "incomplete",
    "captured",
    "assigned",
    "attempted",
    "contacted",
    "qualified",
    "opportunity",
    "customer",
    "nurture",
    "recycled",
    "disqualified",
    "spam",
)
GMAIL = {"gmail.com", "googlemail.com"}
# Providers where name+word@ reaches name@.
PROVIDERS = frozenset(
    """
    outlook.com outlook.de hotmail.com hotmail.de hotmail.co.uk live.com live.de
    msn.com icloud.com me.com mac.com fastmail.com fastmail.fm fastmail.de proton.me
    protonmail.com protonmail.ch pm.me tutanota.com tuta.io tuta.com posteo.de
    posteo.net mailbox.org zoho.com zohomail.com zohomail.eu yandex.com yandex.ru
    runbox.com
    """.split()
)
PARTICLES = frozenset(
    "van von vom zu zur de del della der den di da dos du la le ter ten af av bin ibn al el".split()
)
# The colours of tags by their number, in words.
COLOURS = [
    (0, _l("Red")), (1, _l("Orange")), (2, _l("Amber")), (3, _l("Yellow")),
    (4, _l("Lime")), (5, _l("Green")), (6, _l("Teal")), (7, _l("Cyan")),
    (8, _l("Blue")), (9, _l("Indigo")), (10, _l("Violet")), (11, _l("Pink")),
]  # fmt: skip
LONGEST_TAG = 60
# What a contact may hold, typed or from a file: characters of each text, addresses, numbers.
LONGEST = {"name": 200, "job_title": 120, "company": 200, "phone": 60, "timezone": 60,
           "source": 200}  # fmt: skip
MOST_WAYS = 50
# Addresses of which only the domain can be wrong; it is the same one for many.
LONGEST_ADDRESS = 254
USUAL_ADDRESS = re.compile(r"([a-z0-9_]+(?:[.+-][a-z0-9_]+)*)@((?!.*xn--)[a-z0-9.-]+)")


@lru_cache(maxsize=1024)
def canonical_email(text: str) -> str:
    """The form in which one address is always the same: NFKC, lower case, IDNA domain.

    Raises ValueError with words for the reader. RFC 5321 4.5.3.1 lengths are checked.
    """
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    if not plain:
        raise ValueError(_("An e-mail address is missing."))
    try:
        if len(plain) <= LONGEST_ADDRESS and (usual := USUAL_ADDRESS.fullmatch(plain)):
            return f"{usual[1]}@{_ascii_domain(usual[2])}"
        found = _library().validate_email(plain, check_deliverability=False)
    except _library().EmailNotValidError as error:
        raise ValueError(_("This is not an e-mail address: %(error)s", error=error)) from None
    return f"{unicodedata.normalize('NFKC', found.local_part).lower()}@{found.ascii_domain.lower()}"


@lru_cache(maxsize=1024)
def _ascii_domain(domain: str) -> str:
    """A domain as mail is sent to it. What stands before the @ of a usual address is right."""
    found = _library().validate_email(f"a@{domain}", check_deliverability=False)
    return str(found.ascii_domain).lower()


def _library() -> Any:
    """Costs every start 15 ms, and no page needs it before somebody types an address."""
    return importlib.import_module("email_validator")


def mailbox_key(canonical: str) -> str:
    """The box behind an address: Gmail without dots and +words, known providers without +words."""
    local, _, domain = canonical.rpartition("@")
    if domain in GMAIL:
        return f"{local.partition('+')[0].replace('.', '')}@gmail.com"
    if domain in PROVIDERS:
        return f"{local.partition('+')[0]}@{domain}"
    return canonical


def mailboxes(canonical: str) -> list[str]:
    """The keys of boxes that may be this one: its own, and any other's without the +word.

    Only a hint for people: at a domain we do not know, name+word may be somebody else (C1).
    """
    local, _, domain = canonical.rpartition("@")
    key, plain = mailbox_key(canonical), f"{local.partition('+')[0]}@{domain}"
    return [key] if "+" not in key or plain.startswith("@") else [key, plain]


def domain_of(canonical: str) -> str:
    """The domain of a canonical address, in ASCII."""
    return canonical.rpartition("@")[2]


def split_name(name: str) -> tuple[str, str]:
    """First and last name: "Ada van der Berg" is ("Ada", "van der Berg"), "Berg, Ada" alike."""
    words = name.split()
    if "," in name:
        last, _, first = name.partition(",")
        if first.strip() and last.strip():
            return " ".join(first.split()), " ".join(last.split())
    if len(words) < 2:
        return (words[0] if words else ""), ""
    start = len(words) - 1
    while start > 1 and words[start - 1].lower() in PARTICLES:
        start -= 1
    return " ".join(words[:start]), " ".join(words[start:])


def tag_name(text: str) -> str:
    """A tag's name in its one form. Raises ValueError in words: a comma stands between tags."""
    clean = " ".join(text.split())
    if not fold(clean):
        raise ValueError(_("Give the tag a name."))
    if "," in clean:
        raise ValueError(
            _("“%(text)s” holds a comma, which stands between two tags. Leave it out, or give "
              "them one by one.", text=clean[:LONGEST_TAG])
        )  # fmt: skip
    if len(clean) > LONGEST_TAG:
        raise ValueError(_("A tag has at most %(n)s characters.", n=LONGEST_TAG))
    return clean


def tags_typed(text: str | None) -> list[str]:
    """The tags of a line that holds several, with commas between them."""
    return [word.strip() for word in (text or "").split(",") if word.strip()]


def tag_fitted(text: str) -> str:
    """The name of a tag that no person typed: what it cannot hold is left out. It may be empty."""
    return " ".join(text.replace(",", " ").split())[:LONGEST_TAG].strip()


def is_automatic(tag: str) -> bool:
    """Whether quizzes set a tag of this name by themselves, so that nobody changes it by hand."""
    return tag.lower().startswith(("quiz:", "tier:"))
