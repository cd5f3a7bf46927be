"""The clock: does what is due from the schedule, once, however many processes ask."""

import logging
import os
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from crm.core import clock
from crm.core.beat import Heartbeat, Lease
from crm.core.db import db, run
from crm.core.queue import find, is_away, ring

log = logging.getLogger("tend.clock")

TICK_SECONDS = 10
LEASE = timedelta(seconds=30)
AWAY_SECONDS = 60
# A clock that was set back must not wait for a lease of the future.
FURTHEST_LEASE = timedelta(minutes=2)


@dataclass(frozen=True)
class Every:
    """Do the job at `path` with `args` every so many seconds of the product's clock.

    Each must find what a lost bell left behind and be harmless when done twice.
    """

    seconds: int
    path: str
    args: tuple[int | str, ...] = ()


@dataclass
class Ticker:
    """What this process knows of the last runs; the truth about work is in the rows.

    `by_hand` does a network job without the queue server. `is_alone`: no lease, no queue.
    """

    app: Flask
    schedule: Sequence[Every]
    by_hand: Callable[[str, tuple[int | str, ...]], None]
    is_alone: bool = False
    owner: str = field(default_factory=lambda: f"{socket.gethostname()}-{os.getpid()}")
    last: dict[Every, datetime] = field(default_factory=dict)
    away_since: float | None = None

    def tick(self) -> list[str]:
        """Do what is due now; returns the paths done or rung. Survives any failing job."""
        with self.app.app_context():
            try:
                if not self.is_alone and not take_lease("tick", self.owner):
                    return []
                self._look_at_queue()
                due = self._due()
                done = [entry.path for entry in due if self._do(entry)]
                told = {"done": done, "owner": self.owner, "is_moved": clock.is_moved()}
                beat("clock", told)
                return done
            except SQLAlchemyError:
                log.exception("the database does not answer; the next tick tries again")
                return []

    def learned(self) -> dict[str, Any]:
        """What the next tick must know, as JSON holds it."""
        last = [[self.schedule.index(entry), at.isoformat()] for entry, at in self.last.items()]
        return {"last": last, "away_since": self.away_since}

    def learn(self, learned: dict[str, Any]) -> None:
        """Go on where the tick that knew this ended, in whatever process it was."""
        last = {self.schedule[n]: datetime.fromisoformat(at) for n, at in learned["last"]}
        self.last, self.away_since = last, learned["away_since"]

    def _due(self) -> list[Every]:
        """Entries whose time has come: each once, however long the clock stood still."""
        now = clock.now()
        due = []
        for entry in self.schedule:
            last = self.last.get(entry)
            # A clock set back also makes an entry due: its last run lies in the future.
            if last is None or not last <= now < last + timedelta(seconds=entry.seconds):
                self.last[entry] = now
                due.append(entry)
        return due

    def _do(self, entry: Every) -> bool:
        try:
            job = find(entry.path)
            if job.is_network:  # type: ignore[attr-defined]
                ring(entry.path, *entry.args)
            else:
                job(*entry.args)
        except Exception:
            # One failing entry must not stop the others; it is due again by its own row.
            log.exception("%s failed in the clock", entry.path)
            return False
        finally:
            db.session.remove()
        return True

    def _look_at_queue(self) -> None:
        """While the queue server is away for long, bells of this process are answered here."""
        if not is_away(self.app):
            self.away_since = None
        elif self.away_since is None:
            self.away_since = clock.monotonic()
        is_long = (
            self.away_since is not None and clock.monotonic() - self.away_since >= AWAY_SECONDS
        )
        by_hand = self.by_hand if self.is_alone or is_long else None
        self.app.extensions["tend.by_hand"] = by_hand


def take_lease(name: str, owner: str) -> bool:
    """Whether `owner` may do `name` for the next 30 s. Saves work only; rows decide the rest."""
    now = clock.now()

    def take() -> bool:
        lease = db.session.scalars(
            select(Lease).where(Lease.name == name).with_for_update()
        ).one_or_none()
        if lease is None:
            _insert(Lease, {"name": name, "owner": owner, "fence": 1, "until": now + LEASE})
            return True
        is_held = lease.owner != owner and now < lease.until < now + FURTHEST_LEASE
        if is_held and not _is_gone(lease.owner):
            return False
        lease.fence += int(lease.owner != owner)
        lease.owner, lease.until = owner, now + LEASE
        return True

    return run(take)


def _is_gone(owner: str) -> bool:
    """Whether `owner` was a process of this machine that lives no more."""
    host, _, pid = owner.rpartition("-")
    if host != socket.gethostname() or not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False  # somebody else's, so it lives
    return False


def give_back(name: str, owner: str) -> None:
    """Let another process take the lease at once."""

    def give() -> None:
        lease = db.session.scalars(select(Lease).where(Lease.name == name)).one_or_none()
        if lease is not None and lease.owner == owner:
            lease.until = clock.now()

    run(give)


def beat(name: str, details: dict[str, object] | None = None) -> None:
    """Note that the process or act `name` was alive just now."""

    def note() -> None:
        row = db.session.scalars(
            select(Heartbeat).where(Heartbeat.name == name).with_for_update()
        ).one_or_none()
        if row is None:
            _insert(Heartbeat, {"name": name, "at": clock.now(), "details": details or {}})
        else:
            row.at, row.details = clock.now(), details or {}

    run(note)


def last_beat(name: str) -> datetime | None:
    """When `name` was last alive."""
    return db.session.scalars(select(Heartbeat.at).where(Heartbeat.name == name)).one_or_none()


def ran_moved() -> bool:
    """Whether the clock that ran last was moved: CLOCK_FILE of that process, not of this one."""
    details = db.session.scalar(select(Heartbeat.details).where(Heartbeat.name == "clock"))
    return bool((details or {}).get("is_moved"))


def _insert(table: type, values: dict[str, object]) -> None:
    """Insert unless another process was quicker."""
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    db.session.execute(insert(table).values(**values).on_conflict_do_nothing())
