"""From rows chosen in a list to a batch: which rows, which act, and what the act asks."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

from flask import abort, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import Select, func, select

from crm.accounts.queries import visible
from crm.batches import actions, queries
from crm.batches.models import Batch
from crm.batches.routes.pages import bp
from crm.batches.rules import BatchKind
from crm.core import reading
from crm.core.db import db
from crm.core.numbers import row_number
from crm.core.refusal import Refused
from crm.fields.queries import catalogue
from crm.filters.queries import Asked
from crm.filters.queries.pinned import menus
from crm.search.narrowing import narrowing
from crm.web.access import needs
from crm.web.forms import Form
from crm.web.page import changed, page, perform, toast

LONGEST_QUERY = 10_000
MOST_CHOSEN = 500


@dataclass
class Chosen:
    """The rows somebody chose in a list: single ones, or all that match what it asks for."""

    record: str
    query: str
    ids: list[int]
    is_all: bool

    @cached_property
    def asked(self) -> Asked:
        """The list; a place marks that it is asked for as it was, not with a view of its own."""
        pairs = {"after": "-", **dict(parse_qsl(self.query, keep_blank_values=True))}
        return Asked(menus()[self.record], current_user, pairs)

    @property
    def records(self) -> Select | list[int]:
        """The rows as `actions.plan` takes them."""
        return matching(self.asked) if self.is_all else self.ids

    @cached_property
    def count(self) -> int:
        """How many rows there are, exactly."""
        if not self.is_all:
            return len(self.ids)
        rows = matching(self.asked).subquery()
        return db.session.scalar(select(func.count()).select_from(rows)) or 0

    @property
    def is_unsure(self) -> bool:
        """Whether all rows are meant that match a filter of which part is not known any more."""
        return self.is_all and self.asked.is_unsure

    @property
    def url(self) -> str:
        return self.asked.url()

    def first(self, most: int) -> list[int]:
        """The numbers of the first rows."""
        if not self.is_all:
            return self.ids[:most]
        rows = matching(self.asked).order_by(None)
        return sorted(db.session.scalars(rows.limit(most)))

    def link(self, **more: str) -> str:
        """This page for the same rows."""
        return url_for(".new", **{**self.pairs, **more})

    @property
    def pairs(self) -> dict[str, Any]:
        """What forms and links carry along."""
        ids = ",".join(str(one) for one in self.ids)
        found = {"record": self.record, "query": self.query, "ids": ids}
        return found | ({"all": "1"} if self.is_all else {})


def matching(asked: Asked) -> Select:
    """The numbers of all rows of a list that its reader may see."""
    return _of_list(asked, asked.certain)


def _of_list(asked: Asked, condition: Any) -> Select:
    model: Any = catalogue().models[asked.menu.record]
    tests = [visible(asked.user, model), condition, *asked.scope, *narrowing(asked)]
    if hasattr(model, "deleted_at"):
        tests.append(model.deleted_at.is_(None))
    return select(model.id).where(*tests)


@bp.get("/count")
def count():
    """The exact number of a list whose pages count no further than a thousand."""
    chosen = _chosen()
    rows = _of_list(chosen.asked, chosen.asked.condition).subquery()
    total = reading.value(select(func.count()).select_from(rows))
    return page("batches/count.html", chosen=chosen, total=total)


@bp.get("/new")
@needs("bulk_edit")
def new():
    chosen = _chosen()
    kind = _kind(chosen, request.args.get("act", ""))
    if kind is None:
        return _page(chosen)
    picked = request.args.get("picked", "")
    if kind.picks and not picked:
        return _page(chosen, kind)
    try:
        form = _form(kind, picked, chosen)(formdata=None)
    except Refused as refusal:
        toast(refusal.message, is_bad=True)
        return _page(chosen)
    return _page(chosen, kind, picked, form)


@bp.post("")
@needs("bulk_edit")
def create():
    chosen = _chosen()
    kind = _kind(chosen, request.form.get("act", "")) or abort(404)
    picked = request.form.get("picked", "")
    try:
        form = _form(kind, picked, chosen)()
    except Refused as refusal:
        toast(refusal.message, is_bad=True)
        return _page(chosen, status=422)
    records = chosen.records
    if isinstance(records, Select) and not kind.pins:
        records = actions.numbers_of(records, kind.most)  # nobody waits for this reading
    batch = perform(form, lambda: _plan(chosen, kind, form, picked, records))
    if batch:
        return changed(url_for(".show", batch_id=batch.id))
    return _page(chosen, kind, picked, form, status=422)


def _plan(
    chosen: Chosen, kind: BatchKind, form: Form, picked: str, records: Select | list[int]
) -> Batch:
    if chosen.is_unsure:
        raise Refused(_("Part of the filter is not known any more. Mend it first."))
    options = kind.options(form, current_user, picked)
    options["back"] = chosen.url
    return actions.plan(kind.key, by=current_user, records=records, options=options)


def _chosen() -> Chosen:
    said = request.values
    record = said.get("record", "")
    if record not in menus():
        abort(404)
    texts = [*said.getlist("id"), *said.get("ids", "").split(",")][: MOST_CHOSEN + 1]
    ids = [number for text in texts if (number := row_number(text)) is not None]
    return Chosen(record, said.get("query", "")[:LONGEST_QUERY], ids, said.get("all") == "1")


def _kind(chosen: Chosen, key: str) -> BatchKind | None:
    """The act if it is one of this list's that the person may do; None for none."""
    if not key:
        return None
    offered = {kind.key: kind for kind in queries.kinds_for(current_user, chosen.record)}
    return offered.get(key) or abort(404)


def _form(kind: BatchKind, picked: str, chosen: Chosen) -> type[Form]:
    inputs = dict(kind.asks(current_user, picked)) if kind.asks else {}
    if kind.asks_rows:
        inputs = dict(kind.asks_rows(current_user, chosen.first(kind.few + 1)))
    return type("ActForm", (Form,), inputs)


def _page(
    chosen: Chosen,
    kind: BatchKind | None = None,
    picked: str = "",
    form: Form | None = None,
    status: int = 200,
):
    return page(
        "batches/new.html",
        status=status,
        chosen=chosen,
        kind=kind,
        kinds=queries.kinds_for(current_user, chosen.record),
        picked=picked,
        picks=kind.picks(current_user) if kind and kind.picks else [],
        form=form,
        title=str(kind.label) if kind else _("What is to be done?"),
    )
