"""Reading attachments. Who may see their record is asked by the page that shows them."""

from pathlib import Path

from flask import current_app
from sqlalchemy import and_, column, or_, select, table

from crm.accounts.models import User
from crm.accounts.queries import visible
from crm.core.db import db
from crm.files.models import Attachment

PAGE = 50
# The features that own these stand below; they are named by text, as foreign keys are.
entry = table("entry", column("id"), column("private_to_id"), column("removed_at"))
deal = table("deal", column("id"), column("owner_id"), column("team_id"))


def attachment(attachment_id: int) -> Attachment | None:
    """An attachment by number, a removed one included."""
    return db.session.get(Attachment, attachment_id)


def attachments_of(
    reader: User,
    *,
    contact_id: int | None = None,
    company_id: int | None = None,
    deal_id: int | None = None,
    before: int | None = None,
    limit: int = PAGE,
) -> list[Attachment]:
    """A record's files, the newest first; `before` is the number the page ends at.

    Those of notes taken away, of other people's private notes and of deals that `reader` does
    not see are left out.
    """
    asked = {"contact_id": contact_id, "company_id": company_id, "deal_id": deal_id}
    wanted = select(Attachment).where(
        Attachment.removed_at.is_(None),
        *(getattr(Attachment, name) == value for name, value in asked.items() if value),
    )
    hidden = select(entry.c.id).where(
        entry.c.id == Attachment.entry_id,
        or_(
            entry.c.removed_at.is_not(None),
            and_(
                entry.c.private_to_id.is_not(None),
                entry.c.private_to_id != reader.id,
            ),
        ),
    )
    wanted = wanted.where(or_(Attachment.entry_id.is_(None), ~hidden.exists()))
    if not deal_id:
        its = select(deal.c.id).where(deal.c.id == Attachment.deal_id, visible(reader, deal.c))
        wanted = wanted.where(or_(Attachment.deal_id.is_(None), its.exists()))
    if before:
        wanted = wanted.where(Attachment.id < before)
    return list(db.session.scalars(wanted.order_by(Attachment.id.desc()).limit(limit)))


def of_entries(entry_ids: list[int]) -> dict[int, list[Attachment]]:
    """The files of timeline entries that have some, by entry."""
    found: dict[int, list[Attachment]] = {}
    if entry_ids:
        wanted = select(Attachment).where(
            Attachment.entry_id.in_(entry_ids), Attachment.removed_at.is_(None)
        )
        for one in db.session.scalars(wanted.order_by(Attachment.id)):
            found.setdefault(one.entry_id or 0, []).append(one)
    return found


def path_of(attachment: Attachment) -> Path:
    """Where the bytes lie."""
    return current_app.extensions["tend.config"].data_dir / "files" / attachment.stored.sha256
