"""A task with what it is about: a contact, a company and a deal, each or all of them."""

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import SelectField, StringField
from wtforms.validators import Length, Optional, ValidationError

from crm.accounts.queries import seen
from crm.activities.forms.tasks import TaskForm
from crm.companies.models import Company
from crm.companies.queries import by_name, company_for
from crm.contacts.models import Contact
from crm.contacts.queries import contact_for
from crm.core.db import db
from crm.deals.models import Deal
from crm.deals.naming import contact_typed
from crm.deals.queries import deal_for, deal_named
from crm.web.forms import strip

MODELS = {"contact": Contact, "company": Company, "deal": Deal}
PRIORITIES = [(0, _("Normal")), (1, _("High"))]


class FullTaskForm(TaskForm):
    """A task on its own page, where its records are named by hand."""

    priority = SelectField(
        _("Priority"), id="task-priority", choices=PRIORITIES, coerce=int, default=0
    )
    contact = StringField(
        _("Contact"), [Optional(), Length(max=320)], id="task-contact", filters=[strip]
    )
    company = StringField(
        _("Company"), [Optional(), Length(max=200)], id="task-company", filters=[strip]
    )
    deal = StringField(_("Deal"), [Optional(), Length(max=200)], id="task-deal", filters=[strip])

    def __init__(self, user, task=None, **more):
        super().__init__(user, task=task, **more)
        self.task = task
        self.found: dict[str, int] = {}

    def validate_contact(self, field):
        try:
            self.found["contact"] = contact_typed(self.user, field.data).id
        except ValueError as error:
            raise ValidationError(str(error)) from None

    def validate_company(self, field):
        company = by_name(self.user, field.data)
        if company is None:
            raise ValidationError(_("No company of this name. Add it first."))
        self.found["company"] = company.id

    def validate_deal(self, field):
        deal = deal_named(self.user, field.data)
        if deal is None:
            raise ValidationError(_("No deal of this name. Add it first."))
        self.found["deal"] = deal.id

    @property
    def links(self) -> dict[str, Any]:
        """What the task is about; a record that this person may not see stays linked."""
        return {
            f"{kind}_id": self.found.get(kind) or self._hidden(kind, model)
            for kind, model in MODELS.items()
        }

    def said(self, name: str, value: Any) -> tuple[Any, Any]:
        """A field's label and what `value` of the task reads like, where somebody else set it."""
        if name == "due":
            return _("Due"), value or _("None")
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


def named(user, task) -> dict[str, str]:
    """What the fields of a task's records say, as far as this person may see them."""
    contact = contact_for(user, task.contact_id) if task.contact_id else None
    company = company_for(user, task.company_id) if task.company_id else None
    deal = deal_for(user, task.deal_id) if task.deal_id else None
    return {
        "contact": (contact.email or contact.name) if contact else "",
        "company": company.name if company else "",
        "deal": deal.name if deal else "",
    }


def unseen(user, task) -> dict[str, None]:
    """Records of a task that its form does not name: nobody began with their numbers."""
    return {f"{kind}_id": None for kind, name in named(user, task).items() if not name}
