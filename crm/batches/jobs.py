"""The worker's part of batches."""

import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rq.timeouts import BaseTimeoutException
from sqlalchemy.exc import InterfaceError, OperationalError

from crm.batches import actions, queries
from crm.batches.rules import WORK_SECONDS
from crm.core import clock
from crm.core.db import run
from crm.core.queue import job, ring

# SQLite has one write lock and no queue before it: between two pieces others find it free.
BREATH = 0.01
# A database that is away, a lock, a worker that is stopped: the same rows may go well next time.
PASSING = (OperationalError, InterfaceError, OSError, BaseTimeoutException)


@job(network=True, queue="bulk")
def work_on(batch_id: int) -> None:
    """Work through a batch in short transactions; a killed worker's is taken up again."""
    owner = f"{socket.gethostname()}-{os.getpid()}"
    if not run(lambda: actions.claim(batch_id, owner)):
        return
    end, pace = clock.monotonic() + WORK_SECONDS, actions.Pace()
    with actions.as_one_act(queries.batch(batch_id)), _ended_by_faults(batch_id, owner):
        while _piece(batch_id, owner, pace):
            time.sleep(BREATH)
            if clock.monotonic() > end:
                ring(actions.WORK, batch_id)
                return


@contextmanager
def _ended_by_faults(batch_id: int, owner: str) -> Iterator[None]:
    """A fault of ours ends the batch and says so: the same rows would meet it again for ever."""
    try:
        yield
    except PASSING:
        raise
    except Exception:
        run(lambda: actions.fail(batch_id, owner))
        raise


def _piece(batch_id: int, owner: str, pace: actions.Pace) -> bool:
    lines, begun = actions.ahead(batch_id), list[float]()

    def work() -> bool:
        begun.append(clock.monotonic())  # the turn to write has come
        return actions.step(batch_id, owner, pace, lines)

    more = run(work)
    pace.took(clock.monotonic() - begun[0])
    return more


@job
def sweep() -> None:
    """Ring for what a lost bell or a killed worker left behind."""
    actions.sweep()
