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


def fill(made: list[list[str]] | None = None) -> Iterator[str]:
    """Fill an empty database, with `sign_ins` made before if given; the lines to print."""
    if queries.is_set_up():
        yield FILLED
        return
    made = made or sign_ins()
    hashes = {email: hashed for email, _, _, hashed in made}
    run(lambda: fill_records(people.add(hashes)))
    for email, password, role, _hashed in made:
        yield f"sign-in {email} {password} {role}"


def sign_ins(at_once: int = actions.passwords.AT_ONCE) -> list[list[str]]:
    """Address, new password, role and hash of everybody; only the hashes are kept."""
    found = [[f"{mail}@{people.DOMAIN}", _password(), role] for _, mail, role, *_ in people.PEOPLE]
    with ThreadPoolExecutor(at_once) as pool:
        hashes = pool.map(actions.hash_password, [password for _, password, _ in found])
        return [[*one, hashed] for one, hashed in zip(found, hashes, strict=True)]


def _password() -> str:
    return "-".join(secrets.choice(WORDS) for _ in range(4)) + f"-{secrets.randbelow(90) + 10}"


COMMANDS = [demo]
