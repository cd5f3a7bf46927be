"""What starts together ends together, however it is told to, and comes back when it dies."""

import os
import signal
import time

import pytest

from tests.scenarios.walker import Walker
from tests.servers import READY, Tend, is_alive, wait_until

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_no_process_is_left_however_the_launcher_ends(tmp_path, how):
    tend = Tend(tmp_path)
    tend.start()
    wait_until(lambda: len(tend.pids) >= 8, why="not all processes started")
    pids = tend.pids

    code = tend.stop(how)

    assert code == (-signal.SIGKILL if how == signal.SIGKILL else 0)
    wait_until(lambda: not [p for p in pids if is_alive(p)], 5, "a process was left")


def test_a_start_that_is_ended_half_way_leaves_nothing_and_can_be_done_again(tmp_path):
    tend = Tend(tmp_path, "--demo")
    with pytest.raises(AssertionError, match="was not ready"):
        tend.start(seconds=0)
    assert not is_alive(tend.process.pid)
    ended = Tend(tmp_path, "--demo")
    ended.launch()
    wait_until(lambda: len(ended.pids) > 4 or READY.search(ended.output), 20)
    pids = ended.pids
    assert ended.stop() in {0, 1}
    wait_until(lambda: not [p for p in pids if is_alive(p)], 5, "a process was left")
    with tend:
        assert tend.passwords or "holds data already" in tend.output


def test_starting_prints_address_and_setup_link_and_refuses_a_second_start(tmp_path):
    with Tend(tmp_path) as tend:
        assert f"Set up Tend once, within the hour: {tend.url}/setup/" in tend.output
        assert tend.health()["database"] == "ok"
        second = tend.command("up", "--port", "0")
        assert second.returncode == 1 and not second.stdout
        assert f"Tend runs already on {tend.data} (process {tend.process.pid}, {tend.url})" in (
            second.stderr
        )
        beside = tend.command("backup", str(tmp_path / "beside.tar.gz"))
        assert beside.returncode == 0, beside.stderr


def test_a_second_start_behind_a_proxy_comes_up_on_the_data_of_the_first(tmp_path):
    tend = Tend(tmp_path)
    tend.start()
    tend.stop()
    # As behind a proxy: nobody asks for this name at the port, and it comes up all the same.
    tend.env |= {"BASE_URL": "https://crm.example.com", "PROXY_HOPS": "1"}
    with tend:  # how long it takes is for tests/bench to say
        assert tend.health()["database"] == "ok"


def test_the_demo_prints_a_line_for_each_person_once(tmp_path):
    with Tend(tmp_path, "--demo") as tend:
        assert len(tend.passwords) == 10
        assert "sign-in mona@haselbach.example" in tend.output
        assert "/setup/" not in tend.output
    again = tend.command("demo")
    assert again.returncode == 1
    assert "holds data already" in again.stderr


def test_every_part_comes_back_after_it_was_killed(tmp_path):
    with Tend(tmp_path) as tend:
        wait_until(lambda: len(tend.pids) >= 8)
        before = set(tend.pids)
        for pid in before - {tend.process.pid}:
            if is_alive(pid):
                os.kill(pid, signal.SIGKILL)
        wait_until(lambda: len(set(tend.pids) - before) >= 7, 20, "not everything came back")
        wait_until(lambda: _is_well(tend), 20, "it is not well again")


def _is_well(tend):
    try:
        return tend.health()["status"] == "ok"
    except OSError:
        return False


def test_a_taken_port_is_refused_with_words(tmp_path):
    with Tend(tmp_path / "one") as tend:
        port = tend.url.rpartition(":")[2]
        second = Tend(tmp_path / "two")
        done = second.command("up", "--port", port)
        assert done.returncode == 1
        assert f"Cannot listen on 127.0.0.1:{port}" in done.stderr


def test_a_long_data_directory_still_gets_a_queue_server(tmp_path):
    with Tend(tmp_path / ("long-" * 25)) as tend:
        wait_until(lambda: tend.health()["queue"] == "ok")


def test_the_queue_server_refuses_other_users_and_keeps_nothing_out(tmp_path):
    with Tend(tmp_path) as tend:
        socket = tend.data / "valkey" / "valkey.sock"
        assert socket.stat().st_mode & 0o777 == 0o700
        assert socket.parent.stat().st_mode & 0o777 == 0o700


def test_stopping_is_quick_when_nothing_is_to_do(tmp_path):
    tend = Tend(tmp_path)
    tend.start()
    began = time.monotonic()
    assert tend.stop() == 0
    print(f"stopped after {time.monotonic() - began:.2f} s")
    assert time.monotonic() - began < 15


STEADY = 8  # launcher, queue server, three of the web, clock and two workers
PAGES = (
    "/", "/contacts", "/contacts/new", "/companies", "/deals", "/tasks", "/search?q=vogel",
    "/quizzes", "/settings", "/q/readiness",
)  # fmt: skip


def test_the_whole_product_idles_below_300_mib(tmp_path):
    with Tend(tmp_path, "--demo") as tend:
        kib = _idle_kib(tend)
        print(f"idle: {kib // 1024} MiB in {STEADY} processes")
        assert kib < 250 * 1024
        email = "mona@haselbach.example"
        mona = Walker(tend.url)
        mona.sign_in(email, tend.passwords[email])
        for path in PAGES * 4:  # so that each web process has drawn them
            assert mona.get(path).status == 200
        kib = _idle_kib(tend)
        print(f"idle after use: {kib // 1024} MiB")
        assert kib < 300 * 1024


def _idle_kib(tend):
    """What all processes take together, in a moment without tick and job."""

    def steady():
        pids = tend.pids
        kib = [_pss(pid) for pid in pids]
        return sum(kib) if len(pids) == STEADY and all(kib) else None

    return wait_until(steady, 60, f"more than {STEADY} processes go on")


def _pss(pid):
    try:
        with open(f"/proc/{pid}/smaps_rollup") as lines:
            return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    except (FileNotFoundError, ProcessLookupError):
        return 0  # a job's process that has ended meanwhile


def test_every_process_follows_the_clock_file_at_once(tmp_path):
    with Tend(tmp_path, at="2026-11-24T14:00:00") as tend:
        wait_until(lambda: (tend.health()["clock_last_run"] or "").startswith("2026-11-24T13:00"))
        tend.at("2026-11-30T09:30:00")
        wait_until(
            lambda: tend.health()["clock_last_run"].startswith("2026-11-30T08:30"),
            5,
            "the clock did not follow the jump",
        )


def test_a_moved_clock_is_refused_on_a_public_address(tmp_path):
    tend = Tend(tmp_path, at="2026-11-24T14:00:00")
    for refused in (
        tend.command("migrate", BASE_URL="https://crm.example.com"),
        tend.command("up", "--host", "0.0.0.0", "--port", "0"),
    ):
        assert refused.returncode == 1
        assert "CLOCK_FILE" in refused.stderr
