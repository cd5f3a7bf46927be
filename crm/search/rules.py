"""Texts to words: what a record is found by, and what a person may have meant."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from crm.contacts.rules import digits, fold, parse_phone

JOINED = re.compile(r"[^\W_]+(?:[-'\u2010\u2011\u2019][^\W_]+)+")
BETWEEN_WORDS = re.compile(r"[\W_]+")
AROUND = re.compile(r"^[\W_]+|[\W_]+$")
NUMBER = re.compile(r"[\d\s()+/.\-–]{3,40}")
# A web address as it is pasted: its domain stands between what leads to it and a path.
PASTED = re.compile(
    r"^(?:https?://)?(?:www\.)?([^\s/?#:@]+\.[^\s/?#:@]+?)(?::\d+)?(?:[/?#].*)?$", re.IGNORECASE
)
LONGEST_WORD = 60
MOST_WORDS = 6
TAIL = "~"


@dataclass(frozen=True)
class Asked:
    """What was typed, ready to look up: words that must all begin a word of the record.

    `numbers` are prefixes of which one is enough; `spare` are the words when an address or
    domain taken whole finds nothing; `instead` are for each word those that may be meant by it.
    `joined` are words that a hyphen or apostrophe ties to those before, each with all of them
    in one: what begins so has the word too (luc: jeanluc). `name` is all of it, folded: names
    that begin so come first.
    """

    words: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    spare: tuple[str, ...] = ()
    instead: tuple[tuple[str, ...], ...] = ()
    joined: Mapping[str, str] = field(default_factory=dict)
    name: str = ""

    def __bool__(self) -> bool:
        return bool(self.words or self.numbers)


def words_of(text: str) -> list[str]:
    """The folded words of a text, each once, in order."""
    found = (word[:LONGEST_WORD] for word in BETWEEN_WORDS.split(fold(text)) if word)
    return list(dict.fromkeys(found))


def words_of_name(name: str) -> list[str]:
    """The words of a name, and what is written with a hyphen or apostrophe in one (jeanluc)."""
    whole = [BETWEEN_WORDS.sub("", one)[:LONGEST_WORD] for one in JOINED.findall(fold(name))]
    return list(dict.fromkeys([*words_of(name), *whole]))


def words_of_domain(domain: str) -> list[str]:
    """A domain whole and the words of its labels, without the last label.

    One in other letters is found as it is kept (xn--mller-kva.example) and as it reads.
    """
    forms = dict.fromkeys((domain, fold(_as_it_reads(domain))))
    words = [one for form in forms for one in words_of(form.rpartition(".")[0])]
    return list(dict.fromkeys([*(form[:LONGEST_WORD] for form in forms), *words]))


def words_of_email(canonical: str) -> list[str]:
    """An address whole, as it is kept and as it reads, its words, and those of its domain."""
    local, _, domain = canonical.rpartition("@")
    forms = dict.fromkeys((canonical, fold(f"{local}@{_as_it_reads(domain)}")))
    words = [*(form[:LONGEST_WORD] for form in forms), *words_of(local), *words_of_domain(domain)]
    return list(dict.fromkeys(words))


def _as_it_reads(domain: str) -> str:
    """A domain with the letters that its ASCII form (RFC 3492) stands for."""
    return ".".join(_label(label) for label in domain.split("."))


def _label(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return label.removeprefix("xn--").encode("ascii").decode("punycode")
    except (UnicodeError, OverflowError):
        return label  # not punycode after all


def words_of_phone(e164: str | None, plain: str, country_code: str = "") -> list[str]:
    """A number's digits, those without its country code, and the digits from the end."""
    if not plain:
        return []
    words = [plain, TAIL + plain[::-1]]
    if e164 and country_code and plain.startswith(country_code):
        words.append(plain.removeprefix(country_code).lstrip("0"))
    return [word[:LONGEST_WORD] for word in words if word]


def asked(text: str, country: str) -> Asked:
    """Read what a person typed: words, an address, a domain or a number in any spelling."""
    text = unicodedata.normalize("NFKC", text.replace("\x00", " "))[:200].strip()
    if not text:
        return Asked()
    numbers = _numbers(text, country)
    text = " ".join(PASTED.sub(r"\1", part) for part in text.split())
    whole: list[str] = []
    for part in fold(text).split():
        if "@" in part.strip("@") or re.search(r"\w\.\w", part):
            whole.append(part.strip("@.,;<>")[:LONGEST_WORD])
        else:
            whole += words_of(part)
    words = tuple(dict.fromkeys(whole))[:MOST_WORDS]
    spare = tuple(words_of(text)[:MOST_WORDS])
    name = AROUND.sub("", fold(text))
    return Asked(words, numbers, spare if spare != words else (), joined=_joined(text), name=name)


def _joined(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in JOINED.findall(fold(text)):
        parts = words_of(one)
        found |= {part: "".join(BETWEEN_WORDS.split(one))[:LONGEST_WORD] for part in parts[1:]}
    return found


def excerpt(text: str, words: tuple[str, ...], length: int = 160) -> str:
    """The part of a text where the first of `words` stands, at most about `length` characters."""
    plain = " ".join(text.split())
    if len(plain) <= length:
        return plain
    places = [
        found.start()
        for found in re.finditer(r"[^\W_]+", plain)
        if fold(found[0]).startswith(words)
    ]
    start = max((places[0] if places else 0) - length // 4, 0)
    start = plain.find(" ", start) + 1 if start and " " in plain[start:] else start
    cut = plain[start : start + length]
    end = "" if start + length >= len(plain) else " …"
    return ("… " if start else "") + cut + end


def _numbers(text: str, country: str) -> tuple[str, ...]:
    if not NUMBER.fullmatch(text):
        return ()
    plain = digits(text)
    if len(plain) < 3:
        return ()
    e164 = parse_phone(text, country)
    starts = {plain, digits(e164) if e164 else plain}
    tail = {TAIL + plain[::-1]} if len(plain) >= 4 else set()
    return tuple(sorted(starts | tail))
