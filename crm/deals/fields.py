"""What deals offer: their places in the frame, their fields and relations."""

from operator import attrgetter
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import select
from sqlalchemy.orm import aliased

from crm.activities.models import Task
from crm.companies.models import Company
from crm.contacts.models import Contact
from crm.core.db import db
from crm.deals.bulk import BATCHES  # noqa: F401 - offered to create_app
from crm.deals.models import Closure, Deal, Pipeline, Stage
from crm.deals.naming import KINDS
from crm.deals.queries.asked import MENU
from crm.deals.rules import LOST_REASONS
from crm.deals.setting import SETTINGS  # noqa: F401 - offered to create_app
from crm.fields.queries import team_options
from crm.fields.rules import Field, Option, Relation, Through, choices
from crm.web.shell import ShellItem

SHELL = [
    ShellItem(_("Deals"), "/deals", icon="square-kanban", order=40),
    ShellItem(
        _("Deal"),
        "/deals/new",
        icon="square-kanban",
        order=30,
        place="new",
        right="edit_records",
        help=_("What somebody may buy, with its value and stage"),
    ),
    ShellItem(
        _("Pipelines"),
        "/settings/pipelines",
        order=40,
        place="settings",
        right="manage_pipelines",
        help=_("The stages of a deal, their chances and usual days."),
    ),
]

STATE_WORDS = {"open": _("Open"), "won": _("Won"), "lost": _("Lost")}


def _pipeline_options() -> list[Option]:
    rows = db.session.scalars(select(Pipeline).order_by(Pipeline.position, Pipeline.id))
    return [Option(str(row.id), row.name, row.archived_at is None) for row in rows]


def _stage_options() -> list[Option]:
    rows = db.session.execute(
        select(Stage.id, Stage.name, Pipeline.name.label("pipeline"))
        .join(Pipeline, Pipeline.id == Stage.pipeline_id)
        .order_by(Pipeline.position, Pipeline.id, Stage.position)
    ).all()
    is_one = len({row.pipeline for row in rows}) < 2
    return [Option(str(r.id), r.name if is_one else f"{r.pipeline}: {r.name}") for r in rows]


def _stages_in_order() -> Any:
    """As the pipelines and their stages stand."""
    line, stage = aliased(Pipeline), aliased(Stage)
    keys = (line.position, line.id.label("line_id"), stage.position.label("place"), stage.id)
    return select(*keys).select_from(line).join(stage, stage.pipeline_id == line.id)


def _of_stage(column: Any) -> Any:
    """Something the stage of a deal says, as a column of the deal."""
    return select(column).where(Stage.id == Deal.stage_id).correlate(Deal).scalar_subquery()


def _of_closing(read: Any) -> Any:
    """Something the closing in force says, as a list of one or none."""
    return lambda deal: [read(deal.closure)] if deal.closure else []


IN_FORCE = Through(Closure.deal_id, (Closure.reopened_at.is_(None),))
MODELS = [("deal", Deal)]
NAMING = KINDS
LISTS = [MENU]
FIELDS: list[Field | Relation] = [
    Field("deal", "name", _("Name"), "text", Deal.name, attrgetter("name"),
          sort_column=Deal.sort_name, is_required=True, is_sortable=True, is_editable=True,
          is_importable=True),
    Field("deal", "pipeline", _("Pipeline"), "select", Deal.pipeline_id,
          attrgetter("pipeline_id"), options=_pipeline_options, is_importable=True),
    Field("deal", "stage", _("Stage"), "select", Deal.stage_id, attrgetter("stage_id"),
          ranks=_stages_in_order, options=_stage_options, is_sortable=True, is_editable=True,
          is_importable=True),
    Field("deal", "state", _("Open, won or lost"), "select", _of_stage(Stage.kind),
          lambda deal: deal.stage.kind, options=choices(STATE_WORDS)),
    Field("deal", "stage_since", _("In this stage since"), "at", Deal.stage_since,
          attrgetter("stage_since")),
    Field("deal", "probability", _("Chance in per cent"), "number", _of_stage(Stage.probability),
          lambda deal: deal.stage.probability),
    Field("deal", "amount", _("Value"), "money", Deal.amount_cents, attrgetter("amount_cents"),
          is_sortable=True, is_editable=True, is_importable=True),
    Field("deal", "currency", _("Currency"), "text", Deal.currency, attrgetter("currency"),
          is_importable=True),
    Field("deal", "close_on", _("Expected close"), "on", Deal.close_on, attrgetter("close_on"),
          is_sortable=True, is_editable=True, is_importable=True),
    Field("deal", "contact", _("Contact"), "reference", Deal.contact_id,
          attrgetter("contact_id"), target="contact", is_editable=True, is_importable=True),
    Field("deal", "company", _("Company"), "reference", Deal.company_id,
          attrgetter("company_id"), target="company", is_sortable=True, is_editable=True,
          is_importable=True),
    Field("deal", "owner", _("Owner"), "user", Deal.owner_id, attrgetter("owner_id"),
          is_sortable=True, is_editable=True, is_importable=True),
    Field("deal", "team", _("Team"), "select", Deal.team_id, attrgetter("team_id"),
          options=team_options),
    Field("deal", "source", _("Source"), "text", Deal.source, attrgetter("source"),
          is_importable=True),
    Field("deal", "closed_on", _("Closed on"), "on", Closure.closed_on,
          _of_closing(attrgetter("closed_on")), IN_FORCE, is_sortable=True, is_importable=True),
    Field("deal", "lost_reason", _("Why it was lost"), "select", Closure.reason,
          _of_closing(attrgetter("reason")), IN_FORCE, options=choices(LOST_REASONS),
          is_importable=True),
    Field("deal", "created_at", _("Added"), "at", Deal.created_at, attrgetter("created_at"),
          is_sortable=True),
    Field("deal", "updated_at", _("Changed"), "at", Deal.updated_at, attrgetter("updated_at"),
          is_sortable=True),
    Relation("deal", "contact", _("Contact"), "contact",
             lambda: (Contact.id == Deal.contact_id) & Contact.deleted_at.is_(None),
             lambda deal: _living(deal.contact)),
    Relation("deal", "company", _("Company"), "company",
             lambda: (Company.id == Deal.company_id) & Company.deleted_at.is_(None),
             lambda deal: _living(deal.company)),
    Relation("contact", "deals", _("Deals"), "deal",
             lambda: (Deal.contact_id == Contact.id) & Deal.deleted_at.is_(None),
             lambda contact: _deals(Deal.contact_id == contact.id)),
    Relation("company", "deals", _("Deals"), "deal",
             lambda: (Deal.company_id == Company.id) & Deal.deleted_at.is_(None),
             lambda company: _deals(Deal.company_id == company.id)),
    Relation("deal", "tasks", _("Tasks"), "task", lambda: Task.deal_id == Deal.id,
             lambda deal: _tasks(Task.deal_id == deal.id)),
    Relation("contact", "tasks", _("Tasks"), "task", lambda: Task.contact_id == Contact.id,
             lambda contact: _tasks(Task.contact_id == contact.id)),
    Relation("company", "tasks", _("Tasks"), "task", lambda: Task.company_id == Company.id,
             lambda company: _tasks(Task.company_id == company.id)),
    Relation("task", "contact", _("Contact"), "contact",
             lambda: (Contact.id == Task.contact_id) & Contact.deleted_at.is_(None),
             lambda task: _living(db.session.get(Contact, task.contact_id or 0))),
    Relation("task", "company", _("Company"), "company",
             lambda: (Company.id == Task.company_id) & Company.deleted_at.is_(None),
             lambda task: _living(db.session.get(Company, task.company_id or 0))),
    Relation("task", "deal", _("Deal"), "deal",
             lambda: (Deal.id == Task.deal_id) & Deal.deleted_at.is_(None),
             lambda task: _living(db.session.get(Deal, task.deal_id or 0))),
]  # fmt: skip


def _living(record: Any) -> list[Any]:
    return [record] if record is not None and record.deleted_at is None else []


def _deals(where: Any) -> list[Deal]:
    return list(db.session.scalars(select(Deal).where(where, Deal.deleted_at.is_(None))))


def _tasks(where: Any) -> list[Task]:
    return list(db.session.scalars(select(Task).where(where)))
