"""The one clock of the product, so that tests and rehearsals can set the time."""

import os
import time
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import cache
from pathlib import Path
from zoneinfo import available_timezones

_file: str | None = None
_seen: tuple[int, str, timedelta] | None = None


def use_file(path: str) -> None:
    """Start the clock from the instant written in `path`; an empty text means real time.

    The file holds one ISO 8601 instant with its offset. The clock reads it as the instant at
    which the file was last changed and runs on from there, so all processes agree.
    """
    global _file, _seen  # noqa: PLW0603 - one clock a process is the point
    _file = path or None
    _seen = None


def is_moved() -> bool:
    """Whether this process reads its time from a file instead of the machine's clock."""
    return _file is not None


def now() -> datetime:
    """The present instant, aware, in UTC."""
    real = datetime.now(UTC)
    return real + _shift() if _file else real


def today(zone: tzinfo) -> date:
    """The present calendar day in `zone` (a tzinfo)."""
    return now().astimezone(zone).date()


@cache
def zones() -> frozenset[str]:
    """The names of all time zones, looked up once: that opens hundreds of files."""
    return frozenset(available_timezones())


def monotonic() -> float:
    """Seconds for measuring durations; never goes back."""
    return time.monotonic()


def _shift() -> timedelta:
    global _seen  # noqa: PLW0603
    assert _file is not None
    try:
        stat = os.stat(_file)
        if _seen is None or _seen[0] != stat.st_mtime_ns:
            text = Path(_file).read_text(encoding="ascii").strip()
            base = datetime.fromisoformat(text).astimezone(UTC)
            changed = datetime.fromtimestamp(stat.st_mtime_ns / 1e9, UTC)
            _seen = (stat.st_mtime_ns, text, base - changed)
    except (OSError, ValueError):
        # The file is being replaced: the last good reading stays until it is whole again.
        if _seen is None:
            return timedelta()
    return _seen[2]
