"""Who leaves a company leaves there what was said until then, and finds it when they are back."""

from typing import Any

from sqlalchemy import event, inspect
from sqlalchemy.orm import Mapper

from crm.activities import actions as activities
from crm.contacts.models import Contact
from crm.core.db import db


@event.listens_for(Contact, "after_insert")
def _entered(_mapper: Mapper[Any], _connection: Any, contact: Contact) -> None:
    inspect(contact).info["entered_in"] = db.session().info.get("tend_kept")


@event.listens_for(Contact, "after_update")
def _left(_mapper: Mapper[Any], _connection: Any, contact: Contact) -> None:
    state: Any = inspect(contact)
    before = state.attrs.company_id.history.deleted
    open_now = db.session().info.get("tend_kept")
    if not before or (open_now is not None and state.info.get("entered_in") is open_now):
        return  # it did not change, or only within the act that added them
    activities.leave_with(contact.id, before[0])
    activities.come_back(contact.id, contact.company_id)
