"""Times as the database keeps them: instants, aware and in UTC."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, TypeDecorator


class Instant(TypeDecorator[datetime]):
    """An aware UTC datetime; SQLite stores it without the offset."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def bind_processor(self, dialect) -> Any:
        """On SQLite one step instead of three: most rows hold several."""
        return _kept if dialect.name == "sqlite" else super().bind_processor(dialect)

    def result_processor(self, dialect, coltype) -> Any:
        """The same for what is read."""
        return _read if dialect.name == "sqlite" else super().result_processor(dialect, coltype)

    def process_bind_param(self, value: datetime | None, dialect) -> datetime | None:
        if value is None:
            return None
        value = _in_utc(value)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _in_utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("an instant needs its offset")
    return value if value.tzinfo is UTC else value.astimezone(UTC)


def _kept(value: datetime | None) -> str | None:
    if value is None:
        return None
    at = value if value.tzinfo is UTC else _in_utc(value)
    return at.isoformat(" ", "microseconds")[:26]  # without its +00:00


def _read(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).replace(tzinfo=UTC)
