"""A tag for many contacts, put on and taken back as the worker does it, dry run first.

`python -m tests.bench.bulk [--rows N] [--contacts N] [--database sqlite|postgresql]`

Works on a copy of the data of that many contacts, made once for all benchmarks.
Tells the seconds and statements for each 1,000 rows; neither may grow with those done before.
"""

import argparse
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import event, select

from crm import create_app
from crm.accounts.models import User
from crm.batches import actions
from crm.batches.models import Batch
from crm.batches.rules import DRY_CHUNK, MANY_CHUNK
from crm.contacts.models import Contact
from crm.core import config
from crm.core.db import db, run
from crm.history import queries as history
from crm.history.models import ChangeSet
from tests.bench import houses


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.bulk", description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--contacts", type=int, default=10_000)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, house(options, Path(folder)) as settings:
        with create_app(settings).app_context():
            measure(run(lambda: planned(options.rows)))
            db.session.remove()
            db.engine.dispose()


@contextmanager
def house(options, folder: Path) -> Iterator[config.Config]:
    """The settings of a house with so many contacts that may be changed at will."""
    name = f"{options.database}-{options.contacts}"
    own = {"DATA_DIR": folder / "data", "SECRET_KEY": "b" * 48}
    if options.database == "postgresql":
        with houses.postgres(options.contacts) as database:
            yield config.load({"DATABASE_URL": database}, **own)
    else:
        houses.prepare(options.contacts, name, None)
        shutil.copytree(houses.STORE / name / "data", folder / "data")
        yield config.load({}, **own)


def planned(rows: int) -> int:
    """A batch over that many contacts."""
    olga = db.session.scalars(select(User).where(User.role == "owner")).first()
    assert olga is not None
    chosen = select(Contact.id).where(Contact.deleted_at.is_(None)).order_by(Contact.id)
    options = {"tag": "vip"}
    return actions.plan("contacts.tag", by=olga, records=chosen.limit(rows), options=options).id


def measure(number: int) -> None:
    said = [0]
    event.listen(db.engine, "before_cursor_execute", lambda *_: said.__setitem__(0, said[0] + 1))
    work(number, said, ("tried", "done"))
    work(run(lambda: undoing(number)), said, ("tried to undo", "undone"))


def work(number: int, said: list[int], words: tuple[str, str]) -> None:
    """The dry run of a batch and then the batch itself."""
    for word in words:
        if word == words[1]:
            run(lambda: start(number))
        run(lambda: actions.claim(number, "bench"))
        report(number, word, said)


def undoing(number: int) -> int:
    """The batch that takes another one back."""
    batch = db.session.get_one(Batch, number)
    found = db.session.get_one(ChangeSet, batch.change_set_id)
    options = {"undo_of_id": found.id, "of": found.kind}
    changes = history.last_first(found)
    return actions.plan("history.undo", by=batch.user, records=changes, options=options).id


def start(number: int) -> None:
    batch = db.session.get_one(Batch, number)
    if batch.state == "checked":  # an undo goes on by itself
        actions.start(batch, batch.user)


def report(number: int, word: str, said: list[int]) -> None:
    """A line for each 1,000 rows."""
    size = DRY_CHUNK if word.startswith("tried") else MANY_CHUNK
    begun, before, rows, longest, more = time.perf_counter(), said[0], 0, 0.0, True
    with actions.as_one_act(run(lambda: db.session.get_one(Batch, number))):
        while more:
            at = time.perf_counter()
            more = run(lambda: actions.step(number, "bench"))
            longest = max(longest, time.perf_counter() - at)
            rows += size
            if rows % 1000 == 0 or not more:
                took = time.perf_counter() - begun
                each = (said[0] - before) / (rows % 1000 or 1000)
                print(
                    f"{word} {rows:>7}: {took:6.2f} s, {each:5.2f} statements a row, "
                    f"longest piece {longest * 1000:.0f} ms"
                )
                begun, before, longest = time.perf_counter(), said[0], 0.0


if __name__ == "__main__":
    main()
