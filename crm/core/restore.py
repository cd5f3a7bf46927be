"""Putting a backup in place: checked first, the present data kept aside, nothing half done."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import current_app
from sqlalchemy import column, inspect, select, table
from sqlalchemy.engine import make_url

from crm.core import backup, clock, schema
from crm.core.config import Config
from crm.core.db import db
from crm.core.refusal import Refused

LOCK = "running.lock"


def hold_open(data_dir: Path) -> int:
    """Note that this process and its children use the data; the handle of the lock.

    Raises Refused while a restore runs.
    """
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(data_dir / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Refused("A restore is running in this data directory. Wait until it ends.") from None
    return handle


@contextmanager
def _alone(data_dir: Path) -> Iterator[None]:
    handle = os.open(data_dir / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise Refused("Tend is running on this data directory. Stop it, then restore.") from None
    finally:
        os.close(handle)


def restore(path: Path) -> Path | None:
    """Replace database and files by those of the backup; the folder with the data of before.

    None where there were none. Refuses a damaged backup, one of another kind of database, and one
    of a newer Tend.
    """
    settings: Config = current_app.extensions["tend.config"]
    with tempfile.TemporaryDirectory(dir=settings.data_dir, prefix=".restore-") as name:
        folder = Path(name)
        manifest = _unpacked(path, folder)
        kind = "sqlite" if settings.is_sqlite else "postgresql"
        if manifest["database"] != kind:
            raise Refused(f"This is a backup of {manifest['database']}; DATABASE_URL says {kind}.")
        if manifest["schema"] > schema.head():
            raise Refused(
                f"The backup has version {manifest['schema']}, this Tend knows {schema.head()}. "
                "Install the newer Tend first."
            )
        with _alone(settings.data_dir):
            was_empty = _is_empty(settings)
            kept = _put_in_place(settings, folder)
    schema.bring_up_to_date()
    if not was_empty:
        return kept
    shutil.rmtree(kept)
    return None


def _is_empty(settings: Config) -> bool:
    """Whether nobody ever signed in here: tables that this very command made, or none."""
    with db.engine.connect() as connection:
        people = (
            inspect(connection).has_table("user")
            and connection.execute(select(table("user", column("id"))).limit(1)).first()
        )
    files = settings.data_dir / backup.FILES
    return not people and not (files.exists() and any(files.iterdir()))


def _unpacked(path: Path, folder: Path) -> dict:
    backup.check(path)
    return backup.unpack(path, folder)


def _put_in_place(settings: Config, folder: Path) -> Path:
    db.session.remove()
    db.engine.dispose()
    kept = settings.data_dir / f"before-restore-{clock.now():%Y%m%dT%H%M%SZ}"
    kept.mkdir(mode=0o700)
    if settings.is_sqlite:
        _swap_sqlite(settings, folder, kept)
    else:
        backup.run_postgres(
            "pg_dump", settings, "--format=custom", f"--file={kept / backup.DATABASE}"
        )
        backup.run_postgres(
            "pg_restore",
            settings,
            "--clean",
            "--if-exists",
            "--no-owner",
            "--single-transaction",
            "--exit-on-error",
            str(folder / backup.DATABASE),
        )
    files = settings.data_dir / backup.FILES
    if files.exists():
        files.rename(kept / backup.FILES)
    if (folder / backup.FILES).exists():
        (folder / backup.FILES).rename(files)
    if (folder / backup.SECRET).exists():
        _keep_key(settings, folder, kept)
    return kept


def _keep_key(settings: Config, folder: Path, kept: Path) -> None:
    key = settings.data_dir / backup.SECRET
    if key.exists():
        shutil.copy2(key, kept / backup.SECRET)
    os.replace(folder / backup.SECRET, key)
    key.chmod(0o600)


def _swap_sqlite(settings: Config, folder: Path, kept: Path) -> None:
    database = Path(str(make_url(str(settings["DATABASE_URL"])).database))
    for ending in ("-wal", "-shm", ""):
        part = database.with_name(database.name + ending)
        if part.exists():
            part.rename(kept / part.name)
    new = folder / backup.DATABASE
    new.chmod(0o600)
    with open(new, "rb") as file:
        os.fsync(file.fileno())
    os.replace(new, database)


def is_whole() -> bool:
    """Whether the database finds no damage in itself (SQLite; PostgreSQL looks after itself)."""
    with db.engine.connect() as connection:
        if connection.dialect.name != "sqlite":
            return True
        return connection.exec_driver_sql("PRAGMA quick_check").scalar() == "ok"
