"""The web server: granian's master and its workers, all with the application loaded before."""

import logging
import multiprocessing
import os
import signal
import socket

from flask import Flask
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from crm.core import logs
from crm.core.processes import die_with_parent
from crm.core.queue import forget_connections

log = logging.getLogger("tend.web")

THREADS = 4
STOP_SECONDS = 10


class PortTaken(Exception):
    """Another program listens on the port already."""


def reserve(host: str, port: int) -> tuple[socket.socket, int]:
    """Take `port` (0: a free one) before anything starts; returns the socket to keep and the port.

    The socket does not listen, so it answers nobody; while it is open no other program gets
    the port, and granian joins it by SO_REUSEPORT. Raises PortTaken.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    if port:
        _refuse_taken(family, host, port)
    kept = socket.socket(family, socket.SOCK_STREAM)
    kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    _bind(kept, host, port)
    return kept, kept.getsockname()[1]


def _refuse_taken(family: int, host: str, port: int) -> None:
    # Without SO_REUSEPORT the kernel says whether anybody listens; with it two would share.
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        _bind(probe, host, port)


def _bind(kept: socket.socket, host: str, port: int) -> None:
    try:
        kept.bind((host, port))
    except OSError as error:
        raise PortTaken(f"Cannot listen on {host}:{port}: {error.strerror}.") from None


def serve(app: Flask, host: str, port: int) -> int:
    """Serve `app` in WEB_WORKERS processes until SIGTERM; returns the exit code."""
    logs.name_process("web")
    master = os.getpid()

    def load() -> Flask:
        # Runs in each worker. A worker without its master would go on answering for ever.
        die_with_parent(master, signal.SIGKILL)
        with app.app_context():
            forget_connections()
        return app

    multiprocessing.set_start_method("fork", force=True)
    server = Server(
        "crm",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=int(app.extensions["tend.config"]["WEB_WORKERS"]),
        blocking_threads=THREADS,
        workers_kill_timeout=STOP_SECONDS,
        respawn_failed_workers=True,
        respawn_interval=0.1,
        log_level=LogLevels.warning,
        log_dictconfig={"loggers": {"_granian": {"propagate": True}}},
    )
    server.serve(target_loader=load, wrap_loader=False)
    return 0
