"""Every change to the outbox and to whom not to write to."""

from crm.mail.actions.budget import distrust, trust
from crm.mail.actions.outbox import cancel, hold_all, kick, queue, release, resend
from crm.mail.actions.suppression import lift, suppress

__all__ = [
    "cancel",
    "distrust",
    "hold_all",
    "kick",
    "lift",
    "queue",
    "release",
    "resend",
    "suppress",
    "trust",
]
