"""Statements built once whose SQL is written once as well: pages ask the same few all the time.

At each run SQLAlchemy looks a statement up among those it compiled, takes its values apart and
prepares how to read what comes: that takes longer than most of them do. Here all of it is kept.
"""

import re
import sqlite3
from collections import Counter, namedtuple
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import cache, update_wrapper
from typing import Any, NamedTuple, ParamSpec

from sqlalchemy import Connection, CursorResult, Dialect, SelectBase
from sqlalchemy.sql.compiler import SQLCompiler

from crm.core import empties

P = ParamSpec("P")
KEPT = 64
Process = Callable[[Any], Any]
# A value's place in SQL for psycopg, or a per cent sign.
PLACE = re.compile(r"%\((\w+)\)s|%%")


class Text(NamedTuple):
    """SQL for one database: the values that stand in it, and what each other one goes through.

    `raw` is the same as PostgreSQL itself takes it, with numbers for the places.
    """

    sql: str
    raw: str
    constants: dict[str, Any]
    lists: tuple[tuple[str, list[str]], ...]
    places: tuple[tuple[str, Process | None], ...]
    is_positional: bool


class Reader(NamedTuple):
    """How a row is made: its class, and what the values at some places go through before."""

    make: Callable[[Any], Any]
    marks: tuple[tuple[int, Process], ...]


class Ready:
    """A statement that selects columns, with names for the values that differ.

    Lists are filled up with their last value to a power of two, which changes nothing of what is
    in them: so there are few texts, and the database knows them again.
    """

    def __init__(self, statement: SelectBase) -> None:
        self.statement = statement
        self._compiled: dict[str, tuple[SQLCompiler, tuple[str, ...]]] = {}
        self._texts: dict[tuple[Any, ...], Text] = {}
        self._readers: dict[str, Reader] = {}

    def rows(self, connection: Connection, values: Mapping[str, Any]) -> list[Any]:
        """The rows; a value that the statement names and does not get is a KeyError."""
        text, given = self._asked(connection.dialect, values)
        reader = self._readers.get(connection.dialect.name)
        if reader is None:
            result = connection.exec_driver_sql(text.sql, given)
            reader = _reader(self.statement, result, connection.dialect)
            self._readers[connection.dialect.name] = reader
            found: Iterable[Any] = result.all()
        else:
            found = _found(connection, text, given)
        make, marks = reader
        if not marks:
            return [make(row) for row in found]
        return [make(_read(row, marks)) for row in found]

    def _asked(self, dialect: Dialect, values: Mapping[str, Any]) -> tuple[Text, Any]:
        text = self._text(dialect, values)
        given = {**text.constants, **values}
        for name, names in text.lists:
            some = tuple(given[name])
            given.update(zip(names, some + some[-1:] * (len(names) - len(some)), strict=True))
        if text.is_positional:
            row: Any = tuple([go(given[name]) if go else given[name] for name, go in text.places])
        else:
            row = {name: go(given[name]) if go else given[name] for name, go in text.places}
        return text, row

    def _text(self, dialect: Dialect, values: Mapping[str, Any]) -> Text:
        """The SQL for lists of such lengths."""
        if dialect.name not in self._compiled:
            compiled: Any = self.statement.compile(dialect=dialect)
            binds = compiled.bind_names
            lists = tuple(binds[bind] for bind in binds if bind.expanding and not bind.unique)
            self._compiled[dialect.name] = compiled, lists
        compiled, lists = self._compiled[dialect.name]
        sizes = [_filled(len(values[name])) for name in lists]
        key = (dialect.name, *sizes)
        text = self._texts.get(key)
        if text is None:
            if len(self._texts) >= KEPT:
                self._texts.clear()
            samples = {name: [None] * size for name, size in zip(lists, sizes, strict=True)}
            text = self._texts[key] = _text(compiled, {**values, **samples})
        return text


def ready(build: Callable[P, SelectBase]) -> Callable[P, Ready]:
    """`build` with what it returns ready to be asked for: once for each shape that it takes."""

    @cache
    def built(*shape: Any) -> Ready:
        return Ready(build(*shape))  # type: ignore[call-arg, arg-type]

    return update_wrapper(built, build)  # type: ignore[return-value]


def _filled(size: int) -> int:
    return 1 << (size - 1).bit_length() if size else 0


def _text(compiled: Any, values: Mapping[str, Any]) -> Text:
    state = compiled.construct_expanded_state(values, escape_names=False)
    lists = {
        name: names
        for name, names in state.parameter_expansion.items()
        if not compiled.binds[name].unique
    }
    listed = {one: name for name, names in state.parameter_expansion.items() for one in names}
    constants, places = {}, []
    for name in state.positiontup or state.parameters:
        bind = compiled.binds[listed.get(name, name)]
        go = empties.binding(bind.type, compiled.dialect)
        if bind.unique:  # a value that stands in the statement itself
            constants[name] = go(state.parameters[name]) if go else state.parameters[name]
            go = None
        places.append((name, go))
    raw = state.statement if compiled.positional else _numbered(state.statement, places)
    return Text(
        state.statement, raw, constants, tuple(lists.items()), tuple(places), compiled.positional
    )


def _numbered(sql: str, places: Iterable[tuple[str, Any]]) -> str:
    """SQL with `%(name)s` for its values, with `$1` instead: nothing is left to look for in it."""
    numbers = {name: number for number, (name, _go) in enumerate(places, 1)}
    return PLACE.sub(lambda found: f"${numbers[found[1]]}" if found[1] else "%", sql)


def _reader(statement: SelectBase, result: CursorResult[Any], dialect: Dialect) -> Reader:
    columns: list[Any] = list(statement.selected_columns)
    told: Any = result.cursor
    names = Counter(str(column.key) for column in columns)
    # Names that two columns share lead to neither.
    row = namedtuple(  # type: ignore[misc]
        "Read", [c.key if names[c.key] == 1 else "_" for c in columns], rename=True
    )
    marks = []
    for place, (column, about) in enumerate(zip(columns, told.description, strict=True)):
        go = empties.reading(column.type, dialect, about[1])
        if go:
            marks.append((place, go))
    return Reader(row._make, tuple(marks))


def _found(connection: Connection, text: Text, given: Any) -> Iterable[Any]:
    """The rows as the driver gives them.

    It is asked itself, where nobody listens: what SQLAlchemy makes ready for a result costs more
    than the columns.
    """
    name = connection.dialect.name
    if connection.in_transaction() and not connection.engine.dispatch.before_cursor_execute:
        raw: Any = connection.connection.driver_connection
        if name == "postgresql":
            return _of_postgresql(connection, raw, text.raw, given)
        with suppress(sqlite3.Error):  # told what is wrong in SQLAlchemy's way, being asked again
            return raw.execute(text.sql, given).fetchall()  # type: ignore[no-any-return]
    return connection.exec_driver_sql(text.sql, given).all()


def _of_postgresql(connection: Connection, raw: Any, sql: str, given: dict[str, Any]) -> list[Any]:
    driver: Any = connection.dialect.dbapi
    cursor = driver.RawCursor(raw)
    try:
        found: list[Any] = cursor.execute(sql, list(given.values())).fetchall()
    except driver.Error as error:  # told in SQLAlchemy's way: asking again would be refused
        connection._handle_dbapi_exception(error, sql, given, cursor, None)
    cursor.close()
    return found


def _read(row: Iterable[Any], marks: tuple[tuple[int, Process], ...]) -> list[Any]:
    values = list(row)
    for place, go in marks:
        if values[place] is not None:
            values[place] = go(values[place])
    return values
