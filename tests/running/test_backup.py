"""Backups made while running, checked, restored beside the old; what left stays left."""

import io
import os
import re
import sqlite3
import tarfile
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner

from crm import cli
from crm.core import backup, clock, config, restore, schema
from crm.core.db import db
from crm.core.refusal import Refused
from crm.core.ticking import beat
from tests.servers import Postgres, Tend, wait_until

CODE = Path(__file__).parents[2] / "crm"


@pytest.fixture
def pack(app, tmp_path):
    """A backup of the app's data with one attachment."""
    files = tmp_path / "files"
    files.mkdir()
    (files / "ab12").write_bytes(b"an attachment")
    return backup.write(tmp_path / "out" / "one.tar.gz")


def test_a_backup_holds_database_and_files_but_not_the_key(app, pack):
    (app.extensions["tend.config"].data_dir / "secret_key").write_text("x" * 64)
    with tarfile.open(pack) as found:
        assert sorted(found.getnames()) == ["database", "files/ab12", "manifest.json"]
    assert pack.stat().st_mode & 0o777 == 0o600
    manifest = backup.check(pack)
    assert manifest["database"] == "sqlite"
    assert manifest["schema"] == schema.current()


def test_the_key_goes_along_only_when_asked(app, tmp_path):
    (tmp_path / "secret_key").write_text("x" * 64)
    with tarfile.open(backup.write(tmp_path / "b.tar.gz", with_key=True)) as found:
        assert "secret_key" in found.getnames()


@pytest.mark.parametrize("where", [0.3, 0.6, 0.9])
def test_a_damaged_backup_is_refused(app, pack, where):
    data = bytearray(pack.read_bytes())
    data[int(len(data) * where)] ^= 0xFF
    pack.write_bytes(data)
    with pytest.raises(Refused):
        restore.restore(pack)


@pytest.mark.parametrize("kind", ["../outside", "/tmp/tend-outside", "link", "device"])
def test_a_pack_that_reaches_outside_of_its_folder_is_refused(app, pack, tmp_path, kind):
    evil = tarfile.TarInfo(kind if "outside" in kind else "files/x")
    if kind == "link":
        evil.type, evil.linkname = tarfile.SYMTYPE, "/etc/passwd"
    if kind == "device":
        evil.type = tarfile.CHRTYPE
    with tarfile.open(pack) as old, tarfile.open(tmp_path / "evil.tar.gz", "w:gz") as new:
        new.addfile(evil, io.BytesIO(b""))
        for member in old:
            new.addfile(member, old.extractfile(member))
    with pytest.raises(Refused, match="which no backup of ours has"):
        backup.check(tmp_path / "evil.tar.gz")


def test_the_oldest_python_we_name_is_enough():
    """Debian 12 has 3.11.2; what came with 3.11.4 would end each backup there."""
    code = "".join(path.read_text(encoding="utf-8") for path in CODE.rglob("*.py"))
    assert not re.search(r"extractall|tarfile\.data_filter|filter=\"data\"", code)


def test_a_cut_backup_is_refused(app, pack):
    pack.write_bytes(pack.read_bytes()[:-2000])
    with pytest.raises(Refused, match="no whole backup"):
        backup.check(pack)


def test_restoring_brings_back_what_was_and_keeps_what_is(app, pack, tmp_path):
    beat("later")
    kept = restore.restore(pack)
    with db.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM heartbeat").scalar() == 0
        assert connection.exec_driver_sql("SELECT count(*) FROM user").scalar() == 10
    assert (tmp_path / "files" / "ab12").read_bytes() == b"an attachment"
    assert (kept / "files" / "ab12").exists()
    old = sqlite3.connect(kept / "tend.sqlite3")
    assert old.execute("SELECT name FROM heartbeat").fetchall() == [("later",)]
    old.close()


def test_restoring_where_nothing_was_keeps_nothing_aside(app, pack, tmp_path):
    db.session.remove()
    db.engine.dispose()
    for part in [*tmp_path.glob("tend.sqlite3*"), *(tmp_path / "files").glob("*")]:
        part.unlink()
    (tmp_path / "files").rmdir()
    assert restore.restore(pack) is None
    assert list(tmp_path.glob("before-restore-*")) == []


def test_a_backup_of_a_newer_tend_is_refused(app, pack, monkeypatch):
    monkeypatch.setattr(backup, "unpack", lambda *_: {"database": "sqlite", "schema": "9999"})
    with pytest.raises(Refused, match="newer Tend"):
        restore.restore(pack)


def test_nothing_is_restored_below_a_running_tend(app, pack, tmp_path):
    handle = restore.hold_open(tmp_path)
    with pytest.raises(Refused, match="running"):
        restore.restore(pack)
    os.close(handle)
    assert restore.restore(pack)


@pytest.mark.parametrize(
    ("hours", "hour", "due"),
    [
        (None, 12, True),
        (19, 3, False),
        (21, 3, True),
        (21, 12, False),
        (29, 12, True),
        (-5, 3, True),
    ],
)
def test_a_backup_is_due_at_night_or_when_a_night_was_missed(hours, hour, due):
    now = datetime(2026, 11, 24, hour, tzinfo=UTC)
    newest = None if hours is None else now - timedelta(hours=hours)
    assert backup.is_due(newest, now) is due


def test_nightly_backups_keep_the_newest(app, the_clock):
    for day in range(24, 30):
        the_clock.set(f"2026-11-{day}T03:00:00+00:00")
        assert backup.nightly(keep=3)
        assert backup.nightly(keep=3) is None
    names = [path.name for path in sorted(backup.folder().iterdir())]
    assert [name[8:16] for name in names] == ["20261127", "20261128", "20261129"]


def test_nightly_backups_can_be_turned_off(app):
    assert backup.nightly(keep=0) is None
    assert not backup.folder().exists()


def test_a_backup_made_while_writing_is_whole(app, tmp_path):
    stop = threading.Event()

    def write_on():
        with app.app_context():
            while not stop.is_set():
                beat(f"beat-{clock.monotonic()}")

    thread = threading.Thread(target=write_on)
    thread.start()
    try:
        for number in range(5):
            assert backup.check(backup.write(tmp_path / f"{number}.tar.gz"))
    finally:
        stop.set()
        thread.join()


@pytest.mark.parametrize("command", ["backup", "restore", "doctor", "tick"])
def test_without_data_a_command_refuses_and_makes_none(tmp_path, monkeypatch, command):
    for name in ("DATA_DIR", "DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "b1.tar.gz"
    file.touch()
    words = [command, str(file)] if command in {"backup", "restore"} else [command]
    done = CliRunner().invoke(cli.tend, words)
    assert isinstance(done.exception, config.ConfigError)
    assert f"{tmp_path}/instance/tend.sqlite3 does not exist" in str(done.exception)
    assert [path.name for path in tmp_path.iterdir()] == ["b1.tar.gz"]


def test_an_empty_folder_may_be_restored_into_when_it_is_named(tmp_path):
    named = {"DATA_DIR": str(tmp_path / "data")}
    config.refuse_no_data(named, or_named=True)
    with pytest.raises(config.ConfigError, match="--data or DATA_DIR"):
        config.refuse_no_data(named)
    with pytest.raises(config.ConfigError, match="data does not exist"):
        config.refuse_no_data(named | {"DATABASE_URL": "postgresql://tend@localhost/tend"})
    (tmp_path / "data").mkdir()
    config.refuse_no_data(named | {"DATABASE_URL": "postgresql://tend@localhost/tend"})


@pytest.mark.slow
def test_the_commands_work_on_a_running_house(tmp_path):
    with Tend(tmp_path, "--demo") as tend:
        wait_until(lambda: list((tend.data / "backups").glob("nightly-*")), 20)
        file = tmp_path / "own.tar.gz"
        made = tend.command("backup", str(file))
        assert made.returncode == 0 and file.exists(), made.stderr
        refused = tend.command("restore", str(file))
        assert refused.returncode == 1
        assert "Stop it, then restore" in refused.stderr
    restored = tend.command("restore", str(file))
    assert restored.returncode == 0, restored.stderr
    assert tend.command("restore", str(tmp_path / "none")).returncode == 2


@pytest.mark.postgres
def test_postgresql_is_backed_up_and_restored_by_the_same_commands(tmp_path):
    server = Postgres()
    tend = Tend(tmp_path, DATABASE_URL=server.url(), SECRET_KEY="k" * 48)
    try:
        assert tend.command("demo").returncode == 0
        file = tmp_path / "pg.tar.gz"
        made = tend.command("backup", str(file))
        assert made.returncode == 0, made.stderr
        assert tend.command("user", "disable", "otto@haselbach.example").returncode == 0
        restored = tend.command("restore", str(file))
        assert restored.returncode == 0, restored.stderr
        with psycopg.connect(tend.env["DATABASE_URL"]) as connection:
            found = connection.execute('SELECT count(deactivated_at), count(*) FROM "user"')
            assert found.fetchone() == (0, 10)
        assert tend.command("migrate", "--check").returncode == 0
    finally:
        server.stop()
