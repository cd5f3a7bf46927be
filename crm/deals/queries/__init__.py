"""Reading deals, always through what a person may see."""

from crm.deals.queries.board import (
    Part,
    Sums,
    Wish,
    cards,
    count_without_step,
    idle,
    next_steps,
    sums,
    table,
    without_step,
)
from crm.deals.queries.records import (
    deal_for,
    deals_of,
    people_known,
    people_named,
    pipeline_by_id,
    pipelines,
    stage_by_id,
    subjects,
    visits,
    won_since,
)

__all__ = [
    "Part",
    "Sums",
    "Wish",
    "cards",
    "count_without_step",
    "deal_for",
    "deals_of",
    "idle",
    "next_steps",
    "people_known",
    "people_named",
    "pipeline_by_id",
    "pipelines",
    "stage_by_id",
    "subjects",
    "sums",
    "table",
    "visits",
    "without_step",
    "won_since",
]
