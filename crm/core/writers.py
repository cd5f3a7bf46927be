"""The line of a SQLite database's writers: first come, first served, over threads and processes.

Each writer locks one byte of a file beside the database; its offset is the time it came. Whoever
finds no lock before its own is first. The kernel takes the byte of a killed process back. Only
the order is decided here: SQLite's own lock still keeps two writers apart, so that a line that
fails (another system, a process that was stopped) costs time and never data.
"""

import fcntl
import os
import socket
import struct
import sys
import time
from contextlib import suppress

# struct flock of 64-bit Linux; its locks belong to the open file, so threads have their own.
FLOCK = struct.Struct("hhqqi4x")
HAS_LINE = sys.platform == "linux" and hasattr(fcntl, "F_OFD_SETLK") and sys.maxsize > 2**32
# How long a waiting one trusts in being called: a killed writer calls nobody.
LOOK_SECONDS = 0.02
# How long before it tries its luck at the database, should the first of the line stand still.
PATIENCE_SECONDS = 0.3
TO_THE_END = 0


class Place:
    """Where one connection stands in the line of its database."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._file = -1
        self._number = 0

    def __del__(self) -> None:
        self._let_go()

    def _let_go(self) -> None:
        """Close the file, and with it every lock on it; the next join opens it again."""
        file, self._file = self._file, -1
        with suppress(OSError):
            if file >= 0:
                os.close(file)

    def join(self) -> None:
        """Stand behind everybody who came before; no line where the system has no such locks."""
        if not HAS_LINE or self._number:
            return
        try:
            if self._file < 0:
                flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
                self._file = os.open(f"{self._path}-line", flags, 0o600)
            self._number = self._stand()
        except OSError:  # a file system without such locks: everybody looks by himself
            self._number = 0

    def _stand(self) -> int:
        while True:
            number = time.monotonic_ns()
            try:
                self._fcntl(fcntl.F_OFD_SETLK, fcntl.F_WRLCK, number, 1)
            except BlockingIOError:  # two came in the same nanosecond
                continue
            return number

    def wait(self, until: float) -> bool:
        """Whether this is the first of the line, at the latest at `until` (clock.monotonic).

        False also for who waited longer than everybody should.
        """
        until = min(until, time.monotonic() + PATIENCE_SECONDS)
        try:
            if not self._number or self._is_first():
                return True
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as bell:
                bell.bind(_name(self._number))
                return self._is_called(bell, until)
        except OSError:  # too many open files: it looks from time to time
            time.sleep(LOOK_SECONDS)
            return False

    def _is_called(self, bell: socket.socket, until: float) -> bool:
        while not self._is_first():
            left = until - time.monotonic()
            if left <= 0:
                return False
            bell.settimeout(min(left, LOOK_SECONDS))
            try:
                bell.recv(1)
            except TimeoutError:
                continue
        return True

    def leave(self) -> None:
        """Let the next one write and call it, should it wait. Never fails: what was written is."""
        if not self._number:
            return
        number, self._number = self._number, 0
        try:
            self._fcntl(fcntl.F_OFD_SETLK, fcntl.F_UNLCK, number, 1)
            following = self._earliest(TO_THE_END)
        except OSError:
            return self._let_go()
        if following:
            _call(following)

    def _is_first(self) -> bool:
        return not self._earliest(self._number)

    def _earliest(self, before: int) -> int:
        """The number of the one who stood up first among those with a number below `before`."""
        found = self._fcntl(fcntl.F_OFD_GETLK, fcntl.F_RDLCK, 0, before)
        return found[2] if found[0] != fcntl.F_UNLCK else 0

    def _fcntl(self, what: int, kind: int, start: int, length: int) -> tuple[int, ...]:
        words = FLOCK.pack(kind, os.SEEK_SET, start, length, 0)
        return FLOCK.unpack(fcntl.fcntl(self._file, what, words))


def _name(number: int) -> str:
    """An address without a file, so that nothing is left of a killed process."""
    return f"\0tend-writer-{number}"


def _call(number: int) -> None:
    """Wake the one with this number; whoever is not asleep yet looks once more before it is."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as bell:
            bell.setblocking(False)
            bell.sendto(b"1", _name(number))
    except OSError:  # it does not wait, or looks by itself soon
        return
