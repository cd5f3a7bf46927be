"""Change sets and the values they changed: append-only, values may only be emptied."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import DDL, JSON, ForeignKey, Index, event, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.core.db import Key, Row

if TYPE_CHECKING:
    from crm.accounts.models import User

# A value that erasing empties is NULL in the database, never a JSON null.
Values = JSON(none_as_null=True)


class ChangeSet(Row):
    """One act: all that one transaction changed, or one job that takes several.

    `actor`: user, rule, import, token, prospect, system. `kind` says what was done: the endpoint
    ("contacts.update"), the job's path or a word of its own; with `details` it is put into the
    reader's words, and neither holds anything personal. `record` and `record_id` name the main
    record. `undo_of_id`: the set that this one took back; each is taken back once.
    """

    __tablename__ = "change_set"
    __table_args__ = (
        Index("ix_change_set_user", "user_id", "id"),
        Index("ix_change_set_kind", "kind", "id"),
    )
    at: Mapped[datetime] = mapped_column(index=True)
    actor: Mapped[str]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    kind: Mapped[str]
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    request_id: Mapped[str] = mapped_column(default="")
    record: Mapped[str] = mapped_column(default="")
    record_id: Mapped[int | None] = mapped_column(Key)
    undo_of_id: Mapped[int | None] = mapped_column(ForeignKey("change_set.id"), unique=True)
    user: Mapped["User | None"] = relationship()


def linked(name: str, column: str) -> Index:
    """An index over the changes that belong to one kind of record."""
    there = text(f"{column} IS NOT NULL")
    return Index(name, column, "change_set_id", sqlite_where=there, postgresql_where=there)


GONE = text("op = 'delete'")  # written out, or SQLite would not find its index


class ChangeValue(Row):
    """What a set did to one row. `op`: insert (`new`), update (both), delete (`old`).

    `old` and `new` map columns to plain values. The links name the records it belongs to, without
    foreign keys: the trail outlives the record.
    """

    __tablename__ = "change_value"
    __table_args__ = (
        linked("ix_change_value_contact", "contact_id"),
        linked("ix_change_value_company", "company_id"),
        linked("ix_change_value_deal", "deal_id"),
        Index(
            "ix_change_value_gone",
            "table_name",
            "row_id",
            sqlite_where=GONE,
            postgresql_where=GONE,
        ),
    )
    change_set_id: Mapped[int] = mapped_column(ForeignKey("change_set.id"), index=True)
    table: Mapped[str] = mapped_column("table_name")
    row_id: Mapped[int] = mapped_column(Key)
    op: Mapped[str]
    contact_id: Mapped[int | None] = mapped_column(Key)
    company_id: Mapped[int | None] = mapped_column(Key)
    deal_id: Mapped[int | None] = mapped_column(Key)
    old: Mapped[dict[str, Any] | None] = mapped_column(Values)
    new: Mapped[dict[str, Any] | None] = mapped_column(Values)

    @property
    def records(self) -> dict[str, int]:
        """The records this belongs to: {"contact": 7}."""
        links = {"contact": self.contact_id, "company": self.company_id, "deal": self.deal_id}
        return {kind: found for kind, found in links.items() if found is not None}


WORDS = "the history is append-only"
KEPT = ("id", "change_set_id", "table_name", "row_id", "op")
EMPTIED = "NEW.old IS NULL AND NEW.new IS NULL AND " + " AND ".join(
    f"NEW.{name} = OLD.{name}" for name in KEPT
)
SQLITE = (
    *(
        f"CREATE TRIGGER {table}_{moment.lower()} BEFORE {moment} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{WORDS}'); END"
        for table, moment in (
            ("change_set", "UPDATE"),
            ("change_set", "DELETE"),
            ("change_value", "DELETE"),
        )
    ),
    f"CREATE TRIGGER change_value_update BEFORE UPDATE ON change_value WHEN NOT ({EMPTIED}) "
    f"BEGIN SELECT RAISE(ABORT, '{WORDS}'); END",
    # REPLACE takes the row that is there away, and no trigger on deletion tells.
    *(
        f"CREATE TRIGGER {table}_insert BEFORE INSERT ON {table} WHEN {is_there} "
        f"BEGIN SELECT RAISE(ABORT, '{WORDS}'); END"
        for table, is_there in (
            ("change_value", "EXISTS (SELECT 1 FROM change_value WHERE id = NEW.id)"),
            (
                "change_set",
                "EXISTS (SELECT 1 FROM change_set WHERE id = NEW.id) OR "
                "EXISTS (SELECT 1 FROM change_set WHERE undo_of_id = NEW.undo_of_id)",
            ),
        )
    ),
)
POSTGRESQL = (
    "CREATE OR REPLACE FUNCTION history_stays() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{WORDS}'; END $$",
    "CREATE TRIGGER change_set_stays BEFORE UPDATE OR DELETE ON change_set "
    "FOR EACH ROW EXECUTE FUNCTION history_stays()",
    "CREATE TRIGGER change_value_stays BEFORE DELETE ON change_value "
    "FOR EACH ROW EXECUTE FUNCTION history_stays()",
    "CREATE TRIGGER change_value_kept BEFORE UPDATE ON change_value FOR EACH ROW "
    f"WHEN (NOT ({EMPTIED})) EXECUTE FUNCTION history_stays()",
    *(
        f"CREATE TRIGGER {table}_whole BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION history_stays()"
        for table in ("change_set", "change_value")
    ),
)
# `create_all` of the last of the two tables makes the triggers too; the migration has its own.
for _dialect, _statements in (("sqlite", SQLITE), ("postgresql", POSTGRESQL)):
    for _statement in _statements:
        event.listen(
            ChangeValue.__table__,
            "after_create",
            DDL(_statement.replace("%", "%%")).execute_if(dialect=_dialect),  # type: ignore[arg-type]
        )
