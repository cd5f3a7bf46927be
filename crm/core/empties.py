"""JSON columns of SQLite whose value is empty: most are, and say so without a parser."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import JSON, Dialect
from sqlalchemy.types import TypeEngine

Process = Callable[[Any], Any] | None
TEXTS: dict[type, str] = {dict: "{}", list: "[]"}


def binding(kind: TypeEngine[Any], dialect: Dialect) -> Process:
    """What a value of a column goes through before it is written."""
    go = kind.dialect_impl(dialect).bind_processor(dialect)
    if go is None or not _is_text(kind, dialect):
        return go

    def bound(value: Any) -> Any:
        return go(value) if value else TEXTS.get(type(value)) or go(value)

    return bound


def reading(kind: TypeEngine[Any], dialect: Dialect, told: Any) -> Process:
    """What a value goes through after it was read; `told` is the driver's name of its type."""
    go = kind.dialect_impl(dialect).result_processor(dialect, told)
    if go is None or not _is_text(kind, dialect):
        return go

    def read(text: Any) -> Any:
        if text == "{}":
            return {}
        return [] if text == "[]" else go(text)

    return read


def _is_text(kind: TypeEngine[Any], dialect: Dialect) -> bool:
    return isinstance(kind, JSON) and dialect.name == "sqlite"
