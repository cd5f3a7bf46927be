"""Telling the people who watch a deal."""

from flask_babel import gettext as _
from sqlalchemy import select

from crm.accounts.models import Membership, User
from crm.core.db import db
from crm.deals.models import Deal
from crm.notices import actions as notices


def tell_watchers(deal: Deal) -> None:
    """Tell the owner and the team's managers that a deal was closed, except who closed it."""
    closure = deal.closure
    if closure is None:
        return
    title = _("Won: %(deal)s") if closure.is_won else _("Lost: %(deal)s")
    for user_id in _watchers(deal) - {closure.closed_by_id}:
        notices.tell(
            user_id,
            kind="deal_closed",
            title=title % {"deal": deal.name},
            body=closure.note,
            url=f"/deals/{deal.id}",
            dedupe_key=f"closure:{closure.id}:{user_id}",
        )


def _watchers(deal: Deal) -> set[int]:
    managers = db.session.scalars(
        select(User.id)
        .join(Membership, Membership.user_id == User.id)
        .where(
            Membership.team_id == deal.team_id,
            User.role == "manager",
            User.deactivated_at.is_(None),
        )
    )
    return set(managers) | ({deal.owner_id} if deal.owner_id else set())
