"""What each role may do: one table of rights and roles."""

from typing import Any

from flask import Blueprint, url_for
from flask_babel import gettext as _
from flask_login import current_user

from crm.accounts import actions, queries
from crm.accounts.fields import RIGHT_NAMES
from crm.accounts.forms import RightsForm
from crm.accounts.rules import FIXED, ROLES, holds, is_switchable, may_give
from crm.web.access import needs
from crm.web.page import changed, page, perform, toast

bp = Blueprint("roles", __name__, url_prefix="/settings/roles")
PAGE = "accounts/roles.html"


@bp.get("")
@needs("manage_users")
def index():
    return page(PAGE, **_table())


@bp.post("")
@needs("manage_users")
def update():
    form = RightsForm().over(_opened)
    if perform(form, _update, form) is not None:
        toast(_("Roles saved."))
        return changed(url_for(".index"))
    return page(PAGE, status=422, block="roles_form", **_table(form))


def _update(form: RightsForm) -> int:
    return sum(
        actions.switch_rights(role, form[role].data or [], current_user) for role in _changeable()
    )


def _opened() -> RightsForm:
    """The form with what each role may do of what can be switched."""
    now = queries.switches_of_roles()
    return RightsForm(
        formdata=None,
        data={
            role: [
                right
                for right in RIGHT_NAMES
                if is_switchable(role, right) and holds(role, now.get(role), right)
            ]
            for role in ROLES
        },
    )


def _changeable() -> list[str]:
    """The roles whose rights this person may switch."""
    mine = current_user.role
    return [role for role in ROLES if role not in {"owner", mine} and may_give(mine, role)]


def _table(form: RightsForm | None = None) -> dict[str, Any]:
    now, roles = queries.switches_of_roles(), _changeable()
    lines = [
        (right, words, [_cell(role, right, now, roles, form) for role in ROLES])
        for right, words in RIGHT_NAMES.items()
    ]
    return {
        "form": form or _opened(),
        "roles": ROLES,
        "lines": lines,
        "fixed": FIXED,
        "events": queries.switched_rights(),
        "people": {user.id: user for user in queries.all_users()},
    }


def _cell(
    role: str, right: str, now: dict[str, str], roles: list[str], form: RightsForm | None
) -> dict[str, Any]:
    is_open = role in roles and is_switchable(role, right)
    is_on = holds(role, now.get(role), right)
    if form and is_open:
        is_on = right in (form[role].data or [])
    return {"role": role, "is_on": is_on, "is_open": is_open}
