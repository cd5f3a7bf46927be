"""Every change to leads: taking in, routing, owning, promising, reminding."""

from crm.leads.actions.alerts import sweep
from crm.leads.actions.capture import Captured, capture, drop, release
from crm.leads.actions.clocks import end_clocks, move_clocks
from crm.leads.actions.confirming import begin_confirmed
from crm.leads.actions.lifecycle import begin_as, check_move_of, disqualify, move
from crm.leads.actions.owners import (
    assign,
    check_hand_over,
    check_let_go,
    hand_over,
    let_go,
)
from crm.leads.actions.replies import take_reply
from crm.leads.actions.routing import route
from crm.leads.actions.settling import settle, settle_lost

__all__ = [
    "Captured",
    "assign",
    "begin_as",
    "begin_confirmed",
    "capture",
    "check_hand_over",
    "check_let_go",
    "check_move_of",
    "disqualify",
    "drop",
    "end_clocks",
    "hand_over",
    "let_go",
    "move",
    "move_clocks",
    "release",
    "route",
    "settle",
    "settle_lost",
    "sweep",
    "take_reply",
]
