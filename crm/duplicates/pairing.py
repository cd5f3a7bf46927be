"""Which of many records go into which: pinned before the dry run."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, select

from crm.accounts.models import User
from crm.accounts.queries import visible
from crm.companies.models import Company
from crm.contacts.models import Contact
from crm.core.db import db
from crm.core.refusal import Refused
from crm.duplicates import queries
from crm.duplicates.rules import FEW, MOST_IN_GROUP, groups

MOST = 10_000
SOME = 5_000  # numbers a statement
MODELS: dict[str, Any] = {"contact": Contact, "company": Company}
Item = dict[str, Any]


def into_one(
    user: User, records: Select[Any] | list[int], options: Mapping[str, Any]
) -> list[Item]:
    """Every chosen record but the one that stays (option "keep"). Refuses more than a few."""
    numbers = list(db.session.scalars(records)) if isinstance(records, Select) else records
    group = sorted(set(numbers))
    if not 2 <= len(group) <= FEW:
        raise Refused(few())
    said = {"into": options["keep"], "group": group, "why": "chosen"}
    return [{"record_id": n, "payload": said} for n in group if n != options["keep"]]


def into_groups(
    user: User, records: Select[Any] | list[int], options: Mapping[str, Any]
) -> list[Item]:
    """Every record that goes, those of a group behind each other.

    Options: "same" (exact, name) says what makes a group, "stays" (oldest, latest) which record
    of it stays. Refuses where there is no group.
    """
    model = MODELS[options["record"]]
    seen = select(model.id).where(model.deleted_at.is_(None), visible(user, model))
    some = seen.where(model.id.in_(records if isinstance(records, Select) else list(records)))
    found = list(queries.pairs(options["record"], some, by_name=options["same"] == "name"))
    why = {number: reason for _key, number, reason in reversed(found)}
    together = groups([(key, number) for key, number, _why in found])
    newest = _changed_at(model, together) if options["stays"] == "latest" else {}
    rows = [row for group in together for row in _of_group(group[:MOST_IN_GROUP], newest, why)]
    if not rows:
        raise Refused(_("None of these look like duplicates of each other."))
    if len(rows) > MOST:
        most = f"{MOST:,}"
        raise Refused(_("That is more than %(most)s rows. Narrow the list first.", most=most))
    return rows


def _of_group(
    group: Sequence[int], newest: Mapping[int, Any], why: Mapping[int, str]
) -> list[Item]:
    into = max(group, key=lambda n: (newest[n], -n)) if newest else group[0]
    return [
        {"record_id": n, "payload": {"into": into, "group": group, "why": why[n]}}
        for n in group
        if n != into
    ]


def _changed_at(model: Any, together: Sequence[Sequence[int]]) -> dict[int, Any]:
    numbers = [number for group in together for number in group]
    found: dict[int, Any] = {}
    for start in range(0, len(numbers), SOME):
        some = model.id.in_(numbers[start : start + SOME])
        rows = db.session.execute(select(model.id, model.updated_at).where(some))
        found.update({number: at for number, at in rows})
    return found


def few() -> str:
    """What to choose for merging into one, in words."""
    return _("Choose 2 to %(most)s rows to make one of them.", most=FEW)
