"""Texts to words: what a record is found by, and what a person may have meant."""

import re
import unicodedata
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from crm.contacts.rules import digits, fold, parse_phone

BETWEEN_WORDS = re.compile(r"[\W_]+")
NUMBER = re.compile(r"[\d\s()+/.\-–]{3,40}")
LONGEST_WORD = 60
MOST_WORDS = 6
TAIL = "~"
CLOSE_ENOUGH = 76


@dataclass(frozen=True)
class Asked:
    """What was typed, ready to look up: words that must all begin a word of the record.

    `numbers` are prefixes of which one is enough; `spare` are the words when an address or
    domain taken whole finds nothing.
    """

    words: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    spare: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.words or self.numbers)


def words_of(text: str) -> list[str]:
    """The folded words of a text, each once, in order."""
    found = (word[:LONGEST_WORD] for word in BETWEEN_WORDS.split(fold(text)) if word)
    return list(dict.fromkeys(found))


def words_of_domain(domain: str) -> list[str]:
    """A domain whole and the words of its labels, without the last label."""
    labels = domain.rpartition(".")[0]
    return [domain[:LONGEST_WORD], *words_of(labels)]


def words_of_email(canonical: str) -> list[str]:
    """An address whole, its words, and those of its domain."""
    local, _, domain = canonical.rpartition("@")
    return [canonical[:LONGEST_WORD], *words_of(local), *words_of_domain(domain)]


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
    whole: list[str] = []
    for part in fold(text).split():
        if "@" in part.strip("@") or re.search(r"\w\.\w", part):
            whole.append(part.strip("@.,;<>")[:LONGEST_WORD])
        else:
            whole += words_of(part)
    words = tuple(dict.fromkeys(whole))[:MOST_WORDS]
    spare = tuple(words_of(text)[:MOST_WORDS])
    return Asked(words, numbers, spare if spare != words else ())


def meant(word: str, known: list[str]) -> list[str]:
    """The known words close enough to `word` to be meant by it, the closest first."""
    found = process.extract(word, known, scorer=fuzz.ratio, limit=3, score_cutoff=CLOSE_ENOUGH)
    return [match for match, _score, _place in found]


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
