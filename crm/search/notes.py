"""Finding what was written about records: notes, calls, meetings, answers."""

from typing import Any, NamedTuple

from sqlalchemy import (
    CTE,
    ColumnElement,
    Select,
    and_,
    bindparam,
    case,
    column,
    func,
    or_,
    select,
    table,
    text,
    true,
    union_all,
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
# So many hits are looked at for one page, whoever sees them; the next page goes on behind them.
LOOKED = 2000
# Of words in more texts than this the newest texts are read instead, so many of them.
MANY = 20_000
WINDOW = 1000
_KINDS = ", ".join(f"'{kind}'" for kind in SEARCHED)


class Said(NamedTuple):
    """An entry found: where it stands, about whom, and the words around what was asked."""

    id: int
    name: str
    url: str
    kind: str
    at: Any
    excerpt: str


class Heard(NamedTuple):
    """Entries found, and the place behind which there may be more."""

    rows: list[Said]
    further: int | None


def said(user: User, words: tuple[str, ...], before: int = 0, size: int = 8) -> Heard:
    """At most `size` entries whose texts hold words that begin with each of `words`.

    The newest first. Only of records that `user` sees, and nobody else's private ones. `before`
    is a place: older entries follow it.
    """
    if not is_asked(words):
        return Heard([], None)
    is_postgres = db.engine.dialect.name == "postgresql"
    asked = {
        "asked": of_words(words),
        "reader_id": user.id,
        "size": size + 1,
        "looked": LOOKED,
    }
    if is_postgres:
        asked |= {"many": MANY, "window": WINDOW}
    if before:
        asked["before"] = before
    statement = _statement(user.sees_all, is_postgres, bool(before))
    rows = reading.rows(statement, asked | sight(user))
    there = [_said(row, words) for row in rows[:size] if row.id]
    return Heard(there, there[-1].id if len(rows) > size else rows[0].place)


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


def is_asked(words: tuple[str, ...]) -> bool:
    """Whether texts are searched for these words: single letters stand in all of them."""
    return any(len(word) > 1 for word in words)


def of_words(words: tuple[str, ...]) -> str:
    """Texts that hold a word beginning with each of these, as the database is asked for them."""
    if db.engine.dialect.name == "postgresql":
        return " & ".join(f"'{word}':*" for word in words)
    return " ".join(f'"{word}"*' for word in words)


@ready
def _statement(sees_all: bool, is_postgres: bool, is_further: bool) -> Select:
    """Written once for each shape: it takes longer to build than to run.

    At least one row comes back: the place from which further texts were not looked at, None
    where there are none.
    """
    looked, place = _lately(is_further) if is_postgres else _newest(is_further)
    found = _one_by_one(sees_all, looked) if is_postgres else _in_order(sees_all, looked)
    bound = select(place.label("place")).subquery("bound")
    there = found.limit(bindparam("size")).subquery("there")
    rows = select(*there.c, bound.c.place).select_from(bound.outerjoin(there, true()))
    return rows.order_by(there.c.id.desc())


def _in_order(sees_all: bool, looked: CTE) -> Select:
    """Their numbers as a list: where they are joined, SQLite reads all entries for a filter."""
    is_looked = Entry.id.in_(select(looked.c.id))
    return _readable(sees_all).where(is_looked).order_by(Entry.id.desc())


def _one_by_one(sees_all: bool, looked: CTE) -> Select:
    """Each entry is asked for by its number: planners that expect many read whole tables."""
    rows = _readable(sees_all).where(Entry.id == looked.c.id).correlate(looked).offset(0)
    there = rows.lateral("said")
    return select(*there.c).select_from(looked.join(there, true())).order_by(looked.c.id.desc())


def _readable(sees_all: bool) -> Select:
    """Entries that a person may read, with the names of their records."""
    found: list[ColumnElement[bool]] = []
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
    return (
        rows.select_from(Entry)
        .outerjoin(Contact, Contact.id == Entry.contact_id)
        .outerjoin(Deal, Deal.id == Entry.deal_id)
        .outerjoin(Company, Company.id == Entry.company_id)
        .where(
            or_(*(getattr(Entry, f"{record}_id").is_not(None) for record, _model in PLACES)),
            readable(bindparam("reader_id")),
            *found,
        )
    )


def _newest(is_further: bool) -> tuple[CTE, Any]:
    """SQLite reads its index from the newest row on and stops when it has enough."""
    number: Any = FTS.c.rowid
    hits = select(number.label("id")).where(FTS.c.entry_fts.op("MATCH")(bindparam("asked")))
    if is_further:
        hits = hits.where(number < bindparam("before"))
    looked = hits.order_by(number.desc()).limit(bindparam("looked")).cte("looked")
    is_full = select(func.count()).select_from(looked).scalar_subquery() == bindparam("looked")
    last = select(func.min(looked.c.id)).scalar_subquery()
    return looked, case((is_full, last))


def _lately(is_further: bool) -> tuple[CTE, Any]:
    """PostgreSQL's index knows no order: few hits are sorted, of many the newest texts are read.

    Nothing else is asked of the texts before: planners that expect many hits walk along the
    order instead, and fold each text on the way.
    """
    kind, vector = text(f"entry.kind IN ({_KINDS})"), _vector(Entry.body)
    is_before = [Entry.id < bindparam("before")] if is_further else []
    some = select(Entry.id).where(kind, _holds(vector), *is_before).limit(bindparam("many") + 1)
    hits = some.cte("hits").prefix_with("MATERIALIZED")
    count = select(func.count()).select_from(hits).scalar_subquery()
    is_many = count > bindparam("many")
    texts = (
        select(Entry.id, Entry.body)
        .where(kind, is_many, *is_before)
        .order_by(Entry.id.desc())
        .limit(bindparam("window"))
        .cte("texts")
        .prefix_with("MATERIALIZED")
    )
    few = select(hits.c.id).where(~is_many).order_by(hits.c.id.desc()).limit(bindparam("looked"))
    new = select(texts.c.id).where(_holds(_vector(texts.c.body)))
    looked = union_all(select(few.subquery().c.id), new).cte("looked").prefix_with("MATERIALIZED")
    last = select(func.min(looked.c.id)).scalar_subquery()
    end = select(func.min(texts.c.id)).scalar_subquery()
    return looked, case((is_many, end), (count > bindparam("looked"), last))


def _vector(body: Any) -> Any:
    return func.to_tsvector(text("'simple'"), func.tend_fold(body))


def _holds(vector: Any) -> ColumnElement[bool]:
    return vector.op("@@")(func.to_tsquery(text("'simple'"), bindparam("asked")))  # type: ignore[no-any-return]
