"""Finding what was written about records: notes, calls, meetings, answers."""

from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    column,
    func,
    or_,
    select,
    table,
    text,
)

from crm.accounts.models import User
from crm.accounts.queries import in_sight, sight
from crm.activities.models import Entry
from crm.activities.queries.reading import readable
from crm.activities.rules import note_words
from crm.companies.models import Company
from crm.contacts.models import Contact
from crm.core import reading
from crm.core.db import db
from crm.core.ready import ready
from crm.deals.models import Deal
from crm.search.models import SEARCHED
from crm.search.rules import excerpt

FTS = table("entry_fts", column("rowid"), column("entry_fts"))
PLACES = (("contact", Contact), ("deal", Deal), ("company", Company))


class Said(NamedTuple):
    """An entry found: where it stands, about whom, and the words around what was asked."""

    id: int
    name: str
    url: str
    kind: str
    at: Any
    excerpt: str


def said(user: User, words: tuple[str, ...], before: int = 0, size: int = 8) -> list[Said]:
    """Entries whose texts hold words that begin with each of `words`, the newest first.

    Only of records that `user` sees, and nobody else's private ones. `before` is a place: older
    entries follow it. At most `size` + 1 come back, the last one says that there are more.
    """
    if not words or not any(len(word) > 1 for word in words):
        return []
    is_postgres = db.engine.dialect.name == "postgresql"
    asked = {
        "asked": _tsquery(words) if is_postgres else _match(words),
        "reader_id": user.id,
        "size": size + 1,
    }
    if before:
        asked["before"] = before
    statement = _statement(user.sees_all, is_postgres, bool(before))
    rows = reading.rows(statement, asked | sight(user))
    return [_said(row, words) for row in rows]


def _said(row: Any, words: tuple[str, ...]) -> Said:
    for record, _model in PLACES:
        number = getattr(row, f"{record}_id")
        if number:
            plural = "companies" if record == "company" else f"{record}s"
            url, name = f"/{plural}/{number}", getattr(row, f"{record}_name")
            break
    shown = row.parent_id or row.id
    return Said(row.id, name, f"{url}?entry={shown}#event-{shown}", row.kind, row.at,
                excerpt(note_words(row.body), words))  # fmt: skip


def _match(words: tuple[str, ...]) -> str:
    return " ".join(f'"{word}"*' for word in words)


def _tsquery(words: tuple[str, ...]) -> str:
    return " & ".join(f"'{word}':*" for word in words)


@ready
def _statement(sees_all: bool, is_postgres: bool, is_further: bool) -> Select:
    """Written once for each shape: it takes longer to build than to run."""
    found: list[ColumnElement[bool]] = [_holds(is_postgres)]
    # SQLite reads its index from the newest row on and stops when it has enough.
    number: Any = Entry.id if is_postgres else FTS.c.rowid
    if is_further:
        found.append(number < bindparam("before"))
    own = []
    for record, model in PLACES:
        there = and_(model.deleted_at.is_(None), in_sight(sees_all, model))
        link = getattr(Entry, f"{record}_id")
        if record == "company":
            # Whoever sees the person reads what was said to them, whosever the company is.
            nobody = and_(Entry.contact_id.is_(None), Entry.deal_id.is_(None))
            found.append(or_(~nobody, and_(model.id.is_not(None), there)))
        else:
            found.append(or_(link.is_(None), and_(model.id.is_not(None), there)))
        own.append(model.name.label(f"{record}_name"))
    rows = select(Entry.id, Entry.kind, Entry.at, Entry.body, Entry.contact_id, Entry.deal_id,
                  Entry.company_id, Entry.parent_id, *own)  # fmt: skip
    if is_postgres:
        rows = rows.select_from(Entry)
    else:
        rows = rows.select_from(FTS).join(Entry, Entry.id == FTS.c.rowid)
    return (
        rows.outerjoin(Contact, Contact.id == Entry.contact_id)
        .outerjoin(Deal, Deal.id == Entry.deal_id)
        .outerjoin(Company, Company.id == Entry.company_id)
        .where(
            or_(*(getattr(Entry, f"{record}_id").is_not(None) for record, _model in PLACES)),
            readable(bindparam("reader_id")),
            *found,
        )
        .order_by(number.desc())
        .limit(bindparam("size"))
    )


def _holds(is_postgres: bool) -> ColumnElement[bool]:
    if not is_postgres:
        return FTS.c.entry_fts.op("MATCH")(bindparam("asked"))
    vector = func.to_tsvector(text("'simple'"), func.tend_fold(Entry.body))
    kinds = ", ".join(f"'{kind}'" for kind in SEARCHED)
    is_searched = text(f"entry.kind IN ({kinds})")
    return and_(is_searched, vector.op("@@")(func.to_tsquery(text("'simple'"), bindparam("asked"))))
