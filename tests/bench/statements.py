"""How many statements one request sends, counted in this process on the same data."""

from sqlalchemy import event

from crm import create_app
from crm.core import config
from crm.core.db import db
from tests.bench.measure import Request


def count_statements(house, request: Request | None) -> int | None:
    """The SELECTs and writes of `request`, asked twice so that caches are warm."""
    if request is None:
        return None
    app = create_app(config.load({**house.env, "BASE_URL": house.url}))
    found: list[str] = []
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda *args: found.append(args[2]))
        client = app.test_client(use_cookies=False)
        for _ in range(2):
            found.clear()
            call = client.get if request.data is None else client.post
            more = (
                {}
                if request.data is None
                else {"data": request.data, "content_type": "application/x-www-form-urlencoded"}
            )
            call(
                request.path,
                headers={**request.headers, "Host": house.url.partition("//")[2]},
                **more,
            )
            db.session.remove()
        db.engine.dispose()
    return len([text for text in found if not text.lstrip().upper().startswith("BEGIN")])
