"""Through whose eyes conditions are read."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, lru_cache
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from sqlalchemy import select

from crm.accounts.models import Membership, User
from crm.accounts.queries import workspace
from crm.core import clock
from crm.core.db import db


@dataclass
class Eyes:
    """A person, their zone and week, and the moment that "today" means."""

    user: User
    zone: ZoneInfo
    first_day: int | None = None
    now: datetime = field(default_factory=clock.now)

    @property
    def user_id(self) -> int | None:
        return self.user.id

    @cached_property
    def country(self) -> str:
        """The house's country (ISO 3166), "" before it is known."""
        house = workspace()
        return house.country if house else ""

    @cached_property
    def week_start(self) -> int:
        """The first day of the week: as given, else as in the house's country."""
        return week_start(self.country) if self.first_day is None else self.first_day

    @cached_property
    def mates(self) -> frozenset[int]:
        """Everybody in a team of this person, themselves too: one statement, when asked."""
        teams = self.user.team_ids
        found = db.session.scalars(select(Membership.user_id).where(Membership.team_id.in_(teams)))
        return frozenset(found) | {self.user.id}


@dataclass
class HouseEyes:
    """The house itself, as routing reads conditions: its zone and week, and nobody is "me"."""

    zone: ZoneInfo
    week_start: int
    country: str = ""
    now: datetime = field(default_factory=clock.now)
    user_id: int | None = None
    mates: frozenset[int] = frozenset()


def eyes_of_house() -> HouseEyes:
    """How the house reads conditions."""
    house = workspace()
    zone = house.zone if house else ZoneInfo("UTC")
    country = house.country if house else ""
    return HouseEyes(zone, week_start(country), country)


def eyes_of(user: User) -> Eyes:
    """How `user` reads conditions: their zone, the week of the house's country."""
    return Eyes(user, user.zone)


@lru_cache(maxsize=256)
def week_start(country: str) -> int:
    """The first day of the week in a country (ISO 3166), 0 for Monday; CLDR's week data."""
    try:
        return Locale.parse(f"und_{country}").first_week_day
    except (UnknownLocaleError, ValueError):
        return 0
