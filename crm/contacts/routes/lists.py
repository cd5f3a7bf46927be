"""The list of contacts and its filters."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from flask import request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from crm.accounts import queries as accounts
from crm.companies import queries as companies
from crm.contacts import queries
from crm.contacts.fields import lifecycle_word, tier_word
from crm.contacts.queries import Filters
from crm.contacts.queries.lists import MOST, SORTS
from crm.contacts.routes.base import bp, number
from crm.contacts.rules import LIFECYCLES
from crm.core import clock
from crm.search import queries as search
from crm.web.page import page

NAMES = ("q", "owner", "lifecycle", "tag", "tier", "company", "sort", "turned")
LEVELS = ("hot", "warm", "cool")


@bp.get("")
def index():
    asked = asked_for()
    filters = read(asked)
    listed = queries.listed(
        current_user, filters, after=request.args.get("after"), before=request.args.get("before")
    )
    total = queries.count(current_user, filters)
    return page(
        "contacts/index.html",
        listed=listed,
        total=total,
        most=MOST,
        asked=asked,
        filters=filters,
        chips=chips(asked),
        now=clock.now(),
        from_here=urlencode({"list": 1, **asked}),
        url=lambda **change: list_url(asked, **change),
    )


@bp.get("/filter")
def choose():
    asked = asked_for()
    return page(
        "contacts/filter.html",
        asked=asked,
        people=accounts.owners_for(current_user),
        tags=queries.tag_names(),
        lifecycles=LIFECYCLES,
        levels=LEVELS,
    )


def asked_for(source=None) -> dict[str, str]:
    """The filters of the query string that hold something, cut to a sane length."""
    source = request.args if source is None else source
    return {
        name: source[name].replace("\x00", "").strip()[:200]
        for name in NAMES
        if source.get(name, "").replace("\x00", "").strip()
    }


def read(asked: dict[str, str]) -> Filters:
    """The filters in their clean form; what makes no sense filters nothing."""
    owner = asked.get("owner")
    if owner not in {None, "me", "nobody"}:
        owner = str(number(owner) or "") or None
    text = asked.get("q")
    return Filters(
        owner=owner,
        lifecycle=asked.get("lifecycle") if asked.get("lifecycle") in LIFECYCLES else None,
        tag=asked.get("tag"),
        tier=asked.get("tier") if asked.get("tier") in LEVELS else None,
        company=number(asked.get("company")),
        ids=tuple(search.ids(current_user, "contact", text, MOST)) if text else None,
        sort=asked["sort"] if asked.get("sort") in SORTS else "touch",
        is_turned=asked.get("turned") == "1",
    )


def list_url(asked: dict[str, str], **change: str | None) -> str:
    """The list with some filters changed (None takes one away), from its top."""
    query: dict[str, Any] = {**asked, **change}
    return url_for("contacts.index", **{key: value for key, value in query.items() if value})


def chips(asked: dict[str, str]) -> list[dict[str, str | None]]:
    """The filters in force as words, each with the URL without it."""
    words: dict[str, tuple[str, Callable[[str], str]]] = {
        "owner": (_("Owner"), _owner_word),
        "lifecycle": (_("Lifecycle"), lifecycle_word),
        "tag": (_("Tag"), str),
        "tier": (_("Tier"), tier_word),
        "company": (_("Company"), _company_word),
    }
    return [
        {
            "label": label,
            "value": word(asked[name]),
            "remove": list_url(asked, **{name: None}),
        }
        for name, (label, word) in words.items()
        if name in asked
    ]


def _owner_word(owner: str) -> str:
    if owner in {"me", "nobody"}:
        return {"me": _("me"), "nobody": _("nobody yet")}[owner]
    user = accounts.user_by_id(number(owner))
    return user.name if user else _("nobody known")


def _company_word(company: str) -> str:
    found = companies.company_for(current_user, number(company))
    return found.name if found else _("not known")
