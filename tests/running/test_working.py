"""The RQ side: only jobs of ours run, an old entry still runs, a wiped queue loses nothing."""

import functools
import os
import signal
import zlib
from datetime import UTC, datetime

import pytest
from rq import Queue
from rq.job import Job
from rq.serializers import JSONSerializer

from crm.core import clock, valkey, working
from crm.core import queue as core_queue
from crm.core.processes import fork
from crm.core.queue import NotAJob, TendJob, find, job, ring
from tests.servers import is_alive, wait_until


@pytest.fixture
def valkey_server(app):
    """A queue server of this test on the app's own socket."""
    settings = app.extensions["tend.config"]
    values = dict(settings.values) | {"REDIS_URL": ""}
    app.extensions["tend.config"] = type(settings)(values)
    pid = valkey.start(app.extensions["tend.config"])
    valkey.wait_for(app.extensions["tend.config"])
    app.extensions.pop("tend.redis", None)
    yield core_queue.connection(app)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


@pytest.fixture
def seen(tmp_path):
    """A job `crm.core.jobs.note_down` that writes its arguments to a file; the file."""
    path = tmp_path / "seen"

    def note_down(*args):
        with open(path, "a") as file:
            file.write(repr(args) + "\n")

    note_down.__module__ = "crm.core.jobs"
    job(network=True)(note_down)
    yield path
    core_queue._jobs.pop("crm.core.jobs.note_down")


def burst(app, connection):
    worker = working.TendWorker(
        [Queue("default", connection=connection, serializer=JSONSerializer, job_class=TendJob)],
        connection=connection,
        serializer=JSONSerializer,
        job_class=TendJob,
    )
    worker.app = app
    os.environ["TEND_WORKER_PID"] = str(os.getpid())
    worker.work(burst=True, logging_level=None)
    return worker


def test_a_bell_reaches_the_job_with_its_arguments(app, valkey_server, seen):
    ring("crm.core.jobs.note_down", 7, "urgent")
    burst(app, valkey_server)
    assert seen.read_text() == "(7, 'urgent')\n"


def test_the_same_bell_twice_in_one_slot_rings_once(app, valkey_server, seen):
    wait_until(
        lambda: clock.monotonic() % core_queue.SLOT_SECONDS < core_queue.SLOT_SECONDS / 2
    )  # not at its edge
    ring("crm.core.jobs.note_down", 7)
    ring("crm.core.jobs.note_down", 7)
    ring("crm.core.jobs.note_down", 8)
    burst(app, valkey_server)
    assert sorted(seen.read_text().splitlines()) == ["(7,)", "(8,)"]


@pytest.mark.parametrize(
    "path", ["os.system", "crm.core.db.run", "crm.core.jobs.backup", "crm.core.jobs.__doc__"]
)
def test_an_entry_that_names_anything_else_does_not_run(app, valkey_server, tmp_path, path):
    mark = tmp_path / "mark"
    foreign = Job.create(
        "os.system",
        args=(f"touch {mark}",),
        connection=valkey_server,
        serializer=JSONSerializer,
        id="foreign",
    )
    foreign._func_name = path
    Queue("default", connection=valkey_server, serializer=JSONSerializer).enqueue_job(foreign)
    burst(app, valkey_server)
    assert not mark.exists()
    with pytest.raises(NotAJob):
        find(path)


def test_callbacks_named_by_an_entry_are_not_called(app, valkey_server, seen):
    entry = Job.create(
        "crm.core.jobs.note_down", connection=valkey_server, serializer=JSONSerializer, id="call"
    )
    entry._success_callback_name = "os.abort"
    Queue("default", connection=valkey_server, serializer=JSONSerializer).enqueue_job(entry)
    burst(app, valkey_server)
    assert seen.read_text() == "()\n"
    assert TendJob.success_callback is None


def test_an_entry_as_release_one_wrote_it_still_runs(app, valkey_server, seen):
    """The bytes of format 1, written down: changing them breaks entries across a deploy."""
    now = datetime(2026, 11, 24, 13, tzinfo=UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    valkey_server.hset(
        "rq:job:core-jobs-note_down-7-1",
        mapping={
            "status": "queued",
            "origin": "default",
            "created_at": now,
            "enqueued_at": now,
            "data": zlib.compress(b'["crm.core.jobs.note_down",null,[7],{}]'),
            "meta": b'{"format":1}',
            "timeout": "900",
        },
    )
    valkey_server.sadd("rq:queues", "rq:queue:default")
    valkey_server.rpush("rq:queue:default", "core-jobs-note_down-7-1")
    burst(app, valkey_server)
    assert seen.read_text() == "(7,)\n"


def test_an_entry_of_a_newer_tend_is_left_to_the_sweep(app, valkey_server, seen):
    Queue(
        "default", connection=valkey_server, serializer=JSONSerializer, job_class=TendJob
    ).enqueue("crm.core.jobs.note_down", args=(7,), meta={"format": 99})
    burst(app, valkey_server)
    assert not seen.exists()


def test_a_horse_does_not_outlive_its_worker(app, valkey_server, tmp_path):
    mark = tmp_path / "horse"

    def sleep_long():
        mark.write_text(str(os.getpid()))
        signal.pause()

    sleep_long.__module__ = "crm.core.jobs"
    job(network=True)(sleep_long)
    try:
        ring("crm.core.jobs.sleep_long")
        pid = fork("worker", functools.partial(working.work, app, ("default",)))
        horse = int(wait_until(lambda: mark.exists() and mark.read_text()))
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        wait_until(lambda: not is_alive(horse), 5, "the horse goes on without its worker")
    finally:
        core_queue._jobs.pop("crm.core.jobs.sleep_long")


def test_a_worker_finishes_its_job_when_told_to_stop(app, valkey_server, tmp_path):
    mark = tmp_path / "done"

    def take_a_second():
        (tmp_path / "begun").touch()
        signal.sigtimedwait([], 1)
        mark.touch()

    take_a_second.__module__ = "crm.core.jobs"
    job(network=True)(take_a_second)
    try:
        ring("crm.core.jobs.take_a_second")
        pid = fork("worker", functools.partial(working.work, app, ("default",)))
        wait_until((tmp_path / "begun").exists)
        os.kill(pid, signal.SIGTERM)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
        assert mark.exists()
    finally:
        core_queue._jobs.pop("crm.core.jobs.take_a_second")


def test_a_bell_without_a_queue_server_disturbs_nobody(app):
    ring("crm.core.jobs.back_up_nightly")
    assert app.extensions["tend.lost_bells"] == 1


def test_the_server_forgets_nothing_when_killed_and_never_drops_for_room(app, valkey_server):
    assert valkey_server.config_get("appendonly") == {"appendonly": "yes"}
    assert valkey_server.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
    assert valkey_server.config_get("maxmemory") == {"maxmemory": str(64 * 1024 * 1024)}
