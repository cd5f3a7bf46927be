"""What goes together in the bell: many notices of one kind on one day are one line."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from itertools import groupby

from flask_babel import ngettext

from crm.core.numbers import row_number
from crm.notices.models import Notice

FEWEST = 3
PAGE_OF = re.compile(r"[?#]")


@dataclass(frozen=True)
class Bundle:
    """Notices that follow each other, of one kind and day, all read or all new."""

    notices: Sequence[Notice]

    @property
    def newest(self) -> Notice:
        return self.notices[0]

    @property
    def is_new(self) -> bool:
        return self.newest.read_at is None

    @property
    def about(self) -> Sequence[Notice]:
        """The newest of each page that they open, at most FEWEST of them."""
        pages: dict[str, Notice] = {}
        for one in self.notices:
            pages.setdefault(PAGE_OF.split(one.url)[0], one)
        return list(pages.values())[:FEWEST]

    @property
    def ids(self) -> str:
        return ",".join(str(one.id) for one in self.notices)

    @property
    def title(self) -> str:
        return title_of(self.newest.kind, len(self.notices))


def bundled(notices: Sequence[Notice], zone: tzinfo) -> list[Notice | Bundle]:
    """`notices` in their order, runs of at least FEWEST of one kind and day as one Bundle."""
    found: list[Notice | Bundle] = []
    for _same, run in groupby(notices, lambda one: _sameness(one, zone)):
        rows = list(run)
        found += [Bundle(rows)] if len(rows) >= FEWEST else rows
    return found


def _sameness(one: Notice, zone: tzinfo) -> tuple[str, date, bool]:
    return one.kind, one.created_at.astimezone(zone).date(), one.read_at is None


def title_of(kind: str, count: int) -> str:
    """What so many notices of a kind are, in words."""
    # Each in its own words: a language may bend all of them.
    words = {
        "lead": ngettext("%(num)s lead is yours", "%(num)s leads are yours", count),
        "assignment": ngettext("%(num)s record is yours now",
                               "%(num)s records are yours now", count),
        "task": ngettext("You were given %(num)s task", "You were given %(num)s tasks", count),
        "task_overdue": ngettext("%(num)s task is due", "%(num)s tasks are due", count),
        "mention": ngettext("You are named in %(num)s note",
                            "You are named in %(num)s notes", count),
        "reply": ngettext("%(num)s answer came", "%(num)s answers came", count),
        "follow": ngettext("%(num)s thing new on what you follow",
                           "%(num)s things new on what you follow", count),
        "quiz": ngettext("%(num)s word from a quiz", "%(num)s words from quizzes", count),
        "deal_closed": ngettext("%(num)s deal was closed", "%(num)s deals were closed", count),
        "clock_warn": ngettext("%(num)s call is nearly due", "%(num)s calls are nearly due", count),
        "breach": ngettext("%(num)s call is late", "%(num)s calls are late", count),
        "unrouted": ngettext("Nobody has %(num)s lead", "Nobody has %(num)s leads", count),
        "batch": ngettext("%(num)s long act is done", "%(num)s long acts are done", count),
        "export": ngettext("%(num)s file is written", "%(num)s files are written", count),
    }  # fmt: skip
    return words.get(kind) or ngettext("%(num)s notice", "%(num)s notices", count)


def numbers(text: str) -> list[int]:
    """The numbers of a bundle as its form sends them; what is none is left out."""
    found = [row_number(one) for one in text.split(",")[:100]]
    return [one for one in found if one is not None]
