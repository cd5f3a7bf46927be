"""The version of the tables: what it is, what it should be, and the way from one to the other."""

import importlib
import re
from pathlib import Path

from flask import Flask, current_app
from sqlalchemy import inspect

from crm.core import db as database
from crm.core.config import Config
from crm.core.db import db
from crm.core.sqlite import BUSY_SECONDS

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"
VERSIONS = MIGRATIONS / "versions"
NAME = re.compile(r"(\d{4})_\w+\.py")
# What the migrations up to a version make of an empty SQLite file: `tend migrate --whole`.
WHOLE = MIGRATIONS / "whole.sql"
END = "\n;\n"


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

    Raises NewerSchema when they are newer. Alembic is loaded only when there is work for it.
    """
    if not is_old():
        return False
    present = current()
    if not present and db.engine.dialect.name == "sqlite":
        make_whole()
    if is_old():
        tools().upgrade(current_app, present)
    return True


def make_whole() -> None:
    """Make all tables of an empty SQLite file at once, as the migrations would in half a second.

    They go on from the version that WHOLE begins with. Does nothing if somebody else was first.
    """
    version, *statements = WHOLE.read_text().split(END)[:-1]
    writing = db.engine.execution_options(tend_write=BUSY_SECONDS)
    with writing.begin() as connection:
        if inspect(connection).get_table_names():
            return
        for statement in statements:
            connection.exec_driver_sql(statement)
        mark = "INSERT INTO alembic_version (version_num) VALUES (?)"
        connection.exec_driver_sql(mark, (version.removeprefix("-- "),))


def whole() -> str:
    """The text of WHOLE for the SQLite database at hand, in the order of its making."""
    query = (
        "SELECT sql FROM sqlite_master WHERE sql <> '' AND name NOT LIKE 'sqlite_%'"
        " AND name NOT IN (SELECT name FROM pragma_table_list WHERE type = 'shadow')"
    )
    with db.engine.connect() as connection:
        made = connection.exec_driver_sql(query).scalars().all()
    return "".join(f"{text}{END}" for text in (f"-- {current()}", *made))


def bare(settings: Config) -> Flask:
    """An application without pages, enough to bring the tables up to date."""
    app = Flask("crm", static_folder=None)
    app.extensions["tend.config"] = settings
    database.init_app(app)
    return app


def tools():
    """The part that needs Alembic, which costs a start 0.2 s and 12 MB nobody uses."""
    return importlib.import_module("crm.core.upgrade")
