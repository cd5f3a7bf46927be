"""What the roles of the house may do."""

from collections.abc import Iterable

from flask_babel import gettext as _
from sqlalchemy import select, update

from crm.accounts.actions.events import note
from crm.accounts.models import RoleRights, User
from crm.accounts.rules import RIGHTS, ROLES, holds, is_switchable, may, may_give, switches
from crm.core.db import db
from crm.core.inserts import insert_once
from crm.core.refusal import Refused


def switch_rights(role: str, rights: Iterable[str], by: User) -> int:
    """Let `role` have just `rights` of those that can be switched; how many were (O1).

    Each one is noted with its old and new value. It counts at the next request of everybody who
    has the role, in every process. Raises Refused for the owners' role, which has every right,
    and for that of administrators unless an owner does it.
    """
    if role == "owner" or role not in ROLES:
        raise Refused(_("Owners always have every right."))
    if not may(by, "manage_users") or not may_give(by.role, role) or by.role == role:
        raise Refused(_("Only an owner can change what administrators may do."))
    old = db.session.scalar(
        select(RoleRights.switched).where(RoleRights.role == role).with_for_update()
    )
    new = switches(role, rights)
    moved = [
        right
        for right in RIGHTS
        if is_switchable(role, right) and holds(role, old, right) != holds(role, new, right)
    ]
    for right in moved:
        is_on = holds(role, new, right)
        note("right_switched", by=by, role=role, right=right, old=_on(not is_on), new=_on(is_on))
    if moved:
        insert_once(RoleRights, {"role": role, "switched": new}, "role")
        db.session.execute(update(RoleRights).where(RoleRights.role == role).values(switched=new))
    return len(moved)


def _on(is_on: bool) -> str:
    return "on" if is_on else "off"
