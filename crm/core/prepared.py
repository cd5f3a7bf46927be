"""Writing statements compiled once for a database and run by their text.

What SQLAlchemy asks of an insert at each run takes longer than the database does: here its text,
the order of its values and how each of them is bound are asked for once.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, CursorResult, Delete, Dialect, Insert, Table, Update
from sqlalchemy.sql.compiler import SQLCompiler

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

    def run(self, connection: Connection, values: Values) -> CursorResult[Any]:
        """Run it with `values` by name."""
        ready = self._ready.get(connection.dialect.name) or self._compiled(connection.dialect)
        return connection.exec_driver_sql(ready.text, ready.bound(values))

    def run_many(self, connection: Connection, rows: Sequence[Values]) -> None:
        """Run it once for each of `rows`, in one go."""
        ready = self._ready.get(connection.dialect.name) or self._compiled(connection.dialect)
        connection.exec_driver_sql(ready.text, [ready.bound(values) for values in rows])

    def number(self, connection: Connection, values: Values) -> int:
        """Insert a row whose number the database gives; that number."""
        found = self.run(connection, values)
        return int(found.scalar_one() if found.returns_rows else found.lastrowid)

    def _compiled(self, dialect: Dialect) -> _Ready:
        made = self._statement.compile(dialect=dialect, column_keys=self._names or None)
        assert isinstance(made, SQLCompiler)
        if made.insert_prefetch or made.update_prefetch:
            raise TypeError(f"{self._statement} would leave out defaults")
        bind = {}
        for parameter, name in made.bind_names.items():
            if not parameter.required:
                raise TypeError(f"{name} of {self._statement} has a value of its own")
            bind[name] = parameter.type.dialect_impl(dialect).bind_processor(dialect)
        places = made.positiontup if made.positional else list(bind)
        order = tuple((name, bind[name]) for name in places or ())
        ready = self._ready[dialect.name] = _Ready(str(made), order, made.positional)
        return ready


def columns(table: Table) -> list[str]:
    """What an insert writes of a table whose rows the database numbers."""
    return [column.key for column in table.columns if column.key != "id"]
