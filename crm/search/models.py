"""The words by which records are found."""

from sqlalchemy import Index, Text
from sqlalchemy.orm import Mapped, mapped_column

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
