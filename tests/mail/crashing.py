"""A drain in a process of its own that kills itself at a named point."""

import os
import signal

from crm.core.db import db
from crm.mail import delivery, journal, transport

POINTS = {
    "after the claim": (delivery.delivery, "claim", "after"),
    "after the 354": (transport.Connection, "envelope", "after"),
    "after the handoff": (delivery.delivery, "hand_over", "after_commit"),
    "after the journal": (journal, "note", "after"),
    "after the text": (transport.Connection, "send_text", "after"),
    "after the 250": (transport.Connection, "answer", "after"),
    "before the commit": (delivery.delivery, "accepted", "after"),
}


def die():
    os.kill(os.getpid(), signal.SIGKILL)


def arm(point, every):
    owner, name, when = POINTS[point]
    real, count = getattr(owner, name), [0]

    def armed(*args, **kwargs):
        found = real(*args, **kwargs)
        count[0] += 1
        if count[0] % every == 0 and when == "after":
            die()
        return found

    if when == "after_commit":
        # The next step after the commit is the journal.
        note = journal.note
        journal.note = lambda *a: die() if hit(count, every) else note(*a)
        return
    setattr(owner, name, armed)


def hit(count, every):
    count[0] += 1
    return count[0] % every == 0


class Forked:
    """A drain in a forked process, as the worker's: with connections of its own."""

    def __init__(self, lane, point="", every=1):
        db.session.remove()
        db.engine.dispose()
        self.pid = os.fork()
        if self.pid == 0:
            try:
                if point:
                    arm(point, every)
                delivery.drain(lane)
            finally:
                os._exit(0)

    def wait(self):
        """Its exit code, the negative signal if it was killed."""
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
