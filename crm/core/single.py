"""One start at a time on a data directory with SQLite; the kernel frees what a killed one held."""

import fcntl
import os
from pathlib import Path

from crm.core.config import Config
from crm.core.refusal import Refused

LOCK = "up.lock"


class Single:
    """That this process, and no other, runs everything on the data; freed when it ends.

    A record lock: unlike the one of `restore.hold_open` it is not handed on to children, which
    may outlive a killed launcher by a moment and must not stand in the way of the next start.
    """

    def __init__(self, handle: int) -> None:
        self._handle = handle
        self.tell("")

    def tell(self, address: str) -> None:
        """Note who runs and where, for the message of a second start."""
        os.ftruncate(self._handle, 0)
        os.pwrite(self._handle, f"{os.getpid()} {address}\n".encode(), 0)


def hold(settings: Config) -> Single | None:
    """Take the data directory for this process; None with PostgreSQL, where many may run.

    Raises Refused while another start runs on it, with its number, its address and the way out.
    """
    if not settings.is_sqlite:
        return None
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(settings.data_dir / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        told = os.pread(handle, 300, 0).decode(errors="replace")
        os.close(handle)
        raise Refused(_refusal(settings.data_dir, told)) from None
    return Single(handle)


def _refusal(data_dir: Path, told: str) -> str:
    number, _space, address = told.strip().partition(" ")
    who = f"process {number or 'unknown'}" + (f", {address}" if address else "")
    return (
        f"Tend runs already on {data_dir} ({who}). Use that one, stop it first, or name another "
        "directory with --data. To do more work on the same data start `tend worker`; several "
        "starts at once need PostgreSQL."
    )
