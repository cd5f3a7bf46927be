"""The filter builder: one GET form that adds, changes and removes conditions, with no script."""

from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import Blueprint, abort, request
from flask_login import current_user

from crm.fields.queries import fields_of, seen_field
from crm.filters import actions, building
from crm.filters.queries.heads import WIDTHS, packed_widths, widths_of
from crm.filters.queries.pinned import menus
from crm.filters.queries.views import looks_of
from crm.filters.rules import BadFilter, dumps, loads
from crm.web.access import anyone_signed_in, safe_next
from crm.web.page import changed, page, perform

bp = Blueprint("filters", __name__, url_prefix="/filters")
LISTED = {"contact": "/contacts", "company": "/companies", "deal": "/deals", "task": "/tasks"}


@bp.get("/build")
def build():
    record = request.args.get("record", "contact")
    back = safe_next(request.args.get("back"), LISTED.get(record) or abort(404))
    tree, problem = _asked(record)
    is_tried = request.args.get("act") == "show"
    if is_tried:
        problem = tree.tried()
        if not problem:
            return changed(with_filter(back, dumps(tree.ready)))
    return _page(record, back, tree, problem, 422 if is_tried else 200)


@bp.get("/columns")
def columns():
    record = request.args.get("record", "contact")
    back = safe_next(request.args.get("back"), LISTED.get(record) or abort(404))
    shown = [key for key in request.args.get("shown", "").split(",") if key]
    widths = request.args.get("widths", looks_of(current_user, record).get("widths", ""))
    return page(
        "filters/columns.html",
        record=record,
        back=back,
        shown=shown,
        offers=_offers(record, shown),
        widths=widths_of(widths),
        steps=WIDTHS,
    )


@bp.post("/columns")
@anyone_signed_in
def keep_columns():
    """Columns and widths become the person's own; in a view its address alone says them."""
    record = request.form.get("record", "")
    back = safe_next(request.form.get("back"), LISTED.get(record) or abort(404))
    if request.form.get("act") == "widths":
        widths = packed_widths(widths_of(request.form.get("widths", "")[:1000]))
        perform(None, actions.keep_looks, current_user, record, {"widths": widths})
        return "", 204
    is_usual = request.form.get("act") == "usual"
    said = {"columns": "", "widths": ""} if is_usual else _said_looks()
    if "view" in dict(parse_qsl(urlsplit(back).query)):
        return changed(_with(_with(back, "columns", said["columns"]), "widths", said["widths"]))
    perform(None, actions.keep_looks, current_user, record, said)
    return changed(_with(_with(back, "columns", None), "widths", None))


def _said_looks() -> dict[str, str]:
    keys = _ordered(request.form)
    return {"columns": ",".join(keys), "widths": packed_widths(_chosen_widths(keys))}


def _page(record: str, back: str, tree: building.Built, problem: str, status: int):
    return page(
        "filters/build.html",
        status=status,
        block="builder" if status == 422 else None,
        record=record,
        back=back,
        root=tree.root,
        problem=problem,
        **building.context(record),
    )


def _asked(record: str) -> tuple[building.Built, str]:
    if building.is_sent(request.args):
        return building.built(request.args, record), ""
    try:
        raw, problem = loads(request.args.get("filter", "")), ""
    except BadFilter as error:
        raw, problem = None, str(error)
    return building.opened(raw, record), problem


def with_filter(url: str, text: str) -> str:
    """`url` with this filter in its query."""
    return _with(url, "filter", text)


def _with(url: str, name: str, text: str | None) -> str:
    """`url` with another value of a parameter; None takes it away, "" only from no view."""
    parts = urlsplit(url)
    query = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] != name]
    if text or (text is not None and "view" in dict(query)):
        query.append((name, text or ""))
    packed = urlencode(query, safe=":|,()~")
    return f"{parts.path}?{packed}" if packed else parts.path


def _ordered(args: Any) -> list[str]:
    """The chosen columns by the numbers typed beside them; the same number keeps the order."""
    chosen = [key for key in args.getlist("column") if key][:40]

    def place(key: str) -> int:
        text = args.get(f"at-{key}", "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 999

    return sorted(dict.fromkeys(chosen), key=place)


def _chosen_widths(keys: list[str]) -> dict[str, int]:
    said = ",".join(f"{key}:{request.form.get(f'width-{key}', '')}" for key in keys)
    return widths_of(said)


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
