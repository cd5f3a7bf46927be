"""What somebody typed while their sign-in had ended: shown to them alone, sent by them alone."""

import json
from dataclasses import dataclass

from flask import Blueprint, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from crm.accounts import actions, queries
from crm.accounts.actions.kept import KIND, Pairs
from crm.core import signing
from crm.web.access import KEPT, anyone_signed_in
from crm.web.page import changed, page, perform, toast

bp = Blueprint("kept", __name__, url_prefix="/kept-forms")
# What the form carries for itself: sent again, but nothing to read.
SILENT = {"form_key", "version", "base", "on", "next"}


@dataclass(frozen=True)
class Kept:
    """A form as it was sent: `told` are the fields with words, `silent` the others."""

    path: str
    told: Pairs
    silent: Pairs


@bp.get("")
def index():
    return page("accounts/kept.html", forms=_forms())


@bp.post("/deletion")
@anyone_signed_in
def delete():
    perform(None, actions.forget_forms, current_user)
    toast(_("Forgotten."))
    response = changed(url_for("today.index"))
    response.delete_cookie(KEPT, path="/")
    return response


def _forms() -> list[Kept]:
    found = (queries.token(KIND, key) for key in request.cookies.get(KEPT, "").split("."))
    return [
        _read(one.details) for one in found if one is not None and one.user_id == current_user.id
    ]


def _read(details: dict) -> Kept:
    try:
        pairs = [(name, value) for name, value in json.loads(signing.unseal(details["sealed"]))]
    except signing.BadToken:
        pairs = []
    told = [pair for pair in pairs if _is_told(*pair)]
    return Kept(details["path"], told, [pair for pair in pairs if pair not in told])


def _is_told(name: str, value: str) -> bool:
    return name not in SILENT and not name.endswith("_id") and bool(value.strip())
