"""Reading arrivals, touches, and why a contact is where it is."""

from sqlalchemy import ColumnElement, ScalarSelect, bindparam, func, or_, select, true
from sqlalchemy.orm import joinedload

from crm.accounts.models import User, Workspace
from crm.accounts.queries import in_sight, open_team_ids, visible
from crm.contacts.models import Contact
from crm.core.db import db
from crm.leads.models import (
    Assignment,
    Intake,
    LifecycleChange,
    Touch,
)


def intake_by_key(idem_key: str) -> Intake | None:
    """The arrival that used this key first."""
    return db.session.scalars(select(Intake).where(Intake.idem_key == idem_key)).first()


def intake_by_id(intake_id: int) -> Intake | None:
    """One arrival."""
    return db.session.get(Intake, intake_id)


def waiting_intakes(user: User, limit: int = 50) -> list[tuple[Intake, Contact | None]]:
    """Arrivals that nobody has: held back as doubtful, or with no one to take them."""
    is_theirs = true() if user.sees_all else _team().in_(open_team_ids(user))
    rows = db.session.execute(
        select(Intake, Contact)
        .outerjoin(Contact, Contact.id == Intake.contact_id)
        .options(joinedload(Contact.company))
        .where(_waits(visible(user, Contact), is_theirs))
        .order_by(Intake.id.desc())
        .limit(limit)
    )
    return [(intake, contact) for intake, contact in rows]


def waits_for_a_person(contact_id: int) -> bool:
    """Whether somebody came to whom no one could be given, as long as nobody has the contact."""
    open_one = select(Intake.id).where(
        Intake.contact_id == contact_id, Intake.outcome == "unrouted"
    )
    return db.session.scalar(open_one.limit(1)) is not None


def waiting_count(sees_all: bool) -> ScalarSelect[int]:
    """How many leads nobody has, as part of a statement; who came twice counts once.

    It is built once and takes `sight(user)` as its values.
    """
    once = func.coalesce(Intake.contact_id, -Intake.id)
    of_teams = _team().in_(bindparam("sight_team_ids", expanding=True))
    return (
        select(func.count(once.distinct()))
        .select_from(Intake)
        .outerjoin(Contact, Contact.id == Intake.contact_id)
        .where(_waits(in_sight(sees_all, Contact), true() if sees_all else of_teams))
        .scalar_subquery()
    )


def _team() -> ColumnElement[int | None]:
    """Whose an arrival is that was held back and has no contact yet: its quiz's, or the usual."""
    usual = select(Workspace.default_team_id).limit(1).scalar_subquery()
    return func.coalesce(Intake.payload[("arrival", "team_id")].as_integer(), usual)


def _waits(is_seen: ColumnElement[bool], is_theirs: ColumnElement[bool]) -> ColumnElement[bool]:
    return or_(
        (Intake.outcome == "quarantined") & is_theirs,
        (Intake.outcome == "unrouted")
        & Contact.owner_id.is_(None)
        & Contact.deleted_at.is_(None)
        & is_seen,
    )


def touch_by_id(touch_id: int | None) -> Touch | None:
    """A visit with its source."""
    return db.session.get(Touch, touch_id) if touch_id is not None else None


def last_assignment(contact_id: int) -> Assignment | None:
    """Why the contact is where it is: the newest decision."""
    return db.session.scalars(
        select(Assignment).where(Assignment.contact_id == contact_id).order_by(Assignment.id.desc())
    ).first()


def assignment_of(intake_id: int) -> Assignment | None:
    """What was decided about one arrival."""
    return db.session.scalars(select(Assignment).where(Assignment.intake_id == intake_id)).first()


def assignments_of(contact_id: int) -> list[Assignment]:
    """Every decision about a contact, the newest first."""
    return list(
        db.session.scalars(
            select(Assignment)
            .where(Assignment.contact_id == contact_id)
            .order_by(Assignment.id.desc())
        )
    )


def lifecycle_changes(contact_id: int) -> list[LifecycleChange]:
    """How a contact moved through its life, the newest first."""
    return list(
        db.session.scalars(
            select(LifecycleChange)
            .where(LifecycleChange.contact_id == contact_id)
            .order_by(LifecycleChange.id.desc())
        )
    )


def reasons_of(contact_ids: list[int]) -> dict[int, str]:
    """The newest decision about each contact, in words."""
    rows = db.session.execute(
        select(Assignment.contact_id, Assignment.reason)
        .where(Assignment.contact_id.in_(contact_ids))
        .order_by(Assignment.id)
    )
    return {contact_id: reason for contact_id, reason in rows}
