"""Our own words in further languages, for the pages and mails of prospects that have them."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from babel import support
from babel.messages import mofile, pofile
from flask import g
from flask_babel import Domain, refresh

FOLDER = Path(__file__).parents[1] / "translations"


class Words(Domain):  # type: ignore[misc]
    """The catalogue that was asked for in this context, else none: the product speaks English."""

    def get_translations(self) -> support.NullTranslations:
        """What `_()` looks its texts up in."""
        return g.get("catalogue") or shipped("en")


def speak(language: str) -> None:
    """From here on, write texts and dates in `language`, a code such as "de"."""
    g.locale, g.catalogue = language, shipped(language)
    refresh()


@contextmanager
def spoken(language: str) -> Iterator[None]:
    """As `speak`, until the end of the block; "" changes nothing."""
    if not language:
        yield
        return
    before = g.get("locale"), g.get("catalogue")
    speak(language)
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
    source = FOLDER / language / "LC_MESSAGES" / "public.po"
    if not source.is_file():
        return support.NullTranslations()
    compiled = io.BytesIO()
    with source.open("rb") as file:
        mofile.write_mo(compiled, pofile.read_po(file, locale=language))
    compiled.seek(0)
    return support.Translations(compiled)
