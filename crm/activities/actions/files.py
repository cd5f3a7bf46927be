"""Files that come to a record: hung up, and told in its timeline."""

from collections.abc import Sequence

from flask_babel import gettext as _

from crm.accounts.models import User
from crm.activities.actions.entries import record
from crm.activities.models import Entry
from crm.core.db import db
from crm.core.refusal import Refused
from crm.files import actions as files
from crm.files.actions import Kept


def add_files(
    kept: Sequence[Kept],
    *,
    by: User,
    note: str = "",
    contact_id: int | None = None,
    company_id: int | None = None,
    deal_id: int | None = None,
) -> Entry:
    """Hang files that lie on disk on a record, with one timeline entry that names them."""
    if not kept:
        raise Refused(_("Choose a file first."), field="files")
    entry = record(
        "file",
        contact_id=contact_id,
        company_id=company_id,
        deal_id=deal_id,
        user_id=by.id,
        title=", ".join(one.name for one in kept),
        body=note,
        details={"files": len(kept)},
    )
    db.session.flush()
    ids = {"contact_id": contact_id, "company_id": company_id, "deal_id": deal_id}
    files.attach_all(kept, by=by, entry_id=entry.id, **ids)
    return entry
