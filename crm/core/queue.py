"""Background work: a job is a function, a bell is a path and ids, rung after the commit."""

import functools
import importlib
import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import redis
from flask import Flask, current_app
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq import Queue
from rq.exceptions import DuplicateJobError
from rq.job import Job
from rq.serializers import JSONSerializer

from crm.core import clock
from crm.core.db import after_commit, db, run

log = logging.getLogger("tend.queue")

QUEUES = ("urgent", "default", "bulk")
ALLOWED = re.compile(r"crm\.[a-z_]+\.jobs\.[a-z_]+")
ID_PART = re.compile(r"[^A-Za-z0-9_-]")
SLOT_SECONDS = 10
# A server that does not answer in time is left alone this long, so that one page waits for it
# and not every bell of every page. One that refuses costs nothing and is asked each time.
QUIET_SECONDS = 5
JOB_SECONDS = 1500  # a drain serves 660 s and waits 600 s more for a mail server's last answer
# What an entry holds: path and JSON arguments. A change of it gets a new number here, and old
# numbers stay readable for one release, so that entries written before a deploy still run.
FORMAT = 1
FORMATS = frozenset({1})
_jobs: dict[str, Callable[..., Any]] = {}
# The path of the job that runs now, empty outside of jobs.
doing: ContextVar[str] = ContextVar("tend_job", default="")


class NotAJob(Exception):
    """The queue named something that is not a function marked @job."""


class UnknownFormat(Exception):
    """The entry was written by a newer version of Tend; the sweep finds the same work."""


class TendJob(Job):
    """A queue entry that can only call functions marked @job, found by their path.

    RQ itself would import and call any attribute the entry names, also as a callback.
    """

    success_callback = failure_callback = stopped_callback = None  # type: ignore[assignment]

    @property
    def func(self):
        """The @job function; raises NotAJob, or UnknownFormat when a newer Tend wrote this."""
        written = (self.meta or {}).get("format", FORMAT)
        if written not in FORMATS:
            raise UnknownFormat(f"{self.func_name}: format {written}")
        return find(self.func_name or "")


def find(path: str) -> Callable[..., Any]:
    """The @job function at `path` (crm.<feature>.jobs.<name>); raises NotAJob."""
    if not ALLOWED.fullmatch(path):
        raise NotAJob(path)
    if path not in _jobs:
        try:
            importlib.import_module(path.rpartition(".")[0])
        except ModuleNotFoundError as error:
            if error.name is None or not path.startswith(error.name):
                raise  # the module is there and itself misses something: that is no wrong name
            raise NotAJob(path) from None
    if path not in _jobs:
        raise NotAJob(path)
    return _jobs[path]


def job(
    function: Callable[..., Any] | None = None,
    *,
    network: bool = False,
    queue: str | Callable[..., str] = "default",
):
    """Mark a function as a job: one transaction around it, or none when it calls the network.

    `network=True` jobs open their own short transactions. `queue` is one of QUEUES, or a
    function of the job's arguments that names one.
    Arguments are ids and short texts (JSON); doing a job twice must be harmless.
    """

    def mark(work: Callable[..., Any]):
        @functools.wraps(work)
        def wrapped(*args, **kwargs):
            token = doing.set(f"{work.__module__}.{work.__name__}")
            try:
                if network:
                    return work(*args, **kwargs)
                return run(lambda: work(*args, **kwargs))
            finally:
                doing.reset(token)

        wrapped.queue = queue  # type: ignore[attr-defined]
        wrapped.is_network = network  # type: ignore[attr-defined]
        _jobs[f"{work.__module__}.{work.__name__}"] = wrapped
        return wrapped

    return mark(function) if function else mark


def ring(path: str, *args: int | str) -> None:
    """Ask the worker for the job at `path` once the open transaction has committed.

    The queue is only a bell: if it is away nothing is lost, since each bell has a sweep
    that finds the same work. The same bell within 10 s rings once.
    """
    if not ALLOWED.fullmatch(path):
        raise NotAJob(path)
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    after_commit(lambda: _enqueue(app, path, args))


def _enqueue(app: Flask, path: str, args: tuple[int | str, ...]) -> None:
    by_hand = app.extensions.get("tend.by_hand")
    if by_hand:
        by_hand(path, args)  # the clock while the queue server is away; a start before there is one
        return
    if clock.monotonic() < app.extensions.get("tend.quiet_until", 0):
        _lose(app)
        return
    slot = int(clock.monotonic()) // SLOT_SECONDS
    name = ID_PART.sub("-", "-".join([path.removeprefix("crm."), *map(str, args), str(slot)]))
    try:
        queue = Queue(
            _queue_of(path, args),
            connection=connection(app),
            serializer=JSONSerializer,
            job_class=TendJob,
        )
        queue.enqueue(
            path,
            args=args,
            meta={"format": FORMAT},
            job_id=name,
            unique=True,
            result_ttl=0,
            failure_ttl=60,
            job_timeout=JOB_SECONDS,
        )
    except DuplicateJobError:
        pass  # rung already in this slot; the sweep makes good what the first run misses
    except (redis.RedisError, OSError) as error:
        if isinstance(error, (redis.TimeoutError, TimeoutError)):
            app.extensions["tend.quiet_until"] = clock.monotonic() + QUIET_SECONDS
        _lose(app)
        log.warning("bell %s not rung: %s", path, type(error).__name__)


def _lose(app: Flask) -> None:
    app.extensions["tend.lost_bells"] = app.extensions.get("tend.lost_bells", 0) + 1


@contextmanager
def hushed_bells(app: Flask) -> Iterator[None]:
    """Ring nothing meanwhile: no queue server runs yet, and the first tick finds the work."""
    app.extensions["tend.by_hand"] = lambda path, args: None
    try:
        yield
    finally:
        app.extensions.pop("tend.by_hand")


def _queue_of(path: str, args: tuple[int | str, ...]) -> str:
    queue = getattr(find(path), "queue", "default")
    return queue(*args) if callable(queue) else queue


def is_away(app: Flask) -> bool:
    """Whether the queue server does not answer now."""
    try:
        return not connection(app).ping()
    except (redis.RedisError, OSError):
        return True


def connection(app: Flask) -> redis.Redis:
    """This process's connection to the queue server; fails fast, never retries."""
    if "tend.redis" not in app.extensions:
        app.extensions["tend.redis"] = redis.Redis.from_url(
            app.extensions["tend.config"].redis_url,
            socket_connect_timeout=0.25,
            socket_timeout=2,
            retry=Retry(NoBackoff(), 0),
        )
    return app.extensions["tend.redis"]


def forget_connections() -> None:
    """After a fork: the child opens its own connections, the parent's stay the parent's."""
    db.engine.dispose(close=False)
    current_app.extensions.pop("tend.redis", None)
