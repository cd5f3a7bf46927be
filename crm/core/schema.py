"""The version of the tables: what it is, what it should be, and the way from one to the other."""

import importlib
import re
from pathlib import Path

from flask import Flask, current_app
from sqlalchemy import inspect

from crm.core import db as database
from crm.core.config import Config
from crm.core.db import db

VERSIONS = Path(__file__).resolve().parent.parent / "migrations" / "versions"
NAME = re.compile(r"(\d{4})_\w+\.py")


class NewerSchema(Exception):
    """The database was written by a newer Tend."""


def head() -> str:
    """The version that this code needs: the highest number among the migrations."""
    names = (NAME.fullmatch(file.name) for file in VERSIONS.glob("*.py"))
    return max((found[1] for found in names if found), default="")


def current() -> str:
    """The version of the database, an empty text when it has no tables."""
    with db.engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return ""
        query = "SELECT version_num FROM alembic_version"
        return connection.exec_driver_sql(query).scalar() or ""


def is_old() -> bool:
    """Whether the tables are older than the code. Raises NewerSchema when they are newer."""
    present = current()
    if present > head():
        raise NewerSchema(
            f"The database has version {present}, this Tend knows {head()}. Install the newer Tend."
        )
    return present < head()


def bring_up_to_date() -> bool:
    """Migrate if the tables are older than the code; whether anything was done.

    Raises NewerSchema when they are newer. Alembic is loaded only when there is work.
    """
    if not is_old():
        return False
    tools().upgrade(current_app, current())
    return True


def bare(settings: Config) -> Flask:
    """An application without pages, enough to bring the tables up to date."""
    app = Flask("crm", static_folder=None)
    app.extensions["tend.config"] = settings
    database.init_app(app)
    return app


def tools():
    """The part that needs Alembic, which costs a start 0.2 s and 12 MB nobody uses."""
    return importlib.import_module("crm.core.upgrade")
