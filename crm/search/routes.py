"""One box over all records, which is the palette in the dialog; and what can be added."""

from flask import Blueprint, request
from flask_login import current_user

from crm.search import queries
from crm.web.access import needs
from crm.web.page import page

bp = Blueprint("search", __name__)
BLUEPRINTS = [bp]


@bp.get("/search")
def index():
    text = request.args.get("q", "").replace("\x00", "").strip()[:200]
    found = queries.found(current_user, text)
    return page("search/index.html", q=text, found=found, most=queries.MOST)


@bp.get("/new")
@needs("edit_records")
def new():
    return page("search/new.html")
