"""A task with what it is about: a contact, a company and a deal, each or all of them."""

from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import SelectField
from wtforms.validators import Length, Optional

from crm.accounts.queries import seen
from crm.activities.forms.tasks import TaskForm
from crm.companies.models import Company
from crm.contacts.models import Contact
from crm.core.db import db
from crm.deals.linking import Linked, opened_with
from crm.deals.models import Deal
from crm.fields.naming import Named, kept
from crm.web.formats import day, day_time
from crm.web.forms import strip

MODELS = {"contact": Contact, "company": Company, "deal": Deal}
PRIORITIES = [(0, _("Normal")), (1, _("High"))]


class FullTaskForm(Linked, TaskForm):
    """A task on its own page, where its records are named by hand."""

    priority = SelectField(
        _("Priority"), id="task-priority", choices=PRIORITIES, coerce=int, default=0
    )
    contact = Named(
        _("Contact"),
        [Optional(), Length(max=320)],
        id="task-contact",
        filters=[strip],
        searches="contact",
    )
    company = Named(
        _("Company"),
        [Optional(), Length(max=320)],
        id="task-company",
        filters=[strip],
        searches="company",
    )
    deal = Named(
        _("Deal"), [Optional(), Length(max=320)], id="task-deal", filters=[strip], searches="deal"
    )

    def __init__(self, user, task=None, **more):
        super().__init__(user, task=task, **more)
        self.task, self.is_over = task, task is not None

    @property
    def links(self) -> dict[str, Any]:
        """What the task is about; a record that this person may not see stays linked."""
        return {
            f"{kind}_id": self.found[kind].id if kind in self.found else self._hidden(kind, model)
            for kind, model in MODELS.items()
        }

    def said(self, name: str, value: Any) -> tuple[Any, Any]:
        """A field's label and what `value` of the task reads like, where somebody else set it."""
        if name == "due":
            return _("Due"), _moment(value) or _("None")
        kind = name.removesuffix("_id")
        if kind in MODELS:
            return self[kind].label.text, self._name_of(kind, value)
        choices = getattr(self[name], "choices", None)
        return self[name].label.text, dict(choices).get(value, value) if choices else value

    def _name_of(self, kind: str, number: int | None) -> Any:
        record = db.session.get(MODELS[kind], number) if number else None
        if record is None:
            return _("None")
        return record.name if seen(self.user, record) else _("a record you do not see")

    def _hidden(self, kind: str, model: Any) -> int | None:
        number = getattr(self.task, f"{kind}_id", None)
        record = db.session.get(model, number) if number else None
        return number if record is not None and seen(self.user, record) is None else None


def _moment(text: str) -> str:
    """A due day or time, kept as ISO text, in the words and the zone of the reader."""
    if "T" in text:
        return day_time(datetime.fromisoformat(text))
    return day(date.fromisoformat(text)) if text else ""


def named(user, task, *, is_gone_fine: bool = True) -> dict[str, str]:
    """What the fields of a task's records say, as far as this person may see them."""
    rows = {
        kind: kept(user, kind, getattr(task, f"{kind}_id"), is_gone_fine=is_gone_fine)
        for kind in MODELS
    }
    return opened_with(**{kind: (row, _text(kind, row)) for kind, row in rows.items() if row})


def unseen(user, task) -> dict[str, None]:
    """Records of a task that its form does not name: nobody began with their numbers."""
    shown = named(user, task)
    return {f"{kind}_id": None for kind in MODELS if kind not in shown}


def _text(kind: str, row: Any) -> str:
    return (row.email or row.name) if kind == "contact" else row.name
