"""C10: whatever column of whatever table says who somebody was, an erasure takes it out."""

from datetime import date
from decimal import Decimal
from itertools import count

import pytest
from sqlalchemy import JSON, Boolean, Date, LargeBinary, Numeric, String, inspect, text

from crm.contacts import actions as contacts
from crm.contacts.models import Contact
from crm.core import clock
from crm.core.db import Instant, db, run
from crm.search import actions as search
from crm.transfer.actions import erase

NAME, MAIL = "Zebrafink Sommer", "zebrafink@hafen.example"
OTHER = "zebrafink@other.example"
SAID = f"{NAME} <{MAIL}>"
# A company is a record of its own, whoever it is named after: people change it.
# Tables that tell of a person though no foreign key of theirs leads to one.
BESIDE = {
    "batch", "batch_item", "closure", "deal", "export", "import", "notice", "saved_view",
    "security_event", "segment", "suppression", "task",
}  # fmt: skip
# Tables whose rows tell of nobody, whatever they hang on: counts, and words of the house.
NOBODY = {
    "change_set", "change_value", "company", "custom_field", "funnel_event", "pipeline", "pool",
    "quiz", "quiz_version", "quiz_view", "result_link", "routing_rule", "segment_event",
    "segment_member", "segment_size", "sent_on", "sequence", "sequence_version", "stage",
    "stored_file", "tag", "tagging", "team", "user", "workspace",
}  # fmt: skip
# Of these no column is free text.
SILENT = {"clock_alert", "stage_visit"}
# Columns that hold words of ours, never of a person: states, kinds, keys, hashes.
OURS = {
    "actor", "address_hash", "canonical", "choice", "closed_as", "colour", "currency",
    "dedupe_key", "digits", "direction", "domain", "e164", "ended_as", "external_id",
    "from_lifecycle", "headers", "idem_key", "kind", "lane", "lease_owner", "lifecycle",
    "locale", "mailbox", "mark", "match", "match_key", "matched_by", "message_id", "outcome",
    "place", "public_id", "purpose", "question_id", "rank", "record", "remind_step", "scope",
    "set_by", "sha256", "sharing", "size", "slug", "source", "spam_signs", "spam_verdict", "state",
    "step", "step_key", "tier_id", "to_lifecycle", "token_hash", "uid", "verdict", "zone",
    "quiz_level", "theme", "url", "cause", "habits", "folded", "tags", "country",
}  # fmt: skip
# Single columns that are ours where others of that name are not, and the other way round.
FIXED = {
    ("merger", "moved"): {}, ("batch", "counts"): {}, ("security_event", "address"): "10.0.0.0",
    ("touch", "embed_host"): "", ("assignment", "rule_name"): "R1",
    ("enrolment", "stop_reason"): None, ("contact", "timezone"): None,
    ("contact", "quiz_tier"): "Gold", ("entry", "kind"): "note", ("task", "kind"): "todo",
    ("outbox", "lane"): "bulk", ("outbox", "kind"): "nurture", ("outbox", "state"): "sent",
    ("export", "kind"): "csv", ("enrolment", "state"): "stopped", ("task", "outcome"): SAID,
    ("batch_item", "state"): "done", ("import", "kind"): "csv", ("attempt", "state"): "completed",
    ("attempt", "trace"): [{"question": "q", "score": 1, "max": 2, "why": SAID}],
    ("attempt", "categories"): [], ("contact_email", "address"): OTHER,
    ("contact_email", "canonical"): OTHER, ("contact_email", "mailbox_key"): OTHER,
    ("sequence", "state"): "live", ("contact_email", "state"): "valid",
    ("contact_phone", "state"): "valid", ("contact_phone", "e164"): "+49407654321",
    ("assignment", "candidates"): [],
    ("answer_clock", "policy"): {"kind": "first_attempt", "facts": SAID},
}  # fmt: skip
numbers = count(1)


def reaching():
    """The tables whose rows hang on a contact by foreign keys, in order, and those beside."""
    found = {"contact"}
    for table in db.metadata.sorted_tables:
        targets = {key.column.table.name for key in table.foreign_keys} - {table.name}
        if targets & (found - NOBODY) and table.name not in NOBODY:
            found.add(table.name)
    return [table for table in db.metadata.sorted_tables if table.name in found | BESIDE]


def fill(connection, table, made):
    """One row of a table: its words say who somebody is, its links lead to rows made before."""
    values = {}
    for column in table.columns:
        target = next((key.column.table.name for key in column.foreign_keys), "")
        if column.primary_key:
            continue
        if target:
            if target in made and target != table.name:
                values[column.name] = made[target]
            elif not column.nullable:
                values[column.name] = fill(connection, db.metadata.tables[target], made)
            continue
        values[column.name] = value_of(table, column)
    number = connection.execute(table.insert().values(**values)).inserted_primary_key[0]
    made.setdefault(table.name, number)
    return number


def value_of(table, column):
    if table.name in NOBODY and isinstance(column.type, String):
        return f"x{next(numbers)}"
    if table.name in NOBODY and isinstance(column.type, JSON):
        return {}
    if (table.name, column.name) in FIXED:
        return FIXED[table.name, column.name]
    if column.name in {"deleted_at", "erased_at", "merged_into_id", "lease_until", "removed_at",
                       "gone_id", "data", "private_to_id"}:  # fmt: skip
        return {"gone_id": 0, "data": SAID.encode()}.get(column.name)
    kind = column.type
    if isinstance(kind, JSON):
        return {"said": SAID, "list": [SAID]} if column.name not in OURS else {}
    if isinstance(kind, LargeBinary):
        return SAID.encode()
    if isinstance(kind, Instant):
        return clock.now()
    if isinstance(kind, Date):
        return date(2026, 1, 1)
    if isinstance(kind, Boolean):
        return False
    if isinstance(kind, Numeric) and kind.python_type is not int:
        return Decimal(1)
    if (table.name, column.name) == ("contact_phone", "raw"):
        return "+49 40 7654321"
    if isinstance(kind, String):
        unique = f"x{next(numbers)}"
        return unique if column.name in OURS else f"{SAID} {unique}"
    return 1


@pytest.fixture
def person(app, cast):
    """The number of somebody of whom every table says who they are."""

    def work():
        contact = contacts.create(name=NAME, emails=[MAIL], phones=["+49 40 1234567"])
        db.session.flush()
        connection = db.session.connection()
        made = {"contact": contact.id, "user": cast["Eva"].id, "team": cast.sales.id}
        for table in reaching():
            if table.name != "contact":
                fill(connection, table, made)
        return contact.id

    number = run(work)
    run(search.index_all)
    return number


def test_c10_no_column_of_any_table_holds_an_erased_person(person, cast):
    held = {place.partition(".")[0] for place in telling()}
    assert {table.name for table in reaching()} - held <= SILENT
    run(lambda: erase(db.session.get_one(Contact, person), None, "asked"))
    assert sorted(telling()) == []


def telling():
    """Each "table.column" that says who somebody is."""
    db.session.remove()
    found = set()
    for table in inspect(db.engine).get_table_names():
        for row in db.session.execute(text(f'SELECT * FROM "{table}"')).mappings():
            said = {name: one for name, one in row.items() if isinstance(one, str | bytes)}
            for name, one in said.items():
                words = one.decode("utf-8", "replace") if isinstance(one, bytes) else one
                if "zebrafink" in words.lower():
                    found.add(f"{table}.{name}")
    return found
