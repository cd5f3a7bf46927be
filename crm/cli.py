"""The `tend` command: exit status 0, 1 (refused, the reason on standard error) or 2 (usage)."""

import os
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click
from flask import Flask

from crm import launcher, upkeep
from crm.accounts import commands as accounts
from crm.core import config, schema, valkey
from crm.core.processes import Asked, ChildFailed, begin
from crm.core.queue import hushed_bells
from crm.core.refusal import Refused
from crm.demo import commands as demo_commands
from crm.web.server import PortTaken

REFUSALS = (
    Refused, config.ConfigError, schema.NewerSchema, valkey.NoQueueServer, PortTaken, ChildFailed,
)  # fmt: skip


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def tend() -> None:
    """Tend, a CRM for small sales teams with scorecard quizzes built in."""


def main(args: list[str] | None = None) -> None:
    """Run the command line; refusals end with 1 and their reason on standard error."""
    try:
        code = tend.main(args, prog_name="tend", standalone_mode=False)
    except REFUSALS as error:
        click.echo(str(error), err=True)
        code = 1
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        code = 1
    sys.exit(code if isinstance(code, int) else 0)


def place_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """--host, --port and --data for what listens."""
    for option in (
        click.option(
            "--host", default="127.0.0.1", show_default=True, help="Address to listen on."
        ),
        click.option(
            "--port",
            type=click.IntRange(0, 65535),
            default=8000,
            show_default=True,
            help="Port; 0 takes a free one.",
        ),
    ):
        command = option(command)
    return data_option(command)


def data_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """--data, which is DATA_DIR."""

    @click.option("--data", type=click.Path(path_type=Path), help="Data directory (DATA_DIR).")
    @wraps(command)
    def run(*args: Any, data: Path | None = None, **values: Any) -> Any:
        if data:
            os.environ["DATA_DIR"] = str(data)
        return command(*args, **values)

    return run


@tend.command()
@place_options
@click.option("--demo", is_flag=True, help="Fill an empty database with people, deals and a quiz.")
def up(host: str, port: int, demo: bool) -> int:
    """Start everything: database, queue server, worker with the clock, web server."""
    place = launcher.Place(host, port)
    place.take(alone=True)
    start = launcher.begin_load("tend", keeps_running=True)
    # Slow on purpose, so it goes on beside the loading, one by one; none are made twice.
    is_new = demo and start.upgrade is not None
    people = begin("people", lambda: demo_commands.sign_ins(at_once=1)) if is_new else None
    app = start.done()

    def greet() -> Asked:
        found = people.answer() if people else None
        return begin("greeting", lambda: _greeting(app, demo, found))

    return launcher.up(app, place, greet)


def _greeting(app: Flask, demo: bool, people: list[list[str]] | None) -> list[str]:
    """The lines of a start; fills an empty database where it was asked for."""
    with app.app_context(), hushed_bells(app):
        lines = list(demo_commands.fill(people)) if demo else []
        link = accounts.setup_line()
    return [*lines, link] if link else lines


@tend.command()
@place_options
def web(host: str, port: int) -> int:
    """Start the web server alone."""
    place = launcher.Place(host, port)
    place.take()
    return launcher.web(launcher.load("web", keeps_running=True), place)


@tend.command()
@data_option
def worker() -> int:
    """Start one more worker (queues and clock), on this machine or another."""
    return launcher.work(launcher.load("clock", keeps_running=True))


@tend.command()
@data_option
@click.option("--check", is_flag=True, help="Say how tables and models differ; 1 if they do.")
@click.option("--new", "name", help="For developers: write the next migration, called so.")
@click.option("--whole", is_flag=True, help="For developers: write what a new database begins as.")
def migrate(check: bool, name: str | None, whole: bool) -> int:
    """Bring the tables to the version of this code."""
    app = launcher.load("tend")
    with app.app_context():
        if name:
            click.echo(schema.tools().write_new(app, name))
        if whole:
            click.echo(schema.tools().write_whole())
        found = schema.tools().differences(app) if check else []
        click.echo("\n".join(found) or f"The database has version {schema.current()}.")
    return int(bool(found))


def in_app(command: click.Command) -> click.Command:
    """Give a command of a feature the application, an up-to-date database and --data.

    Only `demo` makes a database where there is none, and `restore` where DATA_DIR names the place:
    in a wrong folder the others would report success about an empty one.
    """
    if isinstance(command, click.Group):
        for part in command.commands.values():
            in_app(part)
        return command
    work = command.callback
    assert work is not None

    def run(*args: Any, data: Path | None = None, **values: Any) -> Any:
        if data:
            os.environ["DATA_DIR"] = str(data)
        if command.name != "demo":
            config.refuse_no_data(or_named=command.name == "restore")
        with launcher.load("tend").app_context():
            return work(*args, **values)

    command.callback = run
    command.params.append(
        click.Option(["--data"], type=click.Path(path_type=Path), help="Data directory (DATA_DIR).")
    )
    return command


for found in (*accounts.COMMANDS, *demo_commands.COMMANDS, *upkeep.COMMANDS):
    tend.add_command(in_app(found))


if __name__ == "__main__":
    main()
