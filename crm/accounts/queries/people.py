"""Reading the house, its people and teams, and who may be given what."""

from flask import g
from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import selectinload

from crm.accounts.models import Membership, Team, User, Workspace
from crm.accounts.queries.sight import may_see, open_team_ids
from crm.accounts.rules import RIGHTS, may
from crm.core import reading
from crm.core.db import db
from crm.core.ready import Ready

_HOUSE = Ready(select(*reading.columns(Workspace)).order_by(Workspace.id).limit(1))
_HOUSE_WITH = Ready(
    select(*reading.columns(Workspace), *reading.columns(User), User.id.label("person"))
    .outerjoin(User, User.id == bindparam("user_id"))
    .order_by(Workspace.id)
    .limit(1)
)


def workspace() -> Workspace | None:
    """The house; None before the first set-up."""
    if "workspace" not in g or g.workspace is None or g.workspace not in db.session:
        row = reading.first(_HOUSE)
        g.workspace = reading.entity(Workspace, row) if row else None
    return g.workspace


def house_with(user_id: int | None) -> tuple[Workspace | None, User | None]:
    """The house and a person by number, as `workspace` and `user_by_id`: one statement."""
    if "workspace" not in g and user_id is not None:
        row = reading.first(_HOUSE_WITH, {"user_id": user_id})
        of_house = len(reading.columns(Workspace))
        g.workspace = reading.entity(Workspace, row[:of_house]) if row else None
        if row and row.person is not None:
            return g.workspace, reading.entity(User, row[of_house:-1])
    return workspace(), user_by_id(user_id)


def is_set_up() -> bool:
    """Whether anybody has an account."""
    return db.session.scalar(select(User.id).limit(1)) is not None


def user_by_id(user_id: int | None) -> User | None:
    """A person by number, those who left included."""
    return reading.by_number(User, user_id) if user_id is not None else None


def home_team(owner_id: int | None, near: int | None) -> int | None:
    """The number of the team of a record: `near` while the owner is of it, else the owner's first.

    So nobody outside the owner's teams sees it (records.md O2). A record of nobody, or of somebody
    without a team, stays with `near`, else it goes to the default team.
    """
    owner = user_by_id(owner_id)
    if owner is not None and owner.team_ids and near not in owner.team_ids:
        return owner.team_ids[0]
    if near is not None:
        return near
    house = workspace()
    return house.default_team_id if house else None


def first_team(user: User | None) -> int | None:
    """The number of the team where what `user` adds stands, if they are of any."""
    return next(iter(user.team_ids), None) if user is not None else None


def user_by_email(address: str) -> User | None:
    """A person by mail address, in any case, those who left included."""
    return db.session.scalars(select(User).where(User.email == address.strip().lower())).first()


def active_users() -> list[User]:
    """Everybody who may sign in, by name, with their teams."""
    return list(db.session.scalars(_people().where(User.deactivated_at.is_(None))))


def who_sees(record) -> list[User]:
    """Everybody who may sign in and sees `record`, by name."""
    return [one for one in active_users() if may_see(one, record)]


def all_users() -> list[User]:
    """Everybody, those who may no longer sign in last."""
    return list(
        db.session.scalars(
            _people().order_by(None).order_by(User.deactivated_at.is_not(None), User.name)
        )
    )


def _people():
    return select(User).options(selectinload(User.teams)).order_by(User.name, User.id)


def users_for(user: User) -> list[User]:
    """The people to whom `user` may give a record or task: themselves, or also their teams."""
    if not may(user, "assign_others"):
        return [user]
    if user.sees_all:
        return active_users()
    mates = select(Membership.user_id).where(Membership.team_id.in_(user.team_ids))
    return list(
        db.session.scalars(
            _people().where(
                User.deactivated_at.is_(None), or_(User.id == user.id, User.id.in_(mates))
            )
        )
    )


def owners_for(user: User, record=None) -> list[User]:
    """The people whom `user` may make the owner of a record or task: readers never are.

    With `record` (anything with a team_id) only those whom its team lets see it.
    """
    team_id = record.team_id if record is not None else None
    return [
        other
        for other in users_for(user)
        if may(other, "edit_records")
        and (team_id is None or other.sees_all or team_id in other.team_ids)
    ]


def seen_owners(user: User) -> list[User]:
    """Everybody whose records `user` may see, those who left last: to filter by, not to give to."""
    teams = set(open_team_ids(user))
    return [
        other
        for other in all_users()
        if user.sees_all or other.sees_all or other.id == user.id or teams & set(other.team_ids)
    ]


def workers() -> list[User]:
    """Everybody who may own records at all, by name, with their teams."""
    return list(
        db.session.scalars(
            _people().where(User.deactivated_at.is_(None), User.role.in_(RIGHTS["edit_records"]))
        )
    )


def stand_ins_for(user: User) -> list[User]:
    """Who can do the work of `user` while they are away: others who may see what they see."""
    teams = set(user.team_ids)
    return [
        other
        for other in workers()
        if other.id != user.id and (not teams or other.sees_all or teams & set(other.team_ids))
    ]


def owner_ids() -> list[int]:
    """The owners who may sign in, locked until the transaction ends: two cannot both go last."""
    owners = select(User.id).where(User.role == "owner", User.deactivated_at.is_(None))
    return list(db.session.scalars(owners.order_by(User.id).with_for_update()))


def teams() -> list[Team]:
    """All teams by name."""
    return list(db.session.scalars(select(Team).order_by(Team.name, Team.id)))


def team_by_id(team_id: int | None) -> Team | None:
    """A team with its hours and holidays."""
    return db.session.get(Team, team_id) if team_id is not None else None


def members_of(team: Team) -> list[User]:
    """Who is in a team and may sign in, by name."""
    return list(
        db.session.scalars(
            select(User)
            .join(Membership, Membership.user_id == User.id)
            .where(Membership.team_id == team.id, User.deactivated_at.is_(None))
            .order_by(User.name, User.id)
        )
    )


def member_counts() -> dict[int, int]:
    """How many active people each team has, by its number."""
    rows = db.session.execute(
        select(Membership.team_id, func.count())
        .join(User, User.id == Membership.user_id)
        .where(User.deactivated_at.is_(None))
        .group_by(Membership.team_id)
    )
    return {team_id: count for team_id, count in rows}
