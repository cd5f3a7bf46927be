"""Text for comparing and sorting: no case, no marks, single blanks; in Python and in SQL alike."""

import sqlite3
import unicodedata
from typing import Any

from sqlalchemy import DDL, ColumnElement, Text, event, func
from sqlalchemy.engine import Engine

from crm.core.db import db

# Letters that Unicode does not take apart although people type them without the mark.
PLAIN = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i"}
)

# Marks over letters: Combining Diacritical Marks but for an iota and a joiner among them.
MARKS = "[\u0300-\u0344\u0346-\u034e\u0350-\u036f]"


def fold(text: str) -> str:
    """`text` for comparing and sorting: NFKD (UAX 15), no marks, no case, single blanks."""
    if text.isascii():
        return " ".join(text.lower().split())
    parts = unicodedata.normalize("NFKD", text)
    return " ".join("".join(_plain(parts)).split())


def _plain(parts: str) -> str:
    parts = unicodedata.normalize("NFKD", parts.casefold().translate(PLAIN))
    return "".join(c for c in parts if not unicodedata.combining(c)).casefold()


def folded(column: Any) -> ColumnElement[str]:
    """`fold` of a column, as the database computes it."""
    return func.tend_fold(column, type_=Text)


def postgres_function() -> str:
    """The statement that teaches PostgreSQL to fold; letter by letter what `fold` does."""
    pairs = [(chr(n), _plain(chr(n))) for n in range(1, 0x110000) if not 0xD800 <= n < 0xE000]
    changed = [
        (one, " " if one.isspace() else plain)
        for one, plain in pairs
        if (plain != one or one.isspace()) and unicodedata.normalize("NFKD", one) == one
    ]
    single = [(one, plain) for one, plain in changed if len(plain) == 1]
    gone = "".join(one for one, plain in changed if not plain)
    source, target = "".join(one for one, _ in single), "".join(plain for _, plain in single)
    body = "normalize(said, NFKD)"
    for one, plain in changed:
        if len(plain) > 1:
            body = f"replace({body}, {_quoted(one)}, {_quoted(plain)})"
    body = f"translate({body}, {_quoted(source + gone)}, {_quoted(target)})"
    blanks = _quoted("\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f")
    return (
        "CREATE OR REPLACE FUNCTION tend_fold(said text) RETURNS text "
        "LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $tend$ "
        "DECLARE plain text := said; BEGIN "
        # Most letters are plain ones under marks: without these they need no table.
        "IF octet_length(said) <> char_length(said) THEN "
        f"plain := regexp_replace(normalize(said, NFKD), {_quoted(MARKS)}, '', 'g'); END IF; "
        "IF octet_length(plain) = char_length(plain) THEN "
        f"plain := translate(lower(plain COLLATE \"C\"), {blanks}, '         '); "
        f"ELSE plain := {body}; END IF; "
        "IF strpos(plain, '  ') > 0 THEN plain := regexp_replace(plain, ' +', ' ', 'g'); END IF; "
        "RETURN btrim(plain); END $tend$"
    )


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


@event.listens_for(Engine, "connect")
def _teach_sqlite(connection: Any, _record: Any) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.create_function("tend_fold", 1, _fold_or_none, deterministic=True)


def _fold_or_none(text: Any) -> str | None:
    return None if text is None else fold(str(text))


@event.listens_for(db.metadata, "before_create")
def _teach_postgres(_target: Any, connection: Any, **_more: Any) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(DDL(postgres_function().replace("%", "%%")))
