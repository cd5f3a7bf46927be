"""Arithmetic of leads without a database: arrivals, conditions, turns, lifecycle, due times."""

from crm.leads.rules.arrivals import Arrival, ConsentGiven
from crm.leads.rules.conditions import FIELDS, OPS, Fit, fits, judge, phrase
from crm.leads.rules.due import ANSWER_HOURS, CUT_OFF_MINUTES, alert_times, answer_due, task_due
from crm.leads.rules.lifecycle import CLOSED, LIFECYCLES, OPEN, check_move, moves_from
from crm.leads.rules.turns import Candidate, Turn, take_turn, turn_reason

__all__ = [
    "ANSWER_HOURS",
    "CLOSED",
    "CUT_OFF_MINUTES",
    "FIELDS",
    "LIFECYCLES",
    "OPEN",
    "OPS",
    "Arrival",
    "Candidate",
    "ConsentGiven",
    "Fit",
    "Turn",
    "alert_times",
    "answer_due",
    "check_move",
    "fits",
    "judge",
    "moves_from",
    "phrase",
    "take_turn",
    "task_due",
    "turn_reason",
]
