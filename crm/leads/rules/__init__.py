"""Arithmetic of leads without a database: arrivals, conditions, turns, lifecycle, due times."""

from crm.leads.rules.arrivals import Arrival, ConsentGiven
from crm.leads.rules.conditions import RECORD, Lead, modern, parts_of, tree_of
from crm.leads.rules.due import (
    ANSWER_HOURS,
    CUT_OFF_MINUTES,
    alert_times,
    alert_words,
    answer_due,
    span_words,
    task_due,
)
from crm.leads.rules.lifecycle import (
    BEFORE_CONTACT,
    CLOSED,
    LIFECYCLES,
    OPEN,
    TALK,
    check_move,
    is_step_back,
    moves_from,
    targets,
)
from crm.leads.rules.turns import (
    Candidate,
    Turn,
    pool_reason,
    stand_in_reason,
    take_turn,
    turn_reason,
)

__all__ = [
    "ANSWER_HOURS",
    "BEFORE_CONTACT",
    "CLOSED",
    "CUT_OFF_MINUTES",
    "LIFECYCLES",
    "OPEN",
    "RECORD",
    "TALK",
    "Arrival",
    "Candidate",
    "ConsentGiven",
    "Lead",
    "Turn",
    "alert_times",
    "alert_words",
    "answer_due",
    "check_move",
    "is_step_back",
    "modern",
    "moves_from",
    "parts_of",
    "pool_reason",
    "span_words",
    "stand_in_reason",
    "take_turn",
    "targets",
    "task_due",
    "tree_of",
    "turn_reason",
]
