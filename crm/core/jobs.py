"""Work of the worker that belongs to no feature."""

from flask import current_app

from crm.core import backup, once, sqlite, statistics
from crm.core.db import db
from crm.core.queue import job


@job(network=True, queue="bulk")
def back_up_nightly() -> None:
    """Make tonight's backup unless there is one. Opens no transaction: it only reads."""
    backup.nightly(int(current_app.extensions["tend.config"]["BACKUP_KEEP"]))


@job(network=True, queue="bulk")
def fold_journal() -> None:
    """Leave nothing in SQLite's journal of what was erased. Opens no transaction."""
    sqlite.fold_journal(db.engine)


@job(network=True, queue="bulk")
def gather_statistics() -> None:
    """Keep SQLite's choice of indexes right as tables grow. Opens its own transactions."""
    statistics.gather(db.engine)


@job
def forget_taken_forms() -> None:
    """Drop the keys of forms that nobody sends again."""
    once.forget()
