"""The pages of the manual."""

from flask import Blueprint, abort

from crm.help import manual
from crm.web.page import page

bp = Blueprint("help", __name__)
BLUEPRINTS = [bp]


@bp.get("/help")
def index():
    return page("help/index.html", pages=manual.pages())


@bp.get("/help/<name>")
def show(name: str):
    found = manual.find(name)
    if found is None:
        abort(404)
    return page("help/show.html", found=found, pages=manual.pages())
