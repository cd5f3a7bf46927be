"""Reading deals, always through what a person may see."""

from crm.deals.queries.board import (
    Card,
    Step,
    Sums,
    Wish,
    cards,
    next_steps,
    sums,
)
from crm.deals.queries.records import (
    Beside,
    beside_part,
    deal_for,
    deals_added,
    deals_beside,
    deals_named,
    deals_of,
    people_known,
    people_named,
    pipeline_by_id,
    pipelines,
    stage_by_id,
    subjects,
    visits,
)
from crm.deals.queries.unmoved import unmoved

__all__ = [
    "Beside",
    "Card",
    "Step",
    "Sums",
    "Wish",
    "beside_part",
    "cards",
    "deal_for",
    "deals_added",
    "deals_beside",
    "deals_named",
    "deals_of",
    "next_steps",
    "people_known",
    "people_named",
    "pipeline_by_id",
    "pipelines",
    "stage_by_id",
    "subjects",
    "sums",
    "unmoved",
    "visits",
]
