"""Signs of life of the processes, and leases on what one of them should do."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlalchemy.orm import Mapped, mapped_column

from crm.core.db import Row


class Lease(Row):
    """Who does a thing that one process should do; only saves work, never truth."""

    __tablename__ = "lease"
    name: Mapped[str] = mapped_column(unique=True)
    owner: Mapped[str]
    fence: Mapped[int] = mapped_column(default=0)
    until: Mapped[datetime]


class Heartbeat(Row):
    """A process was alive and its last run of a scheduled act."""

    __tablename__ = "heartbeat"
    name: Mapped[str] = mapped_column(unique=True)
    at: Mapped[datetime]
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
