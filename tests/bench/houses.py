"""The servers of a run: the shipped command and the floor, on the same database."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench import measure, seed
from tests.servers import Postgres, Tend, descendants

ROOT = Path(__file__).resolve().parents[2]
STORE = ROOT / "bench-data"
DEMO_AT = "2026-11-24T10:00:00"
CALM_SECONDS = 3


class Shipped(Tend):
    """The shipped command on data kept between runs, signed in as Eva."""

    def __init__(self, name: str, database: str | None):
        more = {"DATABASE_URL": database, "SECRET_KEY": "b" * 48} if database else {}
        super().__init__(
            STORE / name, at=DEMO_AT, PUBLIC_LIMITS="off", SMTP_URL="smtp://127.0.0.1:9", **more
        )

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def all_pids(self) -> list[int]:
        return [self.process.pid, *descendants(self.process.pid)]

    def settle(self, at_most: float = 120) -> None:
        """Wait until the work of a first start (a backup of the night) is done.

        Its CPU would be counted to whichever action is measured beside it.
        """
        until = time.monotonic() + at_most
        calm = 0
        while calm < CALM_SECONDS and time.monotonic() < until:
            before = measure.cpu_seconds(self.all_pids())
            time.sleep(1)
            is_calm = measure.cpu_seconds(self.all_pids()) - before < 0.05
            calm = calm + 1 if is_calm else 0


class Floor:
    """The least server: granian with one worker on the floor's pages."""

    def __init__(self, database: Path):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        env = {**os.environ, "FLOOR_DATABASE": str(database)}
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "granian",
                "--interface",
                "wsgi",
                "--workers",
                "2",
                "--port",
                str(self.port),
                "--log-level",
                "error",
                "tests.bench.floor:app",
            ],
            cwd=ROOT,
            env=env,
            start_new_session=True,
        )
        for _ in range(200):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/quiz", timeout=1).read()
                return
            except OSError:
                time.sleep(0.05)
        raise RuntimeError("the floor does not answer")

    def all_pids(self) -> list[int]:
        return [self.process.pid, *descendants(self.process.pid)]

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)


def prepare(contacts: int, name: str, database: str | None) -> None:
    """Make the data of this size once; a mark file says that it is whole."""
    mark = STORE / name / "whole.json"
    if mark.exists():
        return
    shutil.rmtree(STORE / name, ignore_errors=True)
    first = Shipped(name, database)
    first.options.append("--demo")
    first.start(120)  # the demo on a busy machine
    passwords = dict(first.passwords)
    first.stop()
    seed.into(first, contacts)
    mark.write_text(json.dumps(passwords))


@contextmanager
def copied(name: str) -> Iterator[str]:
    """The name of a copy of these data for one run: what it writes is not there in the next."""
    copy = f"run-{name}"
    shutil.rmtree(STORE / copy, ignore_errors=True)
    shutil.copytree(STORE / name, STORE / copy, ignore=shutil.ignore_patterns("cluster"))
    try:
        yield copy
    finally:
        shutil.rmtree(STORE / copy, ignore_errors=True)


@contextmanager
def postgres(contacts: int) -> Iterator[str]:
    """A PostgreSQL server with the data of this size: its DATABASE_URL.

    Made once; each run works on a copy of the cluster that was kept then.
    """
    name = f"postgresql-{contacts}"
    cluster = STORE / name / "cluster"
    is_kept = (cluster / "PG_VERSION").exists()
    server = Postgres(copy_of=cluster if is_kept else None)
    try:
        if not is_kept:
            shutil.rmtree(STORE / name, ignore_errors=True)
            prepare(contacts, name, server.url())
            server.keep(cluster)
        yield server.named("tend_1")
    finally:
        server.stop()
