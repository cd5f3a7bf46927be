"""The words by which records are found, and how the texts of the timeline are searched."""

from sqlalchemy import DDL, ForeignKey, Index, Text, event
from sqlalchemy.orm import Mapped, mapped_column

from crm.activities.models import Entry, Task
from crm.core.db import Key, db

# Ranges over `word` find what begins with it, so it sorts by code point everywhere.
Word = Text().with_variant(Text(collation="C"), "postgresql")


class SearchWord(db.Model):  # type: ignore[name-defined,misc]
    """A folded word of a record; `kind`: contact, company, deal.

    Written in the transaction that changes the record (search/actions.py). Numbers stand as
    digits, and once more backwards behind "~", so that their end finds them.
    """

    __tablename__ = "search_word"
    __table_args__ = (
        Index("ix_search_word_record", "record_id", "kind", "word"),
        {"sqlite_with_rowid": False},
    )
    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    word: Mapped[str] = mapped_column(Word, primary_key=True)
    record_id: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)


class SearchTypo(db.Model):  # type: ignore[name-defined,misc]
    """A word of names as it is and with each of its letters left out, each once in the house.

    Two words that differ by one typing error share one such shape. No record is named:
    whoever reads asks which have the word. What no record has any more goes with the trash.
    """

    __tablename__ = "search_typo"
    __table_args__ = ({"sqlite_with_rowid": False},)
    shape: Mapped[str] = mapped_column(Word, primary_key=True)
    word: Mapped[str] = mapped_column(Word, primary_key=True)


class SearchField(db.Model):  # type: ignore[name-defined,misc]
    """A custom field whose records get their words anew; those up to `after` have them."""

    __tablename__ = "search_field"
    field_id: Mapped[int] = mapped_column(
        ForeignKey("custom_field.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    after: Mapped[int] = mapped_column(Key, default=0)


# The texts of these entries are found. The database itself keeps their index in step, whoever
# writes; SQLite's holds no text, so what is taken out of it is folded again by the same rules.
SEARCHED = ("note", "call", "meeting", "mail_in", "external")
_KINDS = ", ".join(f"'{kind}'" for kind in SEARCHED)
_IN, _OUT = (
    f"INSERT INTO entry_fts(rowid, body) SELECT NEW.id, tend_fold(NEW.body) "
    f"WHERE NEW.body <> '' AND NEW.kind IN ({_KINDS});",
    f"INSERT INTO entry_fts(entry_fts, rowid, body) SELECT 'delete', OLD.id, tend_fold(OLD.body) "
    f"WHERE OLD.body <> '' AND OLD.kind IN ({_KINDS});",
)
SQLITE = (
    "CREATE VIRTUAL TABLE entry_fts USING fts5(body, content='', tokenize='unicode61')",
    f"CREATE TRIGGER entry_fts_insert AFTER INSERT ON entry BEGIN {_IN} END",
    f"CREATE TRIGGER entry_fts_delete AFTER DELETE ON entry BEGIN {_OUT} END",
    f"CREATE TRIGGER entry_fts_update AFTER UPDATE OF body ON entry BEGIN {_OUT} {_IN} END",
)
POSTGRESQL = (
    "CREATE INDEX ix_entry_fts ON entry USING gin (to_tsvector('simple', tend_fold(body))) "
    f"WHERE kind IN ({_KINDS})",
)
# Titles and notes of tasks, likewise.
_SAID = "tend_fold({row}.title || ' ' || {row}.note)"
_ADDED, _GONE = (
    f"INSERT INTO task_fts(rowid, body) SELECT NEW.id, {_SAID.format(row='NEW')};",
    f"INSERT INTO task_fts(task_fts, rowid, body) SELECT 'delete', OLD.id, "
    f"{_SAID.format(row='OLD')};",
)
SQLITE_TASKS = (
    "CREATE VIRTUAL TABLE task_fts USING fts5(body, content='', tokenize='unicode61')",
    f"CREATE TRIGGER task_fts_insert AFTER INSERT ON task BEGIN {_ADDED} END",
    f"CREATE TRIGGER task_fts_delete AFTER DELETE ON task BEGIN {_GONE} END",
    "CREATE TRIGGER task_fts_update AFTER UPDATE OF title, note ON task "
    f"BEGIN {_GONE} {_ADDED} END",
)
POSTGRESQL_TASKS = (
    "CREATE INDEX ix_task_fts ON task "
    "USING gin (to_tsvector('simple', tend_fold(title || ' ' || note)))",
)
# `create_all` makes them with the table; the migrations have their own.
for _table, _dialect, _statements in (
    (Entry.__table__, "sqlite", SQLITE),
    (Entry.__table__, "postgresql", POSTGRESQL),
    (Task.__table__, "sqlite", SQLITE_TASKS),
    (Task.__table__, "postgresql", POSTGRESQL_TASKS),
):
    for _statement in _statements:
        event.listen(
            _table,
            "after_create",
            DDL(_statement).execute_if(dialect=_dialect),  # type: ignore[arg-type]
        )
