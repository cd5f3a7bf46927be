"""Commands that keep Tend going: backup, restore, tick, doctor."""

import shutil
from pathlib import Path

import click
from flask import current_app

from crm import clockwork
from crm.core import backup, restore, ticking
from crm.core.db import run
from crm.mail import journal, queries
from crm.quizzes.queries.whole import changed_versions
from crm.web import health

DATABASE_AWAY = "the database does not answer"
QUEUE_AWAY = "the queue server is away: is Tend running?"
CLOCK_STANDS = "the clock never ran: start a worker"
NO_MAIL = "mails wait: enter a mail server in Settings, Mail, or set SMTP_URL"
NO_LIMITS = "public limits are off: PUBLIC_LIMITS"
NO_SENDER = "nobody said where mails come from: set MAIL_FROM or enter it in Settings, Mail"
QUIZZES_KEPT = "published quizzes are as they were published"
QUIZZES_CHANGED = "published quizzes were changed in the database: restore"
CLOCK_MOVED = "the clock is moved: CLOCK_FILE"


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--with-key", is_flag=True, help="Also the secret key: then guard the file like it.")
def backup_command(file: Path, with_key: bool) -> None:
    """Write database and files to FILE while Tend runs, and check it by opening."""
    backup.write(file, with_key)
    click.echo(f"{file} {backup.digest(file)}")


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def restore_command(file: Path) -> None:
    """Put the backup FILE in place of the present data, which is kept aside."""
    kept = restore.restore(file)
    held = run(journal.reconcile)
    click.echo(f"Restored. The data of before lies in {kept}." if kept else "Restored.")
    if held:
        click.echo(f"{held} mails left after this backup was made and are held: see Outbox.")


@click.command("tick")
def tick_command() -> None:
    """Do once, here and now, what the clock would do."""
    for path in clockwork.tick(current_app._get_current_object()):  # type: ignore[attr-defined]
        click.echo(path)


@click.command("doctor")
def doctor() -> int:
    """Look for what is not as it should be; exit status 1 if anything is wrong."""
    wrong = False
    for mark, text in findings():
        click.echo(f"{mark:5} {text}")
        wrong = wrong or mark == "WRONG"
    return int(wrong)


def findings() -> list[tuple[str, str]]:
    """What was looked at: mark (ok, note, WRONG) and words."""
    settings = current_app.extensions["tend.config"]
    state = health.state()
    free = shutil.disk_usage(settings.data_dir).free // 1024**2
    backups = sorted(backup.folder().glob("nightly-*.tar.gz"))
    secure = str(settings["BASE_URL"]).startswith("https:")
    has_database = state["database"] == "ok"
    changed = changed_versions() if has_database else []
    is_moved = bool(settings["CLOCK_FILE"]) or (has_database and ticking.ran_moved())
    return [
        _found(has_database, "WRONG", "database answers", DATABASE_AWAY),
        _found(_is_whole(), "WRONG", "database is whole", "the database is damaged: restore"),
        _found(not changed, "WRONG", QUIZZES_KEPT, f"{QUIZZES_CHANGED}: {', '.join(changed)}"),
        _found(state["queue"] == "ok", "note", "queue server answers", QUEUE_AWAY),
        _found(state["clock_last_run"] is not None, "note", "the clock ran", CLOCK_STANDS),
        _found(state["disk"] == "ok", "WRONG", f"{free} MiB of disk are free", f"{free} MiB left"),
        _found(queries.has_smtp(), "note", "mail has a server", NO_MAIL),
        _found(queries.has_sender(), "note", "mails have a sender", NO_SENDER),
        _found(bool(settings["PUBLIC_LIMITS"]), "WRONG", "public limits are on", NO_LIMITS),
        _found(secure, "note", "people come by https", f"no https: {settings['BASE_URL']}"),
        _found(bool(backups), "note", "there is a nightly backup", "no nightly backup yet"),
        _found(not is_moved, "WRONG", "the clock is real", CLOCK_MOVED),
    ]


def _found(is_good: bool, mark: str, good: str, bad: str) -> tuple[str, str]:
    return ("ok", good) if is_good else (mark, bad)


def _is_whole() -> bool:
    return restore.is_whole()


COMMANDS = [backup_command, restore_command, tick_command, doctor]
