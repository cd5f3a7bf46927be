"""Runs the migrations; loaded only when the tables are older than the code."""

import logging

from alembic import command
from alembic.config import Config
from flask import Flask

from crm.core import backup
from crm.core.db import db

log = logging.getLogger("tend.upgrade")


def configuration(app: Flask) -> Config:
    """Alembic's settings for our folder of migrations."""
    found = Config()
    found.set_main_option("script_location", f"{app.root_path}/migrations".replace("%", "%%"))
    return found


def upgrade(app: Flask, present: str) -> None:
    """Bring the tables from version `present` to the newest, in one transaction.

    A database that holds anything is backed up before.
    """
    if present:
        log.info("backup before the upgrade: %s", backup.before_upgrade(present))
    db.session.remove()
    db.engine.dispose()
    command.upgrade(configuration(app), "head")
