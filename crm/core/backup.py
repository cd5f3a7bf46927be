"""Backups of database and files: made while running, checked by opening them."""

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
import zlib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy.engine import make_url

from crm.core import clock, schema
from crm.core.config import Config
from crm.core.db import db
from crm.core.refusal import Refused

FORMAT = 1
DATABASE = "database"
MANIFEST = "manifest.json"
FILES = "files"
SECRET = "secret_key"  # noqa: S105 - the name of a file
CHUNK = 1024 * 1024


def write(target: Path, with_key: bool = False) -> Path:
    """Write a backup of database and files to `target` while the product runs; returns it.

    The secret key is left out unless `with_key`: a backup in strange hands must not open
    sealed secrets. The file appears under its name only when it is whole, on disk and checked.
    """
    settings = _settings()
    target = target.resolve()
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as folder:
        dump = Path(folder, DATABASE)
        _dump(settings, dump)
        part = Path(folder, "part")
        with open(os.open(part, os.O_CREAT | os.O_WRONLY, 0o600), "wb") as file:
            _pack(settings, dump, file, with_key)
            file.flush()
            os.fsync(file.fileno())
        check(part)
        os.replace(part, target)
    _sync_folder(target.parent)
    return target


def _pack(settings: Config, dump: Path, file: Any, with_key: bool) -> None:
    members = {DATABASE: dump}
    members |= {f"{FILES}/{p.name}": p for p in sorted(_files(settings)) if p.is_file()}
    key = settings.data_dir / SECRET
    if with_key and key.exists():
        members[SECRET] = key
    sums = {}
    with tarfile.open(fileobj=file, mode="w:gz", compresslevel=5) as pack:
        for name, path in members.items():
            sums[name] = digest(path)
            pack.add(path, name, recursive=False)
        manifest = json.dumps(_manifest(settings, sums), indent=1).encode()
        entry = tarfile.TarInfo(MANIFEST)
        entry.size = len(manifest)
        with tempfile.SpooledTemporaryFile() as text:
            text.write(manifest)
            text.seek(0)
            pack.addfile(entry, text)


def _manifest(settings: Config, sums: dict[str, str]) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "made_at": clock.now().isoformat(),
        "schema": schema.current(),
        "database": "sqlite" if settings.is_sqlite else "postgresql",
        "sha256": sums,
    }


def _files(settings: Config) -> list[Path]:
    folder = settings.data_dir / FILES
    return list(folder.iterdir()) if folder.is_dir() else []


def _dump(settings: Config, target: Path) -> None:
    if settings.is_sqlite:
        source = db.engine.raw_connection()
        try:
            copy = sqlite3.connect(target)
            assert source.driver_connection is not None
            # One step reads one snapshot; in WAL mode it keeps no writer waiting.
            source.driver_connection.backup(copy, pages=-1)
            copy.execute("PRAGMA journal_mode=DELETE")
            copy.close()
        finally:
            source.close()
    else:
        run_postgres("pg_dump", settings, "--format=custom", "--no-owner", f"--file={target}")


def run_postgres(program: str, settings: Config, *options: str) -> None:
    """Run pg_dump or pg_restore against our database; raises Refused with its words."""
    url = make_url(str(settings["DATABASE_URL"])).set(drivername="postgresql")
    password = url.password or ""
    plain = url.set(password=None).render_as_string()
    found = shutil.which(program)
    if found is None:
        raise Refused(f"{program} is not installed; it comes with the PostgreSQL client tools.")
    # The password goes by environment: arguments are seen by every user of the machine.
    done = subprocess.run(  # noqa: S603 - a fixed program, no shell
        [found, f"--dbname={plain}", *options],
        env={**os.environ, "PGPASSWORD": str(password)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Refused(f"{program} failed: {done.stderr.strip()[-500:]}")


def check(path: Path) -> dict[str, Any]:
    """Open the backup, compare every checksum, open the database; returns the manifest.

    Raises Refused when anything does not fit.
    """
    try:
        with tempfile.TemporaryDirectory(prefix="tend-check-") as folder:
            return unpack(path, Path(folder))
    except (OSError, EOFError, zlib.error, tarfile.TarError, KeyError, ValueError) as error:
        raise Refused(f"{path} is no whole backup: {error}.") from None


def unpack(path: Path, folder: Path) -> dict[str, Any]:
    """Unpack into the empty `folder`, check everything and return the manifest."""
    with tarfile.open(path, "r:gz") as pack:
        _extract(pack, folder)
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    if manifest["format"] != FORMAT:
        raise Refused("This backup was written by a newer Tend; restore it with that version.")
    for name, expected in manifest["sha256"].items():
        if digest(folder / name) != expected:
            raise Refused(f"The backup is damaged: {name} has another checksum.")
    if manifest["database"] == "sqlite":
        _check_sqlite(folder / DATABASE)
    return manifest


def _extract(pack: tarfile.TarFile, folder: Path) -> None:
    """Write files and folders of the pack below `folder`, nothing else and nowhere else.

    By hand: what tarfile has for it (PEP 706) came with Python 3.11.4, and Debian 12 has 3.11.2.
    """
    root = folder.resolve()
    for member in pack:
        target = (root / member.name).resolve()
        if not target.is_relative_to(root) or not (member.isfile() or member.isdir()):
            raise ValueError(f"it holds “{member.name[:80]}”, which no backup of ours has")
        if member.isdir():
            target.mkdir(parents=True, exist_ok=True)
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        source = pack.extractfile(member)
        assert source is not None  # a file has content
        with source, open(target, "wb") as file:
            shutil.copyfileobj(source, file)
        target.chmod(member.mode & 0o755)


def _check_sqlite(path: Path) -> None:
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        result = connection.execute("PRAGMA integrity_check").fetchone()[0]
    except sqlite3.DatabaseError as error:
        result = str(error)
    finally:
        connection.close()
    if result != "ok":
        raise Refused(f"The database in the backup is damaged: {result}.")


def digest(path: Path) -> str:
    """SHA-256 of a file in hex."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def folder() -> Path:
    """Where nightly backups and those before upgrades lie."""
    return _settings().data_dir / "backups"


def before_upgrade(version: str) -> Path:
    """A backup with the present time and the version that is about to change."""
    return write(folder() / f"before-upgrade-from-{version}-{_stamp(clock.now())}.tar.gz")


def nightly(keep: int) -> Path | None:
    """Make the backup of tonight unless there is one; keeps the newest `keep`. 0 turns it off."""
    now = clock.now()
    made = sorted(folder().glob("nightly-*.tar.gz"))
    newest = _time(made[-1]) if made else None
    if not keep or not is_due(newest, now):
        return None
    done = write(folder() / f"nightly-{_stamp(now)}.tar.gz")
    for old in sorted(folder().glob("nightly-*.tar.gz"))[:-keep]:
        old.unlink()
    return done


def is_due(newest: datetime | None, now: datetime) -> bool:
    """Whether a nightly backup is due: between 1 and 5 UTC, else when a night was missed."""
    if newest is None:
        return True
    age = now - newest
    if age < timedelta(0):
        return True  # the clock was set back; the names follow the clock
    return age > timedelta(hours=28) or (age > timedelta(hours=20) and 1 <= now.hour < 5)


def _stamp(at: datetime) -> str:
    return at.strftime("%Y%m%dT%H%M%SZ")


def _time(path: Path) -> datetime:
    stamp = path.name.removesuffix(".tar.gz").rpartition("-")[2]
    return datetime.strptime(stamp + "+0000", "%Y%m%dT%H%M%SZ%z")


def _settings() -> Config:
    return current_app.extensions["tend.config"]
