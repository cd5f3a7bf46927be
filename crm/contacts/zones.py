"""Time zones as people name them: by their name, by a city of theirs, or as Windows does."""

from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.core import get_global

from crm.contacts.languages import CODES
from crm.core import clock
from crm.core.folding import fold


def is_zone(name: str) -> bool:
    """Whether this is the name of a zone that there is, looked up without reading all of them."""
    try:
        return bool(ZoneInfo(name))
    except (ValueError, OSError, LookupError):
        return False


def zone_named(text: str) -> str | None:
    """The zone that a text means: its name, or a city that only one zone is named after."""
    key = _key(text)
    if not key:
        return None
    named = _by_name().get(key)
    return named or _by_city().get(key)


def _key(text: str) -> str:
    return " ".join(fold(text.replace("_", " ")).split())


@lru_cache(maxsize=1)
def _by_name() -> dict[str, str]:
    """Zones by their names, and by those of Windows (CLDR windowsZones)."""
    windows = {_key(name): zone for name, zone in get_global("windows_zone_mapping").items()}
    return windows | {_key(name): name for name in clock.zones()}


@lru_cache(maxsize=1)
def _by_city() -> dict[str, str]:
    """Zones by a city: its name in a language that the product knows, where one zone has it."""
    cities: dict[str, set[str]] = {}
    for name in clock.zones():
        if "/" in name and not name.startswith("Etc/"):
            cities.setdefault(_key(name.rpartition("/")[2]), set()).add(name)
    for code in CODES:
        for name, said in Locale(code).time_zones.items():
            if name in clock.zones() and "city" in said:
                cities.setdefault(_key(said["city"]), set()).add(name)
    same = {city: {_today(name) for name in names} for city, names in cities.items()}
    return {city: names.pop() for city, names in same.items() if len(names) == 1}


def _today(name: str) -> str:
    """The present name of a zone: those of old are kept beside it."""
    present = get_global("zone_aliases").get(name, name)
    return str(present) if present in clock.zones() else name
