"""Leave: who is away from when to when, and who stands in."""

from datetime import date

from flask_babel import gettext as _

from crm.accounts.models import Leave, User
from crm.accounts.rules import may
from crm.core.db import db
from crm.core.refusal import Refused


def add_leave(user: User, starts_on: date, ends_on: date, delegate: User | None = None) -> Leave:
    """Note an absence, both days included. Raises Refused when the days or the person are off."""
    if ends_on < starts_on:
        raise Refused(_("The last day is before the first one."), field="ends_on")
    if delegate is not None and (delegate.id == user.id or not may(delegate, "edit_records")):
        raise Refused(_("Choose somebody else to stand in."), field="delegate_id")
    for other in user.leaves:
        if other.starts_on <= ends_on and other.ends_on >= starts_on:
            raise Refused(_("There is a leave in these days already."), field="starts_on")
    leave = Leave(
        starts_on=starts_on, ends_on=ends_on, delegate_id=delegate.id if delegate else None
    )
    user.leaves.append(leave)
    db.session.flush()
    return leave


def remove_leave(user: User, leave_id: int) -> None:
    """Cancel an absence; one that is gone already is no error."""
    user.leaves = [leave for leave in user.leaves if leave.id != leave_id]
