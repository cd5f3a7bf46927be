"""What values of custom fields are in words, in the language and zone of who reads them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time
from babel.numbers import format_currency, format_decimal, get_currency_precision

from crm.core import clock
from crm.fields.reading import Manner
from crm.fields.typed import Custom

# Of every language that quizzes, and so contacts, may speak; CLDR has no such words.
YES_NO = {
    "en": ("yes", "no"), "de": ("ja", "nein"), "fr": ("oui", "non"), "es": ("sí", "no"),
    "it": ("sì", "no"), "nl": ("ja", "nee"), "pl": ("tak", "nie"),
}  # fmt: skip
ENGLISH = Locale("en", "GB")  # plain English is written as in Europe, as on the pages


def said(custom: Custom, plain: Any, manner: Manner, name: str = "") -> str:
    """A plain value in words for a letter; `name` is that of the person or record it means."""
    if plain is None:
        return ""
    if custom.kind in {"user", "reference"}:
        return name
    if custom.kind in {"select", "multi"}:
        chosen = plain if custom.kind == "multi" else [plain]
        return ", ".join(str(one.label) for one in custom.options if one.value in chosen)
    say = _SAY.get(custom.kind)
    return str(say(plain, manner, _locale(manner.locale)) if say else plain)


def _locale(name: str) -> Locale:
    try:
        return ENGLISH if name == "en" else Locale.parse(name.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return ENGLISH


def _sum(plain: list[Any], _manner: Manner, locale: Locale) -> str:
    amount = Decimal(plain[0]).scaleb(-get_currency_precision(plain[1]))
    return str(format_currency(amount, plain[1], locale=locale))


def _instant(plain: str, manner: Manner, locale: Locale) -> str:
    """Day and time of day as the record page says them: Thu 24 Dec, 15:30."""
    at = datetime.fromisoformat(plain).astimezone(manner.zone)
    this_year = clock.now().astimezone(manner.zone).year
    skeleton = "MMMEd" if at.year == this_year else "yMMMEd"
    day = format_skeleton(skeleton, at.replace(tzinfo=None), fuzzy=True, locale=locale)
    return f"{day}, {format_time(at.time(), 'short', locale=locale)}"


_SAY: dict[str, Any] = {
    "bool": lambda plain, _manner, locale: YES_NO.get(locale.language, YES_NO["en"])[not plain],
    "number": lambda plain, _manner, locale: format_decimal(
        Decimal(plain), locale=locale, decimal_quantization=False
    ),
    "on": lambda plain, _manner, locale: format_date(
        date.fromisoformat(plain), "long", locale=locale
    ),
    "at": _instant,
    "money": _sum,
}
