"""The index of Settings: one link a question, each page stands with its feature."""

from flask import Blueprint

from crm.web.page import page
from crm.web.shell import items

bp = Blueprint("settings", __name__, url_prefix="/settings")
MINE = 20  # items up to this order are about oneself


@bp.get("")
def index():
    found = items("settings")
    groups = [
        [item for item in found if item.order <= MINE],
        [item for item in found if item.order > MINE],
    ]
    return page("accounts/settings.html", groups=groups)
