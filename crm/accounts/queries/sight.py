"""Who may see which record."""

from typing import Any

from sqlalchemy import ColumnElement, bindparam, false, or_, true

from crm.accounts.models import User


def may_see_team(user: User, team_id: int | None) -> bool:
    """Whether records of a team are shown to `user` whoever owns them.

    A team set to "own only" shows the records of others to its managers only.
    """
    return user.sees_all or team_id in open_team_ids(user)


def may_see(user: User, record) -> bool:
    """Whether `user` sees one record with team_id and owner_id that is read already."""
    return record.owner_id == user.id or may_see_team(user, record.team_id)


def seen(user: User | None, record):
    """`record` if `user` may see it, else None: what hangs on one record can be another team's."""
    return record if user is not None and record is not None and may_see(user, record) else None


def open_team_ids(user: User) -> list[int]:
    """The teams all of whose records `user` sees; owner and admin need no such list."""
    return [team.id for team in user.teams if not team.is_own_only or user.role == "manager"]


def visible(user: User, model) -> ColumnElement[bool]:
    """The condition that leaves what `user` may see of a model with team_id and owner_id.

    Owner and admin see all; others what they own and what their teams hold.
    """
    if not user.is_authenticated or not user.is_active:
        return false()
    if user.sees_all:
        return true()
    return or_(model.owner_id == user.id, model.team_id.in_(open_team_ids(user)))


def in_sight(sees_all: bool, model) -> ColumnElement[bool]:
    """As `visible`, for a statement that is built once: `sight(user)` are its values.

    What is asked on every page takes longer to build than to run.
    """
    if sees_all:
        return true()
    teams = model.team_id.in_(bindparam("sight_team_ids", expanding=True))
    return or_(model.owner_id == bindparam("sight_user_id"), teams)


def sight(user: User) -> dict[str, Any]:
    """The values that a statement with `in_sight(user.sees_all, …)` takes."""
    if user.sees_all:
        return {}
    return {"sight_user_id": user.id, "sight_team_ids": open_team_ids(user)}
