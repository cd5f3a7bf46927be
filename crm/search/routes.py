"""One box over all records, which is the palette in the dialog; and what can be added."""

from flask import Blueprint, abort, request
from flask_babel import gettext as _

from crm.accounts.rules import may
from crm.fields.naming import kinds
from crm.search import acts, adding, offering, queries
from crm.web.access import needs
from crm.web.drawing import worded
from crm.web.page import page
from crm.web.session import reader
from crm.web.shell import items

bp = Blueprint("search", __name__)
BLUEPRINTS = [bp]


@bp.get("/search")
def index():
    text = request.args.get("q", "").replace("\x00", "").strip()[:200]
    kind = request.args.get("kind", "")
    verb, about = acts.read(text)
    if kind in queries.KINDS and text:
        found = queries.more(reader(), text, kind, request.args.get("after"))
    else:
        kind, found = "", queries.found(reader(), about)
    return page(
        "search/index.html",
        q=text,
        about=found.instead or about,
        kind=kind,
        found=found,
        acts=[] if kind else _acts(verb, text, found),
        recent=[] if text else queries.recent(reader()),
        most=queries.MOST,
    )


@bp.get("/search/names")
def names():
    """Records to choose from beside the input `by`, of those that the reader sees."""
    kind, by = request.args.get("of", ""), request.args.get("by", "")
    if kind not in kinds():
        abort(404)
    typed = request.args.get(by, "") if by not in {"of", "by"} else ""
    found = offering.names(reader(), kind, typed)
    return page("search/names.html", part="search/_names.html", names=found)


@bp.get("/new")
@needs("edit_records")
def new():
    line, kind = request.args.get("line", "").replace("\x00", ""), request.args.get("as", "")
    line = line[: adding.LONGEST]
    draft = adding.draft_of(reader(), line, kind)
    return page("search/new.html", line=line, as_kind=kind, draft=draft)


def _acts(verb: str, text: str, found: queries.Found) -> list[acts.Act]:
    """What may be done: to whom was found, else the pages and forms of that name."""
    if verb:
        hits = [*found.rows.get("contact", []), *found.rows.get("company", [])]
        return acts.acts_on(verb, hits, may_edit=may(reader(), "edit_records"))
    offered = [
        (worded(item.label), item.url, item.icon)
        for place in ("nav", "new")
        for item in items(place)
    ]
    settings = [(worded(item.label), item.url, item.icon) for item in items("settings")]
    offered.append((_("Settings"), "/settings", ""))
    return [*acts.places(text, offered), *acts.places(text, settings, _("Settings"))][: acts.MOST]
