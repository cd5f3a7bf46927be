"""In which zone and language this request is answered."""

from zoneinfo import ZoneInfo

from flask import Flask, g, request
from flask_babel import Babel

from crm.accounts.queries import workspace
from crm.accounts.rules import may
from crm.core import words
from crm.core.words import Words
from crm.web.session import reader

WORDS = Words()
LOCALES = ("en", "de", "fr", "es", "it", "nl", "pl")


class Speaking(Babel):  # type: ignore[misc]
    """Flask-Babel with the catalogues of `crm.core.words`."""

    @property
    def domain_instance(self) -> Words:
        return WORDS


def init_app(app: Flask) -> None:
    """Texts and dates follow the person signed in, else the workspace."""
    Speaking(app, locale_selector=locale, timezone_selector=zone_name)
    app.jinja_env.globals["workspace"] = workspace


def locale() -> str:
    """The locale in which dates and money are written; texts ship in English."""
    if "locale" not in g:
        g.locale = _of("locale", "en")
    return g.locale


def speak_as_asked() -> str:
    """From here on, speak the language that ?lang= or the browser asks for, where we have it.

    For pages of prospects of whom nothing is known; the language that is spoken now.
    """
    known = words.languages()
    for one in (request.args.get("lang", ""), *request.accept_languages.values()):
        short = one.strip().lower().replace("_", "-").partition("-")[0]
        if short in known:
            words.speak(short)
            return short
    words.speak(known[0])
    return known[0]


def zone_name() -> str:
    """The IANA name of the zone in which times are shown."""
    return zone().key


def zone() -> ZoneInfo:
    """The zone in which times are shown."""
    if "zone" not in g:
        g.zone = ZoneInfo(_of("timezone", "UTC"))
    return g.zone


def sees_amounts() -> bool:
    """Whether sums are shown to whoever reads: switched off for a role, they are not (O1)."""
    if "sees_amounts" not in g:
        reader = g.get("_login_user")
        is_known = reader is not None and reader.is_authenticated
        g.sees_amounts = not is_known or may(reader, "see_amounts")
    return g.sees_amounts


def _of(name: str, fallback: str) -> str:
    if request and (user := reader()).is_authenticated:
        return getattr(user, name)
    house = workspace()
    return getattr(house, name) if house else fallback
