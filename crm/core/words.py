"""Our own words in further languages, for the pages and mails of prospects that have them.

English and the catalogues in translations/ are shipped. For any other language an author writes
these words for their own quiz; they come along as `own`, by their English.
"""

import io
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from babel import support
from babel.messages import mofile, pofile
from babel.messages.catalog import Catalog
from flask import g
from flask_babel import Domain, refresh

FOLDER = Path(__file__).parents[1] / "translations"
# The catalogue that names every text a prospect may read.
WHOLE = "de"
Own = Mapping[str, Any]


@dataclass(frozen=True)
class Fixed:
    """A text of our own that prospects read, in English; `plural` where it counts something."""

    text: str
    plural: str = ""


class Words(Domain):  # type: ignore[misc]
    """The catalogue that was asked for in this context, else none: the product speaks English."""

    def get_translations(self) -> support.NullTranslations:
        """What `_()` looks its texts up in."""
        return g.get("catalogue") or shipped("en")


def speak(language: str, own: Own | None = None) -> None:
    """From here on, write texts and dates in `language`, a code such as "de"."""
    g.locale, g.catalogue = language, _catalogue(language, own)
    refresh()


@contextmanager
def spoken(language: str, own: Own | None = None) -> Iterator[None]:
    """As `speak`, until the end of the block; "" changes nothing."""
    if not language:
        yield
        return
    before = g.get("locale"), g.get("catalogue")
    speak(language, own)
    try:
        yield
    finally:
        g.locale, g.catalogue = before
        if g.locale is None:
            g.pop("locale")
        if g.catalogue is None:
            g.pop("catalogue")
        refresh()


@cache
def shipped(language: str) -> support.NullTranslations:
    """The catalogue of a language, read from its source: there is nothing to build."""
    if not _source(language).is_file():
        return support.NullTranslations()
    return _compiled(_read(language))


def is_shipped(language: str) -> bool:
    """Whether the product itself speaks this language to prospects."""
    return language == "en" or _source(language).is_file()


@cache
def languages() -> tuple[str, ...]:
    """The languages in which the product itself speaks to prospects, English first."""
    return ("en", *sorted(one.name for one in FOLDER.iterdir() if _source(one.name).is_file()))


@cache
def fixed() -> tuple[Fixed, ...]:
    """Every text of ours that a prospect may read, in the order of the catalogue."""
    found = [one.id for one in _read(WHOLE) if one.id]
    return tuple(Fixed(one) if isinstance(one, str) else Fixed(*one) for one in found)


def _catalogue(language: str, own: Own | None) -> support.NullTranslations:
    if is_shipped(language) or not own:
        return shipped(language)
    return _authored(language, json.dumps(own, sort_keys=True))


@lru_cache(maxsize=64)
def _authored(language: str, own: str) -> support.NullTranslations:
    """The catalogue of what an author wrote; what they left out stays English."""
    words, catalogue = json.loads(own), Catalog(locale=language)
    for one in fixed():
        said = words.get(one.text)
        if said:
            catalogue.add((one.text, one.plural) if one.plural else one.text, said)
    return _compiled(catalogue)


def _read(language: str) -> Catalog:
    with _source(language).open("rb") as file:
        return pofile.read_po(file, locale=language)


def _compiled(catalogue: Catalog) -> support.Translations:
    compiled = io.BytesIO()
    mofile.write_mo(compiled, catalogue)
    compiled.seek(0)
    return support.Translations(compiled)


def _source(language: str) -> Path:
    return FOLDER / language / "LC_MESSAGES" / "public.po"
