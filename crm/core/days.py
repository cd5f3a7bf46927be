"""Which days records may hold, so that no page breaks at the ends of the calendar."""

from datetime import UTC, date, datetime

from flask_babel import gettext as _

# Far enough from the years 1 and 9999 that any zone and any sum of days stays within them.
FIRST_YEAR, LAST_YEAR = 1000, 8999
# Stands for "at no time" where rows are in order of one: behind all that have one.
FAR = datetime(9999, 12, 31, tzinfo=UTC)


def is_kept(day: date) -> bool:
    """Whether a day or an instant is one that records may hold."""
    return FIRST_YEAR <= day.year <= LAST_YEAR


def check(day: date) -> None:
    """Raises ValueError in words for a day or an instant that is not kept."""
    if not is_kept(day):
        raise ValueError(
            _(
                "Choose a day between the years %(first)s and %(last)s.",
                first=FIRST_YEAR,
                last=LAST_YEAR,
            )
        )


def instant(text: str) -> datetime | None:
    """The instant of an ISO 8601 text as addresses carry it, in UTC where it names no offset.

    None for junk and for what no record holds; FAR stands in rows without a time.
    """
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    if at != FAR and not is_kept(at):
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
