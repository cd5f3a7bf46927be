"""Child processes: forked from a loaded parent, ended with it, started again when they die."""

import ctypes
import gc
import json
import logging
import os
import select
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from crm.core import clock

log = logging.getLogger("tend.processes")

PR_SET_PDEATHSIG = 1
PR_SET_NAME = 15
STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
AWAITED = frozenset({*STOPS, signal.SIGCHLD})
# A child that dies young is started again more slowly, so that a broken one burns no machine.
YOUNG_SECONDS = 5
LONGEST_PAUSE = 10.0
# Found once in the parent: looking it up between fork and exec would be unsafe.
_libc = ctypes.CDLL(None)
_prctl = getattr(_libc, "prctl", None) if sys.platform == "linux" else None
_malloc_trim = getattr(_libc, "malloc_trim", None)
_mallopt = getattr(_libc, "mallopt", None)
M_MMAP_THRESHOLD, M_ARENA_MAX = -3, -8


class ChildFailed(Exception):
    """What was given to a child was not done; the log says why."""


def die_with_parent(parent: int, how: int = signal.SIGTERM) -> None:
    """Ask the kernel to send `how` to this process when process `parent` is gone.

    Called from the main thread of a child. Ends at once if the parent died before the call.
    """
    if _prctl is not None:
        _prctl(PR_SET_PDEATHSIG, int(how), 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def show_name(name: str) -> None:
    """Call this process `tend-<name>` in ps and top (15 bytes are shown)."""
    if _prctl is not None:
        _prctl(PR_SET_NAME, f"tend-{name}".encode()[:15], 0, 0, 0)


def await_signals() -> None:
    """Hold back the signals that `next_signal` returns, so that none interrupts the work."""
    signal.pthread_sigmask(signal.SIG_BLOCK, AWAITED)


def next_signal(seconds: float) -> int | None:
    """The next signal of AWAITED within `seconds`, or None."""
    found = signal.sigtimedwait(AWAITED, seconds)
    return found.si_signo if found else None


def let_signals_through() -> None:
    """In a child: default handlers, nothing held back."""
    for number in STOPS:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, AWAITED)


def save_memory() -> None:
    """Before any thread: give large blocks (a password's 19 MiB) back at once, few arenas."""
    if _mallopt is not None:
        _mallopt(M_MMAP_THRESHOLD, 1024 * 1024)
        _mallopt(M_ARENA_MAX, 2)


def share_memory() -> None:
    """Before the first fork: keep what is loaded in pages that children share with us."""
    gc.freeze()
    gc.collect()  # counts afresh: else garbage may grow in proportion to all that is loaded
    if _malloc_trim is not None:
        _malloc_trim(0)


def fork(name: str, work: Callable[[], int | None]) -> int:
    """Run `work` in a child of its own session that ends with this process; returns its pid.

    The child ends with the number `work` returns, 1 after an error.
    """
    parent = os.getpid()
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        os.setsid()
        # A child may begin while we still load (crm/core/__init__.py): it looks for garbage only
        # among what it makes itself.
        gc.freeze()
        gc.enable()
        let_signals_through()
        die_with_parent(parent)
        show_name(name)
        code = work() or 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except KeyboardInterrupt:
        code = 130
    except BaseException:
        log.exception("%s failed", name)
    finally:
        logging.shutdown()
        os._exit(code)


def ask(name: str, work: Callable[[], Any]) -> Any:
    """What `work` returns (as JSON), done in a child: what it loaded is gone with it.

    For work before a fork that all later children would carry along. Raises ChildFailed.
    """
    return begin(name, work).answer()


def begin(name: str, work: Callable[[], Any]) -> "Asked":
    """Let a child do `work` meanwhile; what it returns (as JSON) is asked for later."""
    reading, writing = os.pipe()

    def answer() -> None:
        os.close(reading)
        with open(writing, "w") as pipe:
            json.dump(work(), pipe)

    pid = fork(name, answer)
    os.close(writing)
    return Asked(name, pid, reading)


@dataclass
class Asked:
    """Work that a child does beside us."""

    name: str
    pid: int
    reading: int

    def has_ended(self) -> bool:
        """Whether the answer, which is short, can be had without waiting."""
        return bool(select.select([self.reading], [], [], 0)[0])

    def answer(self) -> Any:
        """What the work returned, once. Raises ChildFailed."""
        with open(self.reading) as pipe:
            text = pipe.read()
        code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        if code:
            raise ChildFailed(f"{self.name} ended with {code}; see the lines above.")
        return json.loads(text)

    def give_up(self) -> None:
        """End the child with its work half done."""
        os.close(self.reading)
        _send(self.pid, signal.SIGTERM)
        os.waitpid(self.pid, 0)


@dataclass
class Child:
    """One process that should be alive: how to start it and when it was."""

    name: str
    start: Callable[[], int]
    pid: int = 0
    started: float = 0.0
    pause: float = 0.0
    code: int | None = None

    def run(self) -> None:
        """Start the process."""
        self.started = clock.monotonic()
        self.pid = self.start()

    def died(self, status: int) -> None:
        """Note the end of the process; decides how long to wait before the next start."""
        self.code = os.waitstatus_to_exitcode(status)
        self.pid = 0
        is_young = clock.monotonic() - self.started < YOUNG_SECONDS
        self.pause = min(LONGEST_PAUSE, self.pause * 2 or 0.25) if is_young else 0.0

    def may_start(self) -> bool:
        """Whether the pause after a death is over."""
        return not self.pid and clock.monotonic() >= self.started + self.pause


@dataclass
class Family:
    """The children of one process."""

    children: list[Child] = field(default_factory=list)

    def add(self, name: str, start: Callable[[], int]) -> Child:
        """Start a child that is kept alive from now on."""
        child = Child(name, start)
        self.children.append(child)
        child.run()
        return child

    def look_after(self) -> None:
        """Start again every child that has died."""
        self.reap()
        for child in self.children:
            if child.may_start():
                child.run()
                log.warning("%s ended (%s), started again", child.name, child.code)

    def reap(self) -> None:
        """Note which children have ended."""
        for child in self.children:
            if child.pid:
                status = ended(child.pid)
                if status is not None:
                    child.died(status)

    def stop(self, names: set[str] | None = None, seconds: float = 20) -> None:
        """Send SIGTERM to the children called `names` (all by default), SIGKILL after `seconds`."""
        chosen = [c for c in self.children if c.pid and (names is None or c.name in names)]
        for child in chosen:
            _send(child.pid, signal.SIGTERM)
        end = clock.monotonic() + seconds
        while any(child.pid for child in chosen) and clock.monotonic() < end:
            next_signal(0.05)
            self.reap()
        for child in chosen:
            if child.pid:
                log.warning("%s did not stop within %s s and is killed", child.name, int(seconds))
                _send(child.pid, signal.SIGKILL)
                os.waitpid(child.pid, 0)
                child.pid = 0


def ended(pid: int) -> int | None:
    """The wait status of a child that has ended, None while it lives."""
    try:
        found, status = os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return 0
    return status if found else None


def _send(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        log.debug("process %s had ended already", pid)
