"""`python -m tests.bench.imports [--rows N] [--record NAME]`: files of new records taken in.

Tells the CPU milliseconds and statements a row of reading, trying and doing, as the worker does
it; `NAME` is contact, company or deal, all three without.
"""

import argparse
import tempfile
import time
from pathlib import Path

from sqlalchemy import event, select

from crm import create_app
from crm.accounts.models import User
from crm.batches import actions as batches
from crm.batches.models import Batch
from crm.core import config, schema
from crm.core.db import db, run
from crm.deals.actions import create_default_pipeline
from crm.demo import people
from crm.transfer import actions
from crm.transfer.rules.mapping import Column

FILES = {
    "contact": (
        "Name,E-mail,Phone,Company,Tags",
        "Person {n},p{n}@mail{n}.example,030 {phone},Firm {n},vip",
    ),
    "company": (
        "Name,Domain,Phone,City,Note",
        "Firm {n},firm{n}.example,030 {phone},Berlin,Seen at the fair",
    ),
    "deal": (
        "Name,Amount,Stage,Company,Contact,Closed on,Lost reason",
        "Sale {n},{n} EUR,{stage},Firm {firm},p{firm}@mail{firm}.example,{closed},Too expensive",
    ),
}
STAGES = (("Discovery", ""), ("Proposal", ""), ("Won", "2026-01-15"), ("Lost", "2026-02-16"))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.imports", description=__doc__)
    parser.add_argument("--rows", type=int, default=5_000)
    parser.add_argument("--record", choices=[*FILES], action="append")
    parser.add_argument("--database", default="", help="a postgresql:// address; SQLite without")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        more = {"DATABASE_URL": asked.database} if asked.database else {}
        settings = config.load(more, DATA_DIR=Path(folder), SECRET_KEY="b" * 48)
        with create_app(settings).app_context():
            schema.bring_up_to_date()
            run(people.add)
            run(create_default_pipeline)
            for record in asked.record or FILES:
                measure(record, asked.rows)


def lines_of(record: str, rows: int) -> bytes:
    """A file of that many records, none of them twice; deals go to the first 500 of the others."""
    head, row = FILES[record]
    found = [head]
    for n in range(rows):
        stage, closed = STAGES[n % len(STAGES)]
        found.append(row.format(n=n, phone=2_000_000 + n, firm=n % 500, stage=stage, closed=closed))
    return ("\n".join(found) + "\n").encode()


def measure(record: str, rows: int) -> None:
    """A line for each phase of one import."""
    said = [0]

    def note(*_about) -> None:
        said[0] += 1

    event.listen(db.engine, "before_cursor_execute", note)
    number = run(lambda: taken(record, lines_of(record, rows)))
    for word in ("tried", "done"):
        if word == "done":
            run(lambda: started(number))
        begun, before = time.process_time(), said[0]
        run(lambda: batches.claim(number, "bench"))
        with batches.as_one_act(run(lambda: db.session.get_one(Batch, number))):
            while run(lambda: batches.step(number, "bench")):
                pass
        each = 1000 * (time.process_time() - begun) / rows
        counts = run(lambda: db.session.get_one(Batch, number).counts)
        asked = (said[0] - before) / rows
        print(f"{record:8} {word:6} {each:6.2f} ms, {asked:5.2f} statements a row, {counts}")
    event.remove(db.engine, "before_cursor_execute", note)
    db.session.remove()


def taken(record: str, data: bytes) -> int:
    """The batch of a file, its columns mapped as they were guessed."""
    olga = db.session.scalars(select(User).where(User.role == "owner")).one()
    found = actions.take(actions.read(record, f"{record}.csv", data, olga))
    columns = [Column.from_plain(plain) for plain in found.columns]
    actions.map_columns(found, olga, columns=columns, match=found.match, habits={})
    actions.begin(found, olga)
    assert found.batch_id is not None
    return found.batch_id


def started(number: int) -> None:
    batch = db.session.get_one(Batch, number)
    batches.start(batch, batch.user)


if __name__ == "__main__":
    main()
