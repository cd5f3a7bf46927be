"""Writing statements compiled once for a database and run by their text.

What SQLAlchemy asks of an insert at each run takes longer than the database does: here its text,
the order of its values and how each of them is bound are asked for once.
"""

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Delete, Dialect, Insert, Table, Update
from sqlalchemy.sql.compiler import SQLCompiler

from crm.core import empties
from crm.core.sqlite import driver

Values = Mapping[str, Any]


class _Ready(NamedTuple):
    """A statement in the words of one database."""

    text: str
    order: tuple[tuple[str, Callable[[Any], Any] | None], ...]
    by_place: bool

    def bound(self, values: Values) -> Any:
        if self.by_place:
            return tuple([bind(values[key]) if bind else values[key] for key, bind in self.order])
        return {key: bind(values[key]) if bind else values[key] for key, bind in self.order}


class Prepared:
    """An insert, update or delete all of whose values are given at each run.

    `names`: the columns that an insert writes. Defaults of columns are not asked for.
    """

    def __init__(self, statement: Insert | Update | Delete, names: Iterable[str] = ()) -> None:
        self._statement, self._names = statement, list(names)
        self._ready: dict[str, _Ready] = {}

    def run(self, connection: Connection, values: Values) -> int:
        """Run it with `values` by name; how many rows it wrote."""
        return int(self._done(connection, values).rowcount)

    def run_many(self, connection: Connection, rows: Sequence[Values]) -> None:
        """Run it once for each of `rows`, in one go."""
        ready, raw = self._in_words_of(connection.dialect), driver(connection)
        given = [ready.bound(values) for values in rows]
        if raw is None:
            connection.exec_driver_sql(ready.text, given)
            return
        try:
            raw.executemany(ready.text, given)
        except sqlite3.Error as error:
            connection._handle_dbapi_exception(error, ready.text, given, None, None)

    def number(self, connection: Connection, values: Values) -> int:
        """Insert a row whose number the database gives; that number."""
        done = self._done(connection, values)
        return int(done.lastrowid if connection.dialect.name == "sqlite" else done.scalar_one())

    def first(self, connection: Connection, values: Values) -> Any:
        """Run it; the first column of the first row that it returns, None without any."""
        rows = self._done(connection, values).fetchall()
        return rows[0][0] if rows else None

    def _done(self, connection: Connection, values: Values) -> Any:
        ready, raw = self._in_words_of(connection.dialect), driver(connection)
        given = ready.bound(values)
        if raw is None:
            return connection.exec_driver_sql(ready.text, given)
        try:
            return raw.execute(ready.text, given)
        except sqlite3.Error as error:
            connection._handle_dbapi_exception(error, ready.text, given, None, None)

    def _in_words_of(self, dialect: Dialect) -> _Ready:
        return self._ready.get(dialect.name) or self._compiled(dialect)

    def _compiled(self, dialect: Dialect) -> _Ready:
        made = self._statement.compile(dialect=dialect, column_keys=self._names or None)
        assert isinstance(made, SQLCompiler)
        if made.insert_prefetch or made.update_prefetch:
            raise TypeError(f"{self._statement} would leave out defaults")
        bind = {}
        for parameter, name in made.bind_names.items():
            if not parameter.required:
                raise TypeError(f"{name} of {self._statement} has a value of its own")
            bind[name] = empties.binding(parameter.type, dialect)
        places = made.positiontup if made.positional else list(bind)
        order = tuple((name, bind[name]) for name in places or ())
        ready = self._ready[dialect.name] = _Ready(str(made), order, made.positional)
        return ready


def columns(table: Table) -> list[str]:
    """What an insert writes of a table whose rows the database numbers."""
    return [column.key for column in table.columns if column.key != "id"]
