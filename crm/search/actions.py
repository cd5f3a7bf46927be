"""Keeps the words of records in step, inside the transaction that changes the record.

The session itself tells which names, addresses and numbers changed, so no feature above has
to know of search; bulk writes that go past the session call `index` themselves.
"""

from collections.abc import Iterable
from typing import Any

import phonenumbers
from sqlalchemy import delete, event, insert, inspect, select, tuple_
from sqlalchemy.orm import Session

from crm.accounts.queries import workspace
from crm.companies.models import Company, CompanyDomain
from crm.contacts.models import Contact, ContactEmail, ContactPhone
from crm.core import reading
from crm.core.db import connection, db
from crm.core.phones import digits, parse_phone
from crm.core.prepared import Prepared
from crm.deals.models import Deal
from crm.fields.models import FieldValue
from crm.fields.queries import customs
from crm.fields.typed import Custom
from crm.search import spelling
from crm.search.models import SearchTypo, SearchWord
from crm.search.rules import (
    words_of,
    words_of_domain,
    words_of_email,
    words_of_name,
    words_of_phone,
)

Record = tuple[str, int]
KINDS: dict[type[Any], str] = {Contact: "contact", Company: "company", Deal: "deal"}
PARTS: dict[type, tuple[str, str]] = {
    ContactEmail: ("contact", "contact_id"),
    ContactPhone: ("contact", "contact_id"),
    CompanyDomain: ("company", "company_id"),
}
MODELS: dict[str, type[Any]] = {kind: model for model, kind in KINDS.items()}
BATCH = 500
MOST_WORDS_OF_FIELDS = 300
INSERT_WORDS = Prepared(
    insert(SearchWord.__table__).inline(),  # type: ignore[arg-type]
    ("kind", "word", "record_id"),
)


def listen() -> None:
    """Let the session keep the words in step; asking twice is asking once."""
    for moment, act in (
        ("after_flush", _note),
        ("before_commit", _write),
        ("after_rollback", _forget),
    ):
        if not event.contains(Session, moment, act):
            event.listen(Session, moment, act)
    for model in (*KINDS, *PARTS, FieldValue):
        if not event.contains(model, "after_insert", _added):
            event.listen(model, "after_insert", _added)


def index(records: Iterable[Record], fresh: Iterable[Record] = ()) -> None:
    """Write the words of `records` anew; `fresh` ones have none yet."""
    records, new = sorted(set(records)), set(fresh)
    stale = [record for record in records if record not in new]
    gone: set[str] = set()
    for start in range(0, len(stale), BATCH):
        gone |= set(
            db.session.scalars(
                delete(SearchWord)
                .where(
                    tuple_(SearchWord.kind, SearchWord.record_id).in_(stale[start : start + BATCH])
                )
                .returning(SearchWord.word)
                .execution_options(synchronize_session=False)
            )
        )
    found = {one: reading.by_number(MODELS[one[0]], one[1]) for one in records}
    rows = [
        {"kind": kind, "record_id": record_id, "word": word}
        for (kind, record_id), row in found.items()
        for word in _words(kind, row)
    ]
    if rows:
        INSERT_WORDS.run_many(connection(), rows)
        spelling.learn(word for row in found.values() if row for word in words_of(row.name))
    spelling.forget_unused(gone - {row["word"] for row in rows})


def is_outdated() -> bool:
    """Whether words are there, but not how they may be mistyped: 0001 knew no such table."""
    has_words = db.session.scalar(select(SearchWord.word).limit(1)) is not None
    return has_words and db.session.scalar(select(SearchTypo.word).limit(1)) is None


def index_all() -> int:
    """Write the words of every record anew (after a restore or a bulk load); gives how many."""
    db.session.execute(delete(SearchWord))
    db.session.execute(delete(SearchTypo))
    count = 0
    for kind, model in MODELS.items():
        ids = list(db.session.scalars(select(model.id).order_by(model.id)))
        for start in range(0, len(ids), BATCH):
            batch = [(kind, record_id) for record_id in ids[start : start + BATCH]]
            index(batch, fresh=batch)
            db.session.expunge_all()
        count += len(ids)
    return count


def _added(_mapper, _connection, row: Any) -> None:
    touched, fresh = _books(inspect(row).session)
    record = _record_of(row)
    if record:
        touched.add(record)
        if type(row) in KINDS:
            fresh.add(record)


def _note(session: Session, _context) -> None:
    touched, _fresh = _books(session)
    for row in session.dirty:
        record = _record_of(row)
        if record and _is_renamed(row):
            touched.add(record)
        if type(row) in PARTS and record and (before := _was(row, PARTS[type(row)][1])):
            touched |= {record, (record[0], before)}  # it went to another record
    for row in session.deleted:
        record = _record_of(row)
        if record:
            touched.add(record)


def _write(session: Session) -> None:
    if not session.info.get("tend_open") or session.in_nested_transaction():
        return
    session.flush()
    touched, fresh = _books(session)
    if touched:
        index(touched, fresh)
        _forget(session)


def _forget(session: Session) -> None:
    for book in _books(session):
        book.clear()


def _books(session: Session) -> tuple[set[Record], set[Record]]:
    return (
        session.info.setdefault("tend_words", set()),
        session.info.setdefault("tend_words_fresh", set()),
    )


def _record_of(row: object) -> Record | None:
    if type(row) in KINDS:
        return KINDS[type(row)], row.id  # type: ignore[attr-defined]
    if isinstance(row, FieldValue):
        return next(
            ((kind, found) for kind in MODELS if (found := getattr(row, f"{kind}_id"))), None
        )
    if type(row) in PARTS:
        kind, key = PARTS[type(row)]
        owner = getattr(row, key) or _was(row, key)
        return (kind, owner) if owner else None
    return None


def _was(row: object, key: str) -> int | None:
    """The owner a part had before it was taken away."""
    gone = inspect(row).attrs[key].history.deleted  # type: ignore[union-attr]
    return gone[0] if gone else None


def _is_renamed(row: object) -> bool:
    state = inspect(row)
    names = (
        ("name", "phone")
        if type(row) in KINDS
        else ("canonical", "digits", "domain", "text", "choice", "number", "on")
    )
    return any(
        state.attrs[name].history.has_changes()  # type: ignore[union-attr]
        for name in names
        if name in state.attrs  # type: ignore[union-attr]
    )


def _words(kind: str, row: Any) -> set[str]:
    if row is None:
        return set()
    words = set(words_of_name(row.name))
    if isinstance(row, Contact):
        for email in row.emails:
            words.update(words_of_email(email.canonical))
        for phone in row.phones:
            words.update(words_of_phone(phone.e164, phone.digits, _country_code(phone.e164)))
    if isinstance(row, Company):
        for domain in row.domains:
            words.update(words_of_domain(domain.domain))
        words.update(_words_of_number(row.phone) if row.phone else ())
    return words | _words_of_fields(kind, row)


def _words_of_number(typed: str) -> list[str]:
    """Of a number that is kept as it was typed, read as dialled in the house's country."""
    house = workspace()
    e164 = parse_phone(typed, house.country if house else "")
    return words_of_phone(e164, digits(e164 or typed), _country_code(e164))


def _words_of_fields(kind: str, row: Any) -> set[str]:
    """What is written or chosen in the custom fields of a record that are in use."""
    active = {custom.id: custom for custom in customs(kind)}
    said = [
        _said(active[one.field_id], one)
        for one in (row.field_values if active else ())
        if one.field_id in active
    ]
    return set(words_of(" ".join(filter(None, said)))[:MOST_WORDS_OF_FIELDS])


def _said(custom: Custom, value: FieldValue) -> str | None:
    """The text of a value, the words of what was chosen, its number or day; no sums.

    Not everybody sees sums, and who is found by one tells it.
    """
    if custom.kind == "number" and value.number is not None:
        return f"{value.number.normalize():f}"
    if not value.choice:
        return value.text or (value.on.isoformat() if value.on else None)
    return next((str(one.label) for one in custom.options if one.value == value.choice), None)


def _country_code(e164: str | None) -> str:
    return str(phonenumbers.parse(e164, None).country_code) if e164 else ""
