"""Who changed what: the list with its filters, as a file, and sign-ins for those who look after."""

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from flask import Response, abort, request, stream_with_context, url_for
from flask_login import current_user

from crm.accounts import actions as accounts
from crm.accounts import queries as people
from crm.accounts.models import User
from crm.core import days
from crm.core.db import run
from crm.core.numbers import row_number
from crm.core.sheets import safe_cell
from crm.history import queries
from crm.history.queries import Wish
from crm.history.routes.base import bp, older, tell
from crm.history.routes.names import Names
from crm.history.routes.words import told
from crm.history.rules import ACTORS, RECORDS
from crm.web.access import needs
from crm.web.limits import count
from crm.web.page import page

MOST = 50_000
CHUNK = 200
HEAD = (
    "at", "by", "actor", "what", "record", "record_id", "table", "row", "change", "field", "old",
    "new", "request",
)  # fmt: skip


@bp.get("/history")
def index():
    asked: dict[str, Any] = _asked()
    sets = queries.sets_for(current_user, _wish(asked), before=_before(), limit=queries.LIMIT + 1)
    place = older(sets)
    return page(
        "history/index.html",
        stories=tell(sets[: queries.LIMIT]),
        asked=asked,
        people=_people(),
        records=RECORDS,
        actors=ACTORS,
        last=queries.last_of(current_user),
        first=url_for(".index", **asked) if _before() else None,
        next=url_for(".index", before=place, **asked) if place else None,
        file=url_for(".export", **asked),
    )


@bp.get("/history/sign-ins")
def events():
    """Sign-ins, exports and rights, for owner and admin."""
    if not current_user.sees_all:
        abort(404)
    found = queries.events_for(current_user, before=_before(), limit=queries.LIMIT + 1)
    place = older(found)
    return page(
        "history/events.html",
        events=found[: queries.LIMIT],
        people={user.id: user.name for user in people.all_users()},
        first=url_for(".events") if _before() else None,
        next=url_for(".events", before=place) if place else None,
    )


@bp.get("/history.csv")
@needs("export_records")
def export():
    """What the list shows, a line a value; that it was taken along is kept too."""
    count("30 per 1 hour", "export", str(current_user.id), always=True)
    wish = _wish(_asked())
    run(lambda: accounts.note("export", current_user, by=current_user, what="history"))
    return Response(
        stream_with_context(_file(wish)),
        mimetype="text/csv",
        headers={"Content-Disposition": "attachment; filename=history.csv"},
    )


def _people() -> list[User]:
    """Whose changes this person may ask for: everybody's, or those of the own teams."""
    if current_user.sees_all:
        return people.all_users()
    mates = [user for team in current_user.teams for user in people.members_of(team)]
    return sorted({current_user, *mates}, key=lambda user: user.name)


def _asked() -> dict[str, str]:
    """The filters of the query string that make sense."""
    found = {
        name: request.args.get(name, "").strip()[:40]
        for name in ("who", "record", "number", "actor", "since", "until")
    }
    checks: dict[str, Any] = {
        "who": _is_number,
        "number": _is_number,
        "record": RECORDS.__contains__,
        "actor": ACTORS.__contains__,
        "since": _is_day,
        "until": _is_day,
    }
    return {name: text for name, text in found.items() if text and checks[name](text)}


def _wish(asked: dict[str, str]) -> Wish:
    wish = Wish(
        actor=asked.get("actor", ""),
        record=asked.get("record", ""),
        user_id=row_number(asked.get("who")),
        record_id=row_number(asked.get("number")),
    )
    if "since" in asked:
        wish = replace(wish, since=_midnight(asked["since"]))
    if "until" in asked:
        wish = replace(wish, until=_midnight(asked["until"]) + timedelta(days=1))
    return wish


def _is_number(text: str) -> bool:
    return row_number(text) is not None


def _is_day(text: str) -> bool:
    try:
        return days.is_kept(date.fromisoformat(text))
    except ValueError:
        return False


def _midnight(text: str) -> datetime:
    return datetime.combine(date.fromisoformat(text), datetime.min.time(), current_user.zone)


def _before() -> int | None:
    return row_number(request.args.get("before"))


def _file(wish: Wish) -> Iterator[str]:
    yield _line(HEAD)
    before, written = None, 0
    while written < MOST:
        sets = queries.sets_for(current_user, wish, before=before, limit=CHUNK)
        if not sets:
            return
        values = queries.values_of(current_user, sets, CHUNK)
        names = Names(current_user, sets, [one for some in values.values() for one in some])
        for one in sets:
            story = told(one, values[one.id], names)
            written += len(values[one.id])
            for cells in _cells(story, values[one.id]):
                yield _line(cells)
        before = sets[-1].id


def _cells(story: Any, values: list[Any]) -> Iterator[tuple[Any, ...]]:
    one, rows = story.set, {value.id: value for value in values}
    is_told = bool(story.record) or current_user.sees_all
    about = (one.record, one.record_id or "") if is_told else ("", "")
    head = (one.at.isoformat(), story.who, one.actor, story.what, *about)
    if not story.lines:
        yield (*head, "", "", "", "", "", "", one.request_id)
    for line in story.lines:
        value = rows[line.value_id]
        row = (value.table, value.row_id, value.op, line.title, line.old, line.new)
        yield (*head, *row, one.request_id)


def _line(cells: tuple[Any, ...]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow([safe_cell(str(cell)) for cell in cells])
    return out.getvalue()
