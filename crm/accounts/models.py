"""Workspace, teams, people who sign in, their sessions, hours, holidays and leave."""

from datetime import date, datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint, select
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from crm.accounts import rules
from crm.core.db import Row


class Workspace(Row):
    """The one row that names the house: its company, zone and words on public pages."""

    __tablename__ = "workspace"
    name: Mapped[str]
    timezone: Mapped[str] = mapped_column(default="Europe/Berlin")
    locale: Mapped[str] = mapped_column(default="en")
    country: Mapped[str] = mapped_column(default="DE")
    currency: Mapped[str] = mapped_column(default="EUR")
    privacy_url: Mapped[str | None]
    imprint_url: Mapped[str | None]
    contact_email: Mapped[str | None]
    postal_address: Mapped[str | None]
    default_team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))
    is_mail_held: Mapped[bool] = mapped_column(default=False)
    mail_budget_hour: Mapped[int] = mapped_column(default=200)
    created_at: Mapped[datetime]

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


class Team(Row):
    """People who see the same records; working hours and holidays are the team's."""

    __tablename__ = "team"
    name: Mapped[str] = mapped_column(unique=True)
    timezone: Mapped[str] = mapped_column(default="Europe/Berlin")
    is_own_only: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    hours: Mapped[list["WorkingHours"]] = relationship(
        cascade="all, delete-orphan",
        order_by="WorkingHours.weekday, WorkingHours.opens",
        primaryjoin="Team.id == WorkingHours.team_id",
    )
    holidays: Mapped[list["Holiday"]] = relationship(
        cascade="all, delete-orphan", order_by="Holiday.on"
    )

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


class Day:
    """The openings of one weekday as they are typed, to be read and set: "" is a day off."""

    def __init__(self, weekday: int) -> None:
        self.weekday = weekday

    def __get__(self, team: Team | None, _owner: type | None = None) -> Any:
        if team is None:
            return self
        mine = ((one.opens, one.closes) for one in team.hours if one.weekday == self.weekday)
        return rules.written(mine)

    def __set__(self, team: Team, text: str | None) -> None:
        others = [one for one in team.hours if one.weekday != self.weekday]
        mine = [
            WorkingHours(weekday=self.weekday, opens=opens, closes=closes)
            for opens, closes in rules.read(text or "")
        ]
        team.hours = [*others, *mine]


for _weekday in range(7):
    setattr(Team, f"day_{_weekday}", Day(_weekday))


class RoleRights(Row):
    """How the rights of a role differ from the usual, as rules.switches writes it (O1)."""

    __tablename__ = "role_rights"
    role: Mapped[str] = mapped_column(unique=True)
    switched: Mapped[str] = mapped_column(default="")


class User(Row):
    """Somebody who signs in. `role` is one of rules.ROLES.

    `switched` comes with the row, so that asking for a right asks the database nothing more.
    """

    __tablename__ = "user"
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    password_hash: Mapped[str | None]
    role: Mapped[str] = mapped_column(default="rep")
    switched: Mapped[str | None] = column_property(
        select(RoleRights.switched)
        .where(RoleRights.role == role)
        .correlate_except(RoleRights)
        .scalar_subquery()
    )
    timezone: Mapped[str] = mapped_column(default="Europe/Berlin")
    locale: Mapped[str] = mapped_column(default="en")
    phone: Mapped[str | None]
    job_title: Mapped[str | None]
    theme: Mapped[str] = mapped_column(default="auto")
    density: Mapped[str] = mapped_column(default="normal")
    # By kind of list, as its query string says it: {"contact": {"columns": …, "widths": …}}.
    looks: Mapped[dict[str, dict[str, str]] | None] = mapped_column(JSON)
    is_oldest_first: Mapped[bool] = mapped_column(default=False)
    keys_on: Mapped[bool] = mapped_column(default=True)
    mail_on: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    deactivated_at: Mapped[datetime | None]
    has_own_hours: Mapped[bool] = mapped_column(default=False)
    teams: Mapped[list["Team"]] = relationship(secondary="membership", order_by="Team.id")
    hours: Mapped[list["WorkingHours"]] = relationship(
        cascade="all, delete-orphan",
        order_by="WorkingHours.weekday, WorkingHours.opens",
        primaryjoin="User.id == WorkingHours.user_id",
    )
    leaves: Mapped[list["Leave"]] = relationship(
        cascade="all, delete-orphan", order_by="Leave.starts_on", foreign_keys="Leave.user_id"
    )

    # What Flask-Login asks of a user.
    is_authenticated = True
    is_anonymous = False

    @property
    def is_active(self) -> bool:
        return self.deactivated_at is None

    def get_id(self) -> str:
        return str(self.id)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def first_name(self) -> str:
        return self.name.split(" ", 1)[0]

    @property
    def initials(self) -> str:
        words = self.name.split()
        return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words))

    @property
    def sees_all(self) -> bool:
        return self.role in {"owner", "admin"}

    @property
    def team_ids(self) -> list[int]:
        return [team.id for team in self.teams]


class Membership(Row):
    """A person in a team."""

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("user_id", "team_id"),)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id", ondelete="CASCADE"), index=True)


class WorkingHours(Row):
    """One opening on one weekday (0 Monday), minutes after local midnight, of a team or user."""

    __tablename__ = "working_hours"
    team_id: Mapped[int | None] = mapped_column(
        ForeignKey("team.id", ondelete="CASCADE"), index=True
    )
    user_id: Mapped[int | None] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), index=True
    )
    weekday: Mapped[int]
    opens: Mapped[int]
    closes: Mapped[int]


class Holiday(Row):
    """A day on which a team does not work."""

    __tablename__ = "holiday"
    __table_args__ = (UniqueConstraint("team_id", "on"),)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id", ondelete="CASCADE"))
    on: Mapped[date]
    name: Mapped[str]


class Leave(Row):
    """A person's absence, both days included, and who stands in."""

    __tablename__ = "leave"
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    delegate_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    delegate: Mapped["User | None"] = relationship(foreign_keys=[delegate_id])


class LoginSession(Row):
    """One sign-in on one browser; its cookie holds a token of which only the hash is here."""

    __tablename__ = "login_session"
    token_hash: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    confirmed_at: Mapped[datetime]
    is_remembered: Mapped[bool] = mapped_column(default=False)
    agent: Mapped[str] = mapped_column(default="")
    address: Mapped[str] = mapped_column(default="")
    revoked_at: Mapped[datetime | None]
    user: Mapped["User"] = relationship()


class Token(Row):
    """A link used once: setup, invite, reset or login. Only the hash is stored."""

    __tablename__ = "token"
    purpose: Mapped[str]
    token_hash: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[int | None] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), index=True
    )
    email: Mapped[str | None]
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class SecurityEvent(Row):
    """Sign-ins, refused tries, changes of rights: append-only."""

    __tablename__ = "security_event"
    __table_args__ = (Index("ix_security_event_user_at", "user_id", "at"),)
    at: Mapped[datetime] = mapped_column(index=True)
    kind: Mapped[str]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    address: Mapped[str] = mapped_column(default="")
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
