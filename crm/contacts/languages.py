"""The languages that a contact may be written to in, as people choose and name them."""

import re
from functools import lru_cache
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from flask_babel import get_locale
from flask_babel import lazy_gettext as _l

from crm.core.folding import fold

LANGUAGES = [
    ("", _l("Not known")),
    ("en", _l("English")),
    ("de", _l("German")),
    ("fr", _l("French")),
    ("es", _l("Spanish")),
    ("it", _l("Italian")),
    ("nl", _l("Dutch")),
    ("pl", _l("Polish")),
    ("pt", _l("Portuguese")),
    ("sv", _l("Swedish")),
    ("da", _l("Danish")),
]
CODES = tuple(code for code, _word in LANGUAGES if code)
# What stands beside a language: "English (US)", "de-DE", "pt_BR.UTF-8".
BESIDE = re.compile(r"\s*[(\[/,;-].*|[_.@].*")


def language_named(text: str) -> str | None:
    """The code of the language that a text means: a code with or without its country (BCP 47,
    ISO 639), or its name in one of these languages. None for any other.
    """
    plain = fold(text).strip()
    bare = BESIDE.sub("", plain)
    code = str(get_global("language_aliases").get(bare, bare))
    if code in CODES:
        return code
    return _names().get(plain) or _names().get(bare) or _by_country(plain)


def language_word(code: str) -> str:
    """A language in the reader's words; the code where it is not known."""
    return _word(code, str(get_locale() or "en"))


@lru_cache(maxsize=512)
def _word(code: str, speaker: str) -> str:
    try:
        return Locale.parse(code.replace("-", "_")).get_language_name(speaker) or code
    except (UnknownLocaleError, ValueError):
        return code


def offered(present: str | None) -> list[tuple[str, Any]]:
    """The languages to choose from, with the one that a record has although it is none of them."""
    more = [(present, present)] if present and present not in CODES else []
    return [*LANGUAGES, *more]


def _by_country(plain: str) -> str | None:
    """ "British English", "Schweizer Deutsch": the language is the last word."""
    return _names().get(plain.rpartition(" ")[2])


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    """These languages by their folded names in each of them."""
    return {fold(Locale(speaker).languages[code]): code for speaker in CODES for code in CODES}
