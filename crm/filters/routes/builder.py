"""The filter builder: one GET form that adds, changes and removes conditions, with no script."""

from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import Blueprint, abort, request
from flask_babel import gettext as _
from flask_login import current_user

from crm.accounts import queries as accounts
from crm.fields.queries import catalogue, fields_of, seen_field
from crm.filters.forms import building as forms
from crm.filters.queries import segments_for
from crm.filters.queries.engine import kit
from crm.filters.queries.pinned import menus
from crm.filters.routes.lines import cleaned, line
from crm.filters.rules import BadFilter, brokens, dumps, loads, typed
from crm.filters.rules.grammar import checked
from crm.filters.rules.operators import SPAN_WORDS
from crm.web.access import safe_next
from crm.web.page import changed, page

bp = Blueprint("filters", __name__, url_prefix="/filters")
LISTED = {"contact": "/contacts", "company": "/companies", "deal": "/deals", "task": "/tasks"}
Raw = dict[str, Any]


@bp.get("/build")
def build():
    record = request.args.get("record", "contact")
    back = safe_next(request.args.get("back"), LISTED.get(record) or abort(404))
    tree, problem = _asked()
    tried = request.args.get("act") == "show"
    forms.act(tree, request.args.get("act", ""))
    tree = cleaned(tree, record, current_user)
    if tried:
        ready = forms.finished(tree)
        problem = _trouble(ready, record)
        if not problem:
            return changed(with_filter(back, dumps(ready)))
    shown = line(tree, "r", record, tried)
    return _page(record, back, shown, problem, 422 if tried else 200)


@bp.get("/columns")
def columns():
    record = request.args.get("record", "contact")
    back = safe_next(request.args.get("back"), LISTED.get(record) or abort(404))
    shown = [key for key in request.args.get("shown", "").split(",") if key]
    if request.args.get("act") == "show":
        return changed(_with(back, "columns", ",".join(_ordered(request.args))))
    return page(
        "filters/columns.html",
        record=record,
        back=back,
        shown=shown,
        first=request.args.get("first", ""),
        offers=_offers(record, shown),
    )


def _page(record: str, back: str, shown: Any, problem: str, status: int):
    return page(
        "filters/build.html",
        status=status,
        block="builder" if status == 422 else None,
        record=record,
        back=back,
        root=shown,
        problem=problem,
        people=accounts.owners_for(current_user),
        segments=segments_for(current_user),
        spans=SPAN_WORDS,
        offered={one: _offered(one) for one in catalogue().models},
        relations=catalogue().relations,
    )


def _offered(record: str) -> list[Any]:
    known = fields_of(record).values()
    return [one for one in known if one.is_filterable and seen_field(current_user, one)]


def _asked() -> tuple[Raw, str]:
    if any(name.startswith("g-") for name in request.args):
        return forms.Sent(request.args).tree, ""
    try:
        return forms.as_group(loads(request.args.get("filter", ""))), ""
    except BadFilter as error:
        return forms.as_group(None), str(error)


def _trouble(tree: Raw | None, record: str) -> str:
    """Why a tree cannot be used yet, in words; "" when it can."""
    try:
        node = typed(checked(tree), record, kit(current_user)) if tree else None
    except BadFilter as error:
        return str(error)
    return _("Some conditions are not complete.") if brokens(node) else ""


def with_filter(url: str, text: str) -> str:
    """`url` with this filter in its query."""
    return _with(url, "filter", text)


def _with(url: str, name: str, text: str) -> str:
    parts = urlsplit(url)
    query = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] != name]
    if text or "view" in dict(query):
        query.append((name, text))
    packed = urlencode(query, safe=":|,()~")
    return f"{parts.path}?{packed}" if packed else parts.path


def _ordered(args: Any) -> list[str]:
    """The chosen columns by the numbers typed beside them; the same number keeps the order."""
    chosen = [key for key in args.getlist("column") if key][:40]

    def place(key: str) -> int:
        text = args.get(f"at-{key}", "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 999

    return sorted(dict.fromkeys(chosen), key=place)


def _offers(record: str, shown: list[str]) -> list[dict[str, Any]]:
    """The columns of a list: those shown in their order, then all others."""
    known = fields_of(record).items()
    words = {
        key: one.label for key, one in known if one.is_listed and seen_field(current_user, one)
    }
    words |= menus()[record].extra
    order = [*(key for key in shown if key in words), *(key for key in words if key not in shown)]
    return [
        {"key": key, "label": words[key], "place": shown.index(key) + 1 if key in shown else ""}
        for key in order
    ]
