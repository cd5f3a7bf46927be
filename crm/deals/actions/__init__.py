"""Every change to deals and pipelines."""

from crm.deals.actions.closing import close, reopen
from crm.deals.actions.deals import (
    claim,
    create,
    decide_next_step,
    delete,
    restore,
    snapshot,
    update,
)
from crm.deals.actions.many import Seed, check_ending, create_many
from crm.deals.actions.moving import move, step
from crm.deals.actions.pipelines import (
    add_stage,
    change_stage,
    create_default_pipeline,
    create_pipeline,
    rename_pipeline,
    shift_stage,
    untangle,
)
from crm.deals.actions.removing import after, delete_stage, drop_stage, vacate
from crm.deals.actions.telling import tell_watchers

__all__ = [
    "Seed",
    "add_stage",
    "after",
    "change_stage",
    "check_ending",
    "claim",
    "close",
    "create",
    "create_default_pipeline",
    "create_many",
    "create_pipeline",
    "decide_next_step",
    "delete",
    "delete_stage",
    "drop_stage",
    "move",
    "rename_pipeline",
    "reopen",
    "restore",
    "shift_stage",
    "snapshot",
    "step",
    "tell_watchers",
    "untangle",
    "update",
    "vacate",
]
