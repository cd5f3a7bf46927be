"""Starts and stops web, clock, workers and embedded queue server as one."""

import functools
import http.client
import json
import os
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from flask import Flask

from crm import clockwork, create_app
from crm.core import clock, config, db, logs, restore, schema, single, valkey
from crm.core.processes import (
    STOPS,
    Asked,
    Family,
    await_signals,
    begin,
    fork,
    next_signal,
    save_memory,
    share_memory,
)
from crm.web import server

T = TypeVar("T")
READY_SECONDS = 30
STEP_SECONDS = 0.5
WORKER_SECONDS = 20
ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104 - looked up only


@dataclass
class Place:
    """Where this start listens and keeps its data; the rest is settings."""

    host: str = "127.0.0.1"
    port: int = 8000
    kept: socket.socket | None = field(default=None, repr=False)
    alone: single.Single | None = field(default=None, repr=False)

    def take(self, alone: bool = False) -> None:
        """Reserve the port and tell it to the settings; raises server.PortTaken, ConfigError.

        `alone` takes the data as well; raises Refused while another start runs on it.
        """
        config.refuse_moved_clock(self.host)
        if alone:
            self.alone = single.hold(config.load())
        self.kept, self.port = server.reserve(self.host, self.port)
        if self.alone:
            self.alone.tell(self.address)
        if "BASE_URL" not in os.environ and "BASE_URL_FILE" not in os.environ:
            os.environ["BASE_URL"] = self.address

    @property
    def near(self) -> str:
        """The host by which this machine reaches the server."""
        return ANYWHERE.get(self.host, self.host)

    @property
    def address(self) -> str:
        """The server as a URL of this machine."""
        return f"http://{f'[{self.near}]' if ':' in self.near else self.near}:{self.port}"


@dataclass
class Start:
    """What is known before the application is loaded; `upgrade` is the child at old tables."""

    settings: config.Config
    lock: int | None
    upgrade: Asked | None

    def done(self) -> Flask:
        """The application, loaded now, with an up-to-date database."""
        app = create_app(self.settings)
        app.extensions["tend.lock"] = self.lock
        if self.upgrade:
            self.upgrade.answer()
        return app


def begin_load(process: str, keeps_running: bool = False) -> Start:
    """Set up the logs and let a child make old tables new, while `done` loads the application.

    `keeps_running` locks the data against a restore as long as this process or a child lives.
    Raises ConfigError, schema.NewerSchema.
    """
    save_memory()
    settings = config.load()
    logs.set_up(str(settings["LOG_FORMAT"]), process)
    lock = restore.hold_open(settings.data_dir) if keeps_running else None
    return Start(settings, lock, _begin_upgrade(settings))


def load(process: str, keeps_running: bool = False) -> Flask:
    """The application with an up-to-date database; raises as `begin_load` does."""
    return begin_load(process, keeps_running).done()


def _begin_upgrade(settings: config.Config) -> Asked | None:
    bare = schema.bare(settings)
    with bare.app_context():
        is_old = schema.is_old()
        leave_database()
    if not is_old:
        return None
    return begin("migrate", lambda: in_context(bare, schema.bring_up_to_date))


def in_context(app: Flask, work: Callable[[], T]) -> T:
    """What `work` returns, done with the application at hand."""
    with app.app_context():
        return work()


def leave_database() -> None:
    """Close this process's connections: none may be open while it forks."""
    db.db.session.remove()
    db.db.engine.dispose()


def up(app: Flask, place: Place, greet: Callable[[], Asked]) -> int:
    """Run everything until SIGINT, SIGTERM or SIGHUP; returns the exit code.

    The web server starts first, beside the child that `greet` asks for lines to print; the
    address is told after both.
    """
    settings = app.extensions["tend.config"]
    await_signals()
    share_memory()
    family = Family()
    asked: Asked | None = None
    try:
        family.add("web", functools.partial(_web, app, place))
        if not settings["REDIS_URL"] and not valkey.is_alive(settings):
            family.add("valkey", functools.partial(valkey.start, settings))
        asked = greeting = greet()
        if not _await_ready(family, place, greeting):
            return 1
        asked = None
        lines = greeting.answer()
        family.add("worker", functools.partial(fork, "worker", lambda: clockwork.serve(app)))
        print("\n".join([*lines, f"Tend is ready at {place.address}"]), flush=True)
        while next_signal(STEP_SECONDS) not in STOPS:
            family.look_after()
        return 0
    finally:
        if asked:
            asked.give_up()
        _stop(family)


def web(app: Flask, place: Place) -> int:
    """Run the web server alone until told to stop."""
    await_signals()
    share_memory()
    family = Family()
    family.add("web", functools.partial(_web, app, place))
    try:
        if not _await_ready(family, place):
            return 1
        print(f"Tend is ready at {place.address}", flush=True)
        while next_signal(STEP_SECONDS) not in STOPS:
            family.look_after()
        return 0
    finally:
        family.stop(seconds=server.STOP_SECONDS + 2)


def _web(app: Flask, place: Place) -> int:
    return fork("web", lambda: server.serve(app, place.host, place.port))


def _await_ready(family: Family, place: Place, greeting: Asked | None = None) -> bool:
    """Wait for the first good answer of /healthz; False when told to stop or after 30 s.

    Waits for the end of what is to be printed as well, however long that takes.
    """
    end = clock.monotonic() + READY_SECONDS
    is_ready = False
    while is_ready or clock.monotonic() < end:
        is_ready = is_ready or _is_ready(place)
        if is_ready and (greeting is None or greeting.has_ended()):
            return True
        if next_signal(0.02) in STOPS:
            return False
        family.look_after()
    print("The web server does not answer; see the lines above.", file=sys.stderr)
    return False


def _is_ready(place: Place) -> bool:
    connection = http.client.HTTPConnection(place.near, place.port, timeout=2)
    try:
        # Whatever address it listens on and BASE_URL names, it answers to this name.
        connection.request("GET", "/healthz", headers={"Host": "localhost"})
        answer = connection.getresponse()
        return answer.status == 200 and "status" in json.loads(answer.read())
    except (OSError, ValueError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _stop(family: Family) -> None:
    """Web first, so that nothing new comes in; the queue server last."""
    family.stop({"web"}, server.STOP_SECONDS + 2)
    family.stop({"worker"}, WORKER_SECONDS)
    family.stop({"valkey"}, 5)


def work(app: Flask) -> int:
    """Run one more worker (queues and clock) until told to stop."""
    share_memory()
    return clockwork.serve(app)
