"""One start at a time on a data directory, by real processes."""

import os
import signal
import time

import pytest

from crm.core import config, single
from crm.core.refusal import Refused

POSTGRES = {"DATABASE_URL": "postgresql://tend@/tend", "SECRET_KEY": "k" * 48}


def settings(data_dir, **more):
    return config.load({"DATA_DIR": str(data_dir), **more})


def launcher(data_dir):
    """A process that holds the data and has a child; the pids of both."""
    reading, writing = os.pipe()
    pid = os.fork()
    if not pid:
        single.hold(settings(data_dir)).tell("http://127.0.0.1:8123")
        child = os.fork()
        if child:
            os.write(writing, str(child).encode())
        time.sleep(60)
        os._exit(0)
    child = int(os.read(reading, 20))
    os.close(reading)
    os.close(writing)
    return pid, child


def test_a_second_start_is_told_who_runs_and_a_killed_one_is_not_in_its_way(tmp_path):
    pid, child = launcher(tmp_path)
    try:
        with pytest.raises(Refused) as refused:
            single.hold(settings(tmp_path))
        assert f"process {pid}, http://127.0.0.1:8123" in refused.value.message
        assert "--data" in refused.value.message and "tend worker" in refused.value.message
        assert single.hold(settings(tmp_path / "other"))
        assert single.hold(settings(tmp_path, **POSTGRES)) is None, "many may run there"
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.kill(child, 0)  # it lives on for a moment
        assert single.hold(settings(tmp_path))
        assert (tmp_path / single.LOCK).stat().st_mode & 0o777 == 0o600
    finally:
        os.kill(child, signal.SIGKILL)
