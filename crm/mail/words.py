"""The states of a mail in words, with the look of their tag."""

from flask_babel import lazy_gettext as _

STATES = {
    "queued": (_("Waiting"), ""),
    "claimed": (_("Leaving"), ""),
    "handoff": (_("Handed over"), ""),
    "sent": (_("Sent"), "good"),
    "uncertain": (_("Uncertain"), "warm"),
    "failed": (_("Failed"), "bad"),
    "held": (_("Held"), "warm"),
    "expired": (_("Too late"), "line"),
    "cancelled": (_("Taken back"), "line"),
    "suppressed": (_("Unsubscribed"), "line"),
}
