"""Arithmetic of leads without a database: arrivals, conditions, turns, lifecycle, due times."""

from crm.leads.rules.arrivals import Arrival, ConsentGiven
from crm.leads.rules.conditions import FIELDS, OPS, Fit, fits, judge, phrase, phrase_parts
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
)
from crm.leads.rules.turns import Candidate, Turn, take_turn, turn_reason

__all__ = [
    "ANSWER_HOURS",
    "BEFORE_CONTACT",
    "CLOSED",
    "CUT_OFF_MINUTES",
    "FIELDS",
    "LIFECYCLES",
    "OPEN",
    "OPS",
    "TALK",
    "Arrival",
    "Candidate",
    "ConsentGiven",
    "Fit",
    "Turn",
    "alert_times",
    "alert_words",
    "answer_due",
    "check_move",
    "fits",
    "is_step_back",
    "judge",
    "moves_from",
    "phrase",
    "phrase_parts",
    "span_words",
    "take_turn",
    "task_due",
    "turn_reason",
]
