"""`tend demo`: fills an empty database with the cast and prints who signs in how."""

import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import click

from crm.accounts import actions, queries
from crm.core.db import run
from crm.core.refusal import Refused
from crm.demo import people
from crm.demo.everything import fill_records

WORDS = (
    "amber birch cedar clover copper cosy dune ember fern fjord gentle harbour hazel heron indigo "
    "juniper lantern linden maple meadow mellow mild moss nimble olive orchard pebble pine plain "
    "quiet reed river robin rowan sage sandy silver slate spruce steady stone sunny swift thistle "
    "timber velvet walnut willow winter"
).split()

FILLED = "The database holds data already: nothing was added."


@click.command()
def demo() -> None:
    """Fill an empty database and print `sign-in EMAIL PASSWORD ROLE` for each person."""
    if queries.is_set_up():
        raise Refused(FILLED)
    for line in fill():
        click.echo(line)


def fill() -> Iterator[str]:
    """Fill an empty database; the lines to print. Passwords are new each time, kept as hashes."""
    if queries.is_set_up():
        yield FILLED
        return
    passwords = {f"{mail}@{people.DOMAIN}": _password() for _, mail, *_ in people.PEOPLE}
    with ThreadPoolExecutor(actions.passwords.AT_ONCE) as pool:
        hashes = dict(
            zip(passwords, pool.map(actions.hash_password, passwords.values()), strict=True)
        )
    run(lambda: fill_records(people.add(hashes)))
    for _name, mail, role, *_ in people.PEOPLE:
        email = f"{mail}@{people.DOMAIN}"
        yield f"sign-in {email} {passwords[email]} {role}"


def _password() -> str:
    return "-".join(secrets.choice(WORDS) for _ in range(4)) + f"-{secrets.randbelow(90) + 10}"


COMMANDS = [demo]
