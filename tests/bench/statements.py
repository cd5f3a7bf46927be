"""How many statements one request sends, counted in this process on the same data."""

from collections.abc import Iterator

from sqlalchemy import event

from crm import create_app
from crm.core import config
from crm.core.db import db
from tests.bench.measure import Request


def count_statements(house, requests: Iterator[Request]) -> int | None:
    """The SELECTs and writes of the second of two `requests`, so that caches are warm."""
    app = create_app(config.load({**house.env, "BASE_URL": house.url}))
    found: list[str] = []
    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", lambda *args: found.append(args[2]))
    client = app.test_client(use_cookies=False)
    status = None
    for request in (next(requests, None), next(requests, None)):
        if request is None:
            return None
        found.clear()
        status = _send(client, house, request)
    engine.dispose()
    if status not in request.expect:
        raise AssertionError(f"{request.path} answered {status} while counting")
    return len([text for text in found if not text.lstrip().upper().startswith("BEGIN")])


def _send(client, house, request: Request) -> int:
    headers = {**request.headers, "Host": house.url.partition("//")[2]}
    if request.data is None:
        return client.get(request.path, headers=headers).status_code
    form = "application/x-www-form-urlencoded"
    sent = client.post(request.path, headers=headers, data=request.data, content_type=form)
    return sent.status_code
