"""The clock does each thing once, whoever asks and wherever the time jumps."""

import json
import os
import socket

import pytest

from crm import upkeep
from crm.clockwork import Hands, Turn
from crm.core import clock, ticking
from crm.core import queue as core_queue
from crm.core.db import db, run
from crm.core.processes import fork
from crm.core.queue import job
from crm.core.ticking import Every, Ticker, beat, last_beat, take_lease


@pytest.fixture
def jobs():
    """Counts calls of two jobs in crm.core.jobs: `sweep_one`, and `fall` which fails."""
    calls = []

    def sweep_one():
        calls.append(clock.now())

    def fall():
        raise ValueError("no luck")

    for function in (sweep_one, fall):
        function.__module__ = "crm.core.jobs"
        job(function)
    yield calls
    for name in ("sweep_one", "fall"):
        core_queue._jobs.pop(f"crm.core.jobs.{name}")


def ticker(app, seconds=60, path="crm.core.jobs.sweep_one", **more):
    return Ticker(app, [Every(seconds, path)], lambda path, args: None, **more)


def test_the_doctor_tells_of_a_moved_clock_of_the_running_tend(app, jobs):
    config = app.extensions["tend.config"]
    own = {"CLOCK_FILE": ""}  # the doctor is called without it
    app.extensions["tend.config"] = type(config)(dict(config.values) | own)
    real, moved = ("ok", "the clock is real"), ("WRONG", upkeep.CLOCK_MOVED)
    ticker(app, is_alone=True).tick()
    assert moved in upkeep.findings()
    db.session.rollback()
    clock.use_file("")
    ticker(app, is_alone=True).tick()
    assert real in upkeep.findings()


def test_an_entry_is_done_when_its_seconds_have_passed(app, jobs, the_clock):
    clockwork = ticker(app)
    for _ in range(3):
        clockwork.tick()
    assert len(jobs) == 1
    the_clock.forward(seconds=61)
    clockwork.tick()
    assert len(jobs) == 2


def test_a_year_forward_is_one_run_and_two_days_back_another(app, jobs, the_clock):
    clockwork = ticker(app)
    clockwork.tick()
    the_clock.forward(days=365)
    clockwork.tick()
    assert len(jobs) == 2
    the_clock.forward(days=-367)
    clockwork.tick()
    clockwork.tick()
    assert len(jobs) == 3


def test_two_processes_do_not_tick_at_once_but_the_second_takes_over(app, jobs, the_clock):
    first, second = ticker(app, 10, owner="one"), ticker(app, 10, owner="two")
    assert first.tick() and not second.tick()
    the_clock.forward(seconds=31)
    assert second.tick()
    assert not first.tick()


def test_the_lease_of_a_dead_process_of_this_machine_is_taken_over_at_once(app, the_clock):
    pid = os.fork()
    if not pid:
        os._exit(0)
    os.waitpid(pid, 0)
    assert take_lease("tick", f"{socket.gethostname()}-{pid}")
    assert take_lease("tick", f"{socket.gethostname()}-{os.getpid()}")
    assert not take_lease("tick", f"{socket.gethostname()}-{pid}")


def test_a_tick_goes_on_where_the_last_one_ended_in_another_process(app, jobs, the_clock):
    ticker(app).tick()
    first = ticker(app)
    first.tick()
    first.away_since = 7.5
    second = ticker(app)
    second.learn(json.loads(json.dumps(first.learned())))
    second.tick()
    assert len(jobs) == 2  # each of the first two knew of no run, the third knew of the second
    assert second.last == first.last


def test_a_lease_of_the_future_does_not_stop_the_clock(app, the_clock):
    assert take_lease("tick", "dead")
    the_clock.forward(days=-2)
    assert take_lease("tick", "living")


def test_a_failing_job_stops_neither_the_others_nor_the_clock(app, jobs):
    both = Ticker(
        app,
        [Every(10, "crm.core.jobs.fall"), Every(10, "crm.core.jobs.sweep_one")],
        lambda path, args: None,
    )
    assert both.tick() == ["crm.core.jobs.sweep_one"]
    assert last_beat("clock") is not None


def test_a_broken_database_is_survived(app, jobs):
    with db.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE lease RENAME TO lost")
    assert ticker(app).tick() == []


def test_network_jobs_are_done_by_hand_when_the_queue_is_away_for_a_minute(app, monkeypatch):
    done = []
    clockwork = Ticker(
        app,
        [Every(10, "crm.core.jobs.back_up_nightly")],
        lambda path, args: done.append((path, args)),
    )
    clockwork.tick()
    assert done == []
    clockwork.away_since -= ticking.AWAY_SECONDS
    clockwork.last.clear()
    clockwork.tick()
    assert done == [("crm.core.jobs.back_up_nightly", ())]


def test_a_tick_that_ends_with_the_clock_hires_nobody(app, jobs, tmp_path):
    turn = Turn(app, Hands(app))
    turn.report = (tmp_path / "report").open("w+")
    json.dump([turn.ticker.learned(), [["crm.core.jobs.sweep_one", []]]], turn.report)
    turn.report.flush()
    turn.pid = fork("tick", lambda: 0)
    turn.stop(seconds=5)
    assert turn.pid == 0
    assert turn.hands.family.children == []


def test_beats_are_kept_once_a_name(app, the_clock):
    beat("clock", {"n": 1})
    the_clock.forward(minutes=5)
    beat("clock", {"n": 2})
    assert last_beat("clock") == clock.now().replace(microsecond=last_beat("clock").microsecond)
    count = run(
        lambda: db.session.scalar(db.select(db.func.count()).select_from(ticking.Heartbeat))
    )
    assert count == 1


def test_every_entry_of_the_schedule_is_a_job():
    from crm.core.queue import find
    from crm.schedule import CLOCK

    for entry in CLOCK:
        assert callable(find(entry.path))
        assert entry.seconds >= ticking.TICK_SECONDS
    assert len({(entry.path, entry.args) for entry in CLOCK}) == len(CLOCK)
