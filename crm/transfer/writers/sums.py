"""Values of deals from a file: of which currency one is that names none."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from crm.core.db import db
from crm.deals.models import Pipeline, Stage
from crm.fields.queries import fields_of
from crm.transfer.drafts import Draft
from crm.transfer.rules.texts import in_units
from crm.transfer.stages import is_planned, planned


def tell_currencies(drafts: Sequence[Draft]) -> None:
    """Set `currency` of drafts whose value names none: their pipeline's.

    Files of our own leave out EUR.
    """
    if not any(isinstance(draft["amount"], Decimal) for draft in drafts):
        return
    lines = list(db.session.scalars(select(Pipeline).order_by(Pipeline.position, Pipeline.id)))
    known = {line.id: line.currency for line in lines}
    first = next((line.currency for line in lines if line.archived_at is None), "EUR")
    for draft in drafts:
        draft.currency = "EUR" if draft["tend"] else known.get(_pipeline_of(draft), first)


def _pipeline_of(draft: Draft) -> int:
    """The number of the pipeline that a row names; 0 for none."""
    stage, said = draft.stage, draft["stage"]
    if stage is None and said:
        stage = planned(said) if is_planned(said) else db.session.get(Stage, int(said))
    return stage.pipeline_id if stage else int(draft["pipeline"] or 0)


def amount_of(draft: Draft) -> tuple[Any, str]:
    """Minor units and currency, and why there are none although the row says a sum.

    Where none is named it is that of the deal, else of the pipeline.
    """
    said = draft["amount"]
    if not isinstance(said, Decimal):
        return said, ""
    first = draft.before[0] if draft.before and draft.found is None else draft
    if not first.currency:
        tell_currencies([first])  # an earlier row that was only read
    code = first.currency
    if draft.found is not None and draft.found.amount_cents is not None and not draft["tend"]:
        code = draft.found.currency
    try:
        return in_units(said, code), ""
    except ValueError as error:
        return None, f"{fields_of('deal')['amount'].label}: {error}"
