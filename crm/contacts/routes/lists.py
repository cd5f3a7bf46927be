"""The list of contacts and its filters."""

from typing import Any
from urllib.parse import urlencode

from flask import redirect, request

from crm.contacts import queries
from crm.contacts.models import Contact
from crm.contacts.queries import Filters
from crm.contacts.queries.lists import MOST
from crm.contacts.routes.base import bp, number
from crm.contacts.rules import LIFECYCLES
from crm.core import clock
from crm.filters.queries import Asked
from crm.search.narrowing import narrowing
from crm.web.page import page
from crm.web.session import reader

LEVELS = ("hot", "warm", "cool")
PLAIN_SORTS = {
    "name": "name",
    "quiz_score": "score",
    "last_touch_at": "touch",
    "created_at": "created",
}


@bp.get("")
def index():
    asked = asked_for()
    listed, total = found(asked)
    return page(
        "contacts/index.html",
        listed=listed,
        total=total,
        most=MOST,
        asked=asked,
        now=clock.now(),
        from_here=urlencode({"list": 1, **asked.query()}),
    )


@bp.get("/filter")
def choose():
    """Where filters used to be chosen: the builder does that for every list."""
    return redirect(asked_for().builder_url, 303)


def asked_for() -> Asked:
    """The list that the query string asks for."""
    return queries.asked_for(reader(), request.args)


def found(asked: Asked) -> tuple[Any, int]:
    """A page of what is asked for, and how many there are (counted as far as MOST)."""
    after, before = request.args.get("after"), request.args.get("before")
    if queries.is_plain(asked):
        filters = read(asked)
        listed = queries.listed(asked.user, filters, after=after, before=before)
        return listed, queries.count(asked.user, filters)
    words = narrowing(asked)
    return queries.chosen(asked, words, after, before), queries.chosen_count(asked, words)


def neighbours(asked: Asked, contact: Contact) -> tuple[int | None, int | None]:
    """The contacts before and after one in a list."""
    if queries.is_plain(asked):
        return queries.neighbours(asked.user, read(asked), contact)
    return queries.chosen_neighbours(asked, narrowing(asked), contact)


def read(asked: Asked) -> Filters:
    """The plain list in its clean form; what makes no sense filters nothing."""
    owner: str | None = asked.get("owner")
    if owner not in {"", "me", "nobody"}:
        owner = str(number(owner) or "") or None
    return Filters(
        owner=owner or None,
        lifecycle=asked.get("lifecycle") if asked.get("lifecycle") in LIFECYCLES else None,
        tag=asked.get("tag") or None,
        tier=asked.get("tier") if asked.get("tier") in LEVELS else None,
        company=number(asked.get("company")),
        sort=PLAIN_SORTS[asked.order.field.key],
        is_turned=asked.get("turned") == "1",
    )
