"""Commands of the operator about people: add, disable, reset."""

import click

from crm.accounts import actions, queries
from crm.accounts.models import User
from crm.accounts.rules import ROLES
from crm.core.db import run
from crm.core.links import absolute
from crm.core.refusal import Refused


@click.group("user")
def user_group() -> None:
    """People who sign in."""


@user_group.command("add")
@click.argument("email")
@click.option("--role", type=click.Choice(ROLES), default="rep", show_default=True)
@click.option("--team", "team_name", default="", help="Name; the first team if left out.")
def add(email: str, role: str, team_name: str) -> None:
    """Invite EMAIL and print the link that makes the account (48 hours)."""

    def invite() -> str:
        teams = [t for t in queries.teams() if not team_name or t.name == team_name]
        if not teams:
            raise Refused(f"There is no team called {team_name!r}.")
        owner = _owner()
        return actions.invite(email, role=role, team_ids=[teams[0].id], by=owner)[1]

    click.echo(absolute(f"/invite/{run(invite)}"))


@user_group.command("disable")
@click.argument("email")
def disable(email: str) -> None:
    """Switch the account of EMAIL off and sign it out everywhere."""

    def switch_off() -> None:
        user = _user(email)
        actions.deactivate(user, by=_owner(but=user))

    run(switch_off)
    click.echo(f"{email} cannot sign in any more.")


@user_group.command("reset")
@click.argument("email")
def reset(email: str) -> None:
    """Print a link by which EMAIL sets a new password (one hour)."""
    text = run(lambda: actions.issue("reset", user=_user(email))[1])
    click.echo(absolute(f"/login/reset/{text}"))


def setup_line() -> str | None:
    """The one-time set-up link as a line to print, None when somebody has an account."""
    link = run(actions.setup_link)
    return f"Set up Tend once, within the hour: {link}" if link else None


def _user(email: str) -> User:
    user = queries.user_by_email(email)
    if user is None:
        raise Refused(f"Nobody signs in as {email}.")
    return user


def _owner(but: User | None = None) -> User:
    """The owner in whose name the operator acts."""
    owners = [u for u in queries.active_users() if u.role == "owner" and u != but]
    if not owners:
        raise Refused(
            "There is no other owner yet. Open the set-up link first."
            if but is None
            else "This is the last owner. Make somebody else an owner first."
        )
    return owners[0]


COMMANDS = [user_group]
__all__ = ["COMMANDS", "setup_line"]
