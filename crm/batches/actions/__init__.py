"""Every change to batches: planning, trying dry, doing, stopping."""

from crm.batches.actions.driving import Pace, ahead, as_one_act, claim, fail, step, sweep
from crm.batches.actions.omitting import leave_out, take_in
from crm.batches.actions.planning import WORK, can_go_on, cancel, numbers_of, plan, plan_file, start
from crm.batches.actions.working import kind_of, words_of

__all__ = [
    "WORK",
    "Pace",
    "ahead",
    "as_one_act",
    "can_go_on",
    "cancel",
    "claim",
    "fail",
    "kind_of",
    "leave_out",
    "numbers_of",
    "plan",
    "plan_file",
    "start",
    "step",
    "sweep",
    "take_in",
    "words_of",
]
