"""What the text of one cell means where it is no number, day or choice; faults are in words."""

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from babel.numbers import get_currency_precision, is_currency
from flask_babel import gettext as _
from phonenumbers import country_code_for_region

from crm.companies import rules as companies
from crm.contacts import rules as contacts
from crm.contacts.languages import LANGUAGES, language_named
from crm.contacts.rules import canonical_email, digits, tag_name
from crm.contacts.zones import zone_named
from crm.transfer.rules.habits import CURRENCY, Habits, number

# Values of a list in one cell: those with a separator in them stand in quotes, as in CSV.
PART = re.compile(r'\s*(?:"((?:[^"]|"")*)"\s*(?=[;,\n]|$)|([^;,\n]+))')
BETWEEN = re.compile(r"\s+:::\s+")  # what Google writes between several
LONGEST_NOTE = 10_000
USUAL = 500  # characters of a text that no form takes
# What records may hold, typed or from a file: characters of a text, values of a list.
LONGEST: Mapping[str, Mapping[str, int]] = {
    "contact": contacts.LONGEST,
    "company": companies.LONGEST,
    "deal": {"name": 200, "source": 200},
}
MOST: Mapping[str, Mapping[str, int]] = {
    "contact": {"email": contacts.MOST_WAYS, "phone": contacts.MOST_WAYS},
    "company": {"domain": companies.MOST_DOMAINS},
    "deal": {},
}


def split(texts: Sequence[str]) -> list[str]:
    """The values of cells that hold several."""
    texts = [BETWEEN.sub("\n", text) for text in texts]
    pairs = [found.groups() for text in texts for found in PART.finditer(text)]
    parts = [q.replace('""', '"') if q is not None else plain.strip() for q, plain in pairs]
    return list(dict.fromkeys(part for part in parts if part))


def fitting(record: str, key: str, text: str) -> str:
    """A text that is not too long for its field. Raises ValueError: nothing is cut unseen."""
    most = LONGEST_NOTE if key == "note" else LONGEST[record].get(key, USUAL)
    if len(text) > most:
        raise ValueError(
            _(
                "“%(text)s…” has %(count)s characters; at most %(most)s fit.",
                text=text[:30],
                count=len(text),
                most=most,
            )
        )
    return text


def check_most(record: str, key: str, values: Sequence[str], before: Sequence[str] = ()) -> None:
    """Raises ValueError where a record would hold more values of a list than its form takes.

    `before`: how many it has now. Where it has more already, it may keep them.
    """
    most = MOST[record].get(key)
    if most is not None and len(values) > max(most, len(before)):
        raise ValueError(_("These are %(count)s; at most %(n)s fit.", count=len(values), n=most))


def phone(text: str) -> str:
    """A number to call as it is written."""
    if not digits(text) or len(text) > contacts.LONGEST["phone"]:
        raise ValueError(_("“%(text)s” is not a number to call.", text=text[:60]))
    return text


def dialled(text: str, country: str, home: str) -> str:
    """A number to call of a file whose numbers are of `country`, to be read at `home`.

    Cells that hold numbers lose the plus in front: one that begins with the code of the country
    and is a number of it then, gets it again.
    """
    text = phone(text)
    if text.isdecimal() and text.startswith(str(country_code_for_region(country))):
        return f"+{text}" if contacts.parse_phone(f"+{text}", "") else text
    return text if country == home else contacts.parse_phone(text, country) or text


def money(text: str, habits: Habits, currency: str = "EUR") -> tuple[int, str]:
    """Minor units and currency; the file may name the currency beside the sum."""
    return in_units(number(text, habits), currency_of(text) or currency)


def currency_of(text: str) -> str:
    """The currency that stands beside a sum; "" where none does."""
    named = [word for word in CURRENCY.findall(text) if is_currency(word)]
    signs = {"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY"}
    return next(iter(named), next((signs[c] for c in text if c in signs), ""))


def in_units(sum_: Decimal, code: str) -> tuple[int, str]:
    """A sum in minor units of its currency. Raises ValueError for decimals that it has not."""
    cents = sum_.scaleb(get_currency_precision(code))
    if cents != cents.to_integral_value():
        raise ValueError(
            _("“%(text)s” has more decimals than %(code)s.", text=f"{sum_:f}"[:60], code=code)
        )
    return int(cents), code


def language(text: str) -> str:
    """The code of a language by its code or name."""
    found = language_named(text)
    if found is None:
        some = ", ".join(str(word) for code, word in LANGUAGES if code)
        raise ValueError(
            _("“%(text)s” is none of the languages: %(some)s.", text=text[:60], some=some)
        )
    return found


def zone(text: str) -> str:
    """A time zone by its name or city."""
    found = zone_named(text)
    if found is None:
        raise ValueError(
            _("“%(text)s” is no time zone. Name one such as Europe/Berlin.", text=text[:60])
        )
    return found


# Fields of which a row may hold several, by kind of record.
LISTED: dict[str, dict[str, Callable[[str], str]]] = {
    "contact": {"email": canonical_email, "phone": phone, "tags": tag_name},
    "company": {"domain": str},
    "deal": {},
}
# Fields of people whose words mean one of few values, although any text may be stored.
NAMED: Mapping[str, Callable[[str], str]] = {"locale": language, "timezone": zone}
