"""Every change to the outbox and to whom not to write to."""

from crm.mail.actions.budget import distrust, trust
from crm.mail.actions.outbox import cancel, hold_all, kick, queue, release, resend
from crm.mail.actions.suppression import (
    lift,
    lift_by_hand,
    suppress,
    suppress_by_hand,
    suppress_listed,
)

__all__ = [
    "cancel",
    "distrust",
    "hold_all",
    "kick",
    "lift",
    "lift_by_hand",
    "queue",
    "release",
    "resend",
    "suppress",
    "suppress_by_hand",
    "suppress_listed",
    "trust",
]
