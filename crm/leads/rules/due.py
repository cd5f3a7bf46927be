"""When the task of a lead, the answer to it and the alerts about it are due."""

from datetime import datetime, time, timedelta

from crm.core import business_time
from crm.core.business_time import Calendar

# Who comes less than this before closing, or after it, is called the next working day.
CUT_OFF_MINUTES = 60
# A reply is answered within so many working hours.
ANSWER_HOURS = 4
# Where somebody has no hours at all, the day ends here.
DAY_ENDS = time(17)


def task_due(at: datetime, calendar: Calendar) -> datetime:
    """End of the working day of an arrival `at`, or of the next one after the cut-off."""
    day = at.astimezone(calendar.zone).date()
    closing = business_time.closing(day, calendar)
    if closing is not None and closing - at >= timedelta(minutes=CUT_OFF_MINUTES):
        return closing
    later = business_time.next_working_day(day, calendar)
    return business_time.closing(later, calendar) or datetime.combine(
        later, DAY_ENDS, tzinfo=calendar.zone
    )


def answer_due(start: datetime, minutes: int, kind: str, calendar: Calendar) -> datetime:
    """Due instant of a clock: working minutes, or plain ones for the calendar "always"."""
    if kind == "always":
        return start + timedelta(minutes=minutes)
    return business_time.add_minutes(start, minutes, calendar)


def alert_times(
    start: datetime, policy: dict, calendar: Calendar
) -> tuple[datetime, datetime, datetime]:
    """When a clock warns, is due, and hands the lead on.

    `policy` holds minutes, calendar (business, always), warn_percent and grace_minutes; the
    grace is counted in working minutes whatever the calendar.
    """
    minutes, kind = policy["minutes"], policy["calendar"]
    warn = answer_due(start, minutes * policy["warn_percent"] // 100, kind, calendar)
    due = answer_due(start, minutes, kind, calendar)
    return warn, due, business_time.add_minutes(due, policy["grace_minutes"], calendar)


def span_words(minutes: int) -> str:
    """120 as "2 h", 90 as "90 min"."""
    return f"{minutes // 60} h" if minutes % 60 == 0 else f"{minutes} min"


def alert_words(name: str, policy: dict) -> str:
    """What a clock that ran out says: "No call logged for Ben in 2 h"."""
    what = "No call" if policy["counts"] == "calls" else "No answer"
    return f"{what} logged for {name} in {span_words(policy['minutes'])}"
