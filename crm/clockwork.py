"""The worker process: the clock, and the RQ workers it looks after."""

import functools
import json
import logging
import os
import signal
import tempfile
from typing import IO

from flask import Flask

from crm.core import clock, db, logs, ticking, working
from crm.core.processes import (
    STOPS,
    Child,
    Family,
    ask,
    await_signals,
    die_with_parent,
    ended,
    fork,
    next_signal,
)
from crm.core.queue import QUEUES, find, forget_connections
from crm.mail import journal
from crm.schedule import CLOCK

log = logging.getLogger("tend.clock")

STEP_SECONDS = 0.25
STOP_SECONDS = 19
# One more worker leaves out the bulk queue: mails to a server that hangs never block the rest.
QUICK = QUEUES[:-1]


def serve(app: Flask) -> int:
    """Run until SIGTERM, SIGINT or SIGHUP; returns the exit code of the process."""
    logs.name_process("clock")
    await_signals()
    # Before the first mail: what left after a restored backup was made must not leave twice.
    held = ask("reconcile", lambda: _reconcile(app))
    if held:
        log.warning("%s mails left after this database was saved; see the outbox", held)
    family = Family()
    for number in range(int(app.extensions["tend.config"]["WORKERS"])):
        _hire(family, app, f"worker{number + 1}", QUEUES)
    _hire(family, app, "quick", QUICK)
    hands = Hands(app)
    turn = Turn(app, hands)
    watch = Watch()
    while next_signal(STEP_SECONDS) not in STOPS:
        family.look_after()
        hands.family.reap()
        if turn.is_over() and watch.is_due():
            turn.begin()
    family.stop(seconds=STOP_SECONDS)
    turn.stop(seconds=1)  # before the hands: it would hire more
    hands.family.stop(seconds=1)
    with app.app_context():
        ticking.give_back("tick", turn.ticker.owner)
    return 0


def _reconcile(app: Flask) -> int:
    with app.app_context():
        forget_connections()
        return db.run(journal.reconcile)


def tick(app: Flask) -> list[str]:
    """Do once what the clock would do now, all in this process; returns what was done."""
    ticker = ticking.Ticker(app, CLOCK, lambda path, args: find(path)(*args), is_alone=True)
    return ticker.tick()


def _hire(family: Family, app: Flask, name: str, queues: tuple[str, ...]) -> None:
    def work() -> int:
        logs.name_process(name)
        return working.work(app, queues)

    family.add(name, functools.partial(fork, name, work))


class Watch:
    """When to tick: every 10 s, and at once when the product's clock was moved."""

    def __init__(self) -> None:
        self.ticked: float | None = None
        self.offset = 0.0

    def is_due(self) -> bool:
        """Whether a tick is due; counts as done when it says so."""
        real = clock.monotonic()
        offset = clock.now().timestamp() - real
        is_moved = abs(offset - self.offset) > 1
        if self.ticked is not None and real - self.ticked < ticking.TICK_SECONDS and not is_moved:
            return False
        self.ticked, self.offset = real, offset
        return True


class Turn:
    """One tick at a time, in a child: all that its jobs load is gone when they are done.

    A tick that hangs keeps nobody from looking after the workers, one that dies is done again.
    """

    def __init__(self, app: Flask, hands: "Hands") -> None:
        self.hands = hands
        self.ticker = ticking.Ticker(app, CLOCK, self._ask)
        self.pid = 0
        self.is_ending = False
        self.asked: list[tuple[str, tuple[int | str, ...]]] = []

    def begin(self) -> None:
        """Start the child."""
        self.report: IO[str] = tempfile.TemporaryFile("w+")
        parent = os.getpid()
        self.pid = fork("tick", lambda: self._tick(parent))

    def is_over(self) -> bool:
        """Whether no tick runs; takes over what the last one learned."""
        if self.pid:
            status = ended(self.pid)
            if status is None:
                return False
            self.pid = 0
            with self.report:
                if status == 0:
                    self._learn()
        return True

    def stop(self, seconds: float) -> None:
        """Let a tick that runs come to its end, SIGKILL after `seconds`; nobody is hired then.

        What it asked for is asked for again by the next process.
        """
        self.is_ending = True
        end = clock.monotonic() + seconds
        while not self.is_over():
            if clock.monotonic() > end:
                os.kill(self.pid, signal.SIGKILL)
            next_signal(0.05)

    def _tick(self, parent: int) -> None:
        await_signals()  # told to stop, it ends what it began
        die_with_parent(parent, signal.SIGKILL)
        with self.ticker.app.app_context():
            forget_connections()
        self.ticker.tick()
        json.dump([self.ticker.learned(), self.asked], self.report)
        self.report.flush()

    def _learn(self) -> None:
        self.report.seek(0)
        learned, asked = json.load(self.report)
        self.ticker.learn(learned)
        for path, args in [] if self.is_ending else asked:
            self.hands.do(path, tuple(args))

    def _ask(self, path: str, args: tuple[int | str, ...]) -> None:
        """In the child: hands are hired by the clock, which knows who is at what."""
        if (path, args) not in self.asked:
            self.asked.append((path, args))


class Hands:
    """Network jobs done without the queue server: one child for each, never two of the same."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.family = Family()

    def do(self, path: str, args: tuple[int | str, ...]) -> None:
        """Do the job in a child unless its last child is still at it."""
        name = f"{path}{args}"
        child = next((c for c in self.family.children if c.name == name), None)
        if child is None:
            child = Child(name, functools.partial(fork, name, lambda: self._work(path, args)))
            self.family.children.append(child)
        if not child.pid:
            child.run()

    def _work(self, path: str, args: tuple[int | str, ...]) -> None:
        logs.name_process("hand")
        with self.app.app_context():
            forget_connections()
            find(path)(*args)
