"""What one request asks of the database, counted in this process on the same data."""

import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy import event
from sqlalchemy.orm import Session

from crm import create_app
from crm.core import config
from crm.core.db import db
from tests.bench.measure import Request

ASKED = 6


@dataclass
class Asked:
    """Statements of a request but BEGIN and COMMIT, and how long it held the write lock.

    `write_ms` is the median of ASKED - 1 requests, None where nothing is written; on PostgreSQL
    it is the time from the first statement of the writing transaction.
    """

    statements: int
    write_ms: float | None


@dataclass
class Book:
    """What the listeners saw since it was cleared."""

    found: list[str] = field(default_factory=list)
    began: float | None = None
    writes: list[float] = field(default_factory=list)

    def note(self, _connection, _cursor, statement, *_rest) -> None:
        self.found.append(statement)

    def begin(self, session, _transaction, connection) -> None:
        if session.info.get("tend_open"):
            self.began = time.perf_counter()

    def trace(self, statement: str) -> None:
        if statement.startswith("BEGIN IMMEDIATE"):
            self.began = time.perf_counter()

    def end(self, session) -> None:
        if self.began is not None and not session.in_nested_transaction():
            self.writes.append((time.perf_counter() - self.began) * 1000)
            self.began = None


def ask(house, requests: Iterator[Request]) -> Asked | None:
    """Send ASKED of `requests`, the first to warm the caches; None when they ran out."""
    app = create_app(config.load({**house.env, "BASE_URL": house.url}))
    book = Book()
    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", book.note)
    event.listen(engine, "connect", lambda raw, _record: _trace(raw, book))
    for moment, act in (("after_begin", book.begin), ("after_commit", book.end)):
        event.listen(Session, moment, act)
    try:
        return _ask(app, engine, house, requests, book)
    finally:
        for moment, act in (("after_begin", book.begin), ("after_commit", book.end)):
            event.remove(Session, moment, act)
        engine.dispose()


def _ask(app, engine, house, requests, book: Book) -> Asked | None:
    client = app.test_client(use_cookies=False)
    engine.dispose()  # connections made before the listeners know nothing of them
    for n in range(ASKED):
        request = next(requests, None)
        if request is None:
            return None
        book.found.clear()
        if n == 1:
            book.writes.clear()
        status = _send(client, house, request)
        if status not in request.expect:
            raise AssertionError(f"{request.path} answered {status} while counting")
    count = len([text for text in book.found if not text.lstrip().upper().startswith("BEGIN")])
    return Asked(count, round(statistics.median(book.writes), 2) if book.writes else None)


def _trace(raw, book: Book) -> None:
    if hasattr(raw, "set_trace_callback"):
        raw.set_trace_callback(book.trace)


def _send(client, house, request: Request) -> int:
    headers = {**request.headers, "Host": house.url.partition("//")[2]}
    if request.data is None:
        return client.get(request.path, headers=headers).status_code
    form = "application/x-www-form-urlencoded"
    sent = client.post(request.path, headers=headers, data=request.data, content_type=form)
    return sent.status_code
