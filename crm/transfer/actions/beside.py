"""What others wrote of an erased person beside their record: names and addresses in texts.

A task of a deal, a note on a company, a notice or a mail to one of us may name somebody who is to
be forgotten. The words go, the rest of the text stays.
"""

import json
import re
from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, String, cast, or_, select, update

from crm.accounts.models import SecurityEvent
from crm.activities.models import Entry, EntryText, NoteDraft, Task
from crm.batches.models import Batch
from crm.contacts.models import Consent, Contact
from crm.contacts.rules import fold
from crm.core.db import db
from crm.deals.models import Closure, Deal
from crm.fields.models import FieldValue
from crm.fields.typed import match_key
from crm.filters.models import SavedView, Segment
from crm.history import actions as history
from crm.leads.models import Assignment, Intake, Touch
from crm.mail.models import Outbox, Suppression
from crm.notices.models import Notice
from crm.quizzes.actions.erase import blank_strays
from crm.sequences.models import EnrolmentStep
from crm.transfer.models import Export, Import

# A first name alone is many people's, and a short number stands in many others.
SHORTEST_NAME, SHORTEST_NUMBER = 5, 7
TEXTS: tuple[tuple[type[Any], tuple[str, ...]], ...] = (
    (Entry, ("title", "body", "details")),
    (EntryText, ("body",)),
    (NoteDraft, ("body",)),
    (Task, ("title", "note", "outcome")),
    (Closure, ("reason", "competitor", "note")),
    (Notice, ("title", "body")),
    # Servers repeat the address they refuse; files, filters and trials are named by people.
    (Outbox, ("to_name", "subject", "text", "html", "last_text", "context", "headers", "reason")),
    (EnrolmentStep, ("reason",)),
    (Assignment, ("reason", "candidates")),
    (Touch, ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")),
    (Consent, ("text",)),
    (Suppression, ("reason",)),
    (SavedView, ("name", "params")),
    (Segment, ("note", "filter")),
    (Batch, ("options", "error")),
    (Import, ("name", "columns", "tags")),
    (Export, ("error",)),
)


class Words:
    """The words that say who somebody is, as they are taken out of texts."""

    def __init__(self, contacts: Iterable[Contact]):
        self.found: set[str] = set()
        self.addresses: set[str] = set()
        for contact in contacts:
            self._add(contact)
        longest_first = sorted(self.found, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, longest_first)), re.IGNORECASE)

    def _add(self, contact: Contact) -> None:
        name = contact.name.strip()
        if " " in name and len(name) >= SHORTEST_NAME:
            self.found.add(name)
        for mail in contact.emails:
            self.addresses |= {mail.address, mail.canonical}
        self.found |= self.addresses
        for phone in contact.phones:
            numbers = {phone.raw, phone.e164 or "", phone.digits}
            self.found |= {one for one in numbers if len(one) >= SHORTEST_NUMBER}

    def in_column(self, column: Any, words: Iterable[str] | None = None) -> ColumnElement[bool]:
        """Whether a column of text or JSON says one of them."""
        wanted = sorted(self.found if words is None else words)
        spelled = {*wanted, *(json.dumps(one)[1:-1] for one in wanted)}
        return or_(*(cast(column, String).icontains(one, autoescape=True) for one in spelled))

    def out_of(self, value: Any) -> Any:
        """A text, or the texts in a value of JSON, without them."""
        if isinstance(value, str):
            return self._pattern.sub(lambda _found: _("Deleted on request"), value)
        if isinstance(value, list):
            return [self.out_of(one) for one in value]
        if isinstance(value, dict):
            return {key: self.out_of(one) for key, one in value.items()}
        return value


def forget_beside(words: Words) -> None:
    """Take the words out of texts of other records, and empty what the history kept of them."""
    if not words.found:
        return
    _rename_deals(words)
    _clean_fields(words)
    _rename_segments(words)
    for model, names in TEXTS:
        _clean(model, names, words)
    _empty_events(words)
    if words.addresses:
        _forget_arrivals(words)
    db.session.flush()
    history.empty_saying(words.found)


def _clean(model: type[Any], names: tuple[str, ...], words: Words) -> None:
    columns = [getattr(model, name) for name in names]
    said = or_(*(words.in_column(column) for column in columns))
    if model is Outbox:
        said &= Outbox.lease_until.is_(None)
    for row in db.session.execute(select(model.id, *columns).where(said)).all():
        values = {name: words.out_of(getattr(row, name)) for name in names}
        statement = update(model).where(model.id == row.id).values(**values)
        db.session.execute(statement.execution_options(synchronize_session=False))


def _empty_events(words: Words) -> None:
    """What was noted of sign-ins and exports stays as it is, or is emptied: nothing else goes."""
    statement = update(SecurityEvent).where(words.in_column(SecurityEvent.details))
    db.session.execute(statement.values(details={}).execution_options(synchronize_session=False))


def _rename_deals(words: Words) -> None:
    for deal in db.session.scalars(select(Deal).where(words.in_column(Deal.name))):
        deal.name = words.out_of(deal.name)[:200]
        deal.sort_name = deal.name.lower()


def _rename_segments(words: Words) -> None:
    """A segment's name is told from others without case and marks, so it gets its number."""
    for segment in db.session.scalars(select(Segment).where(words.in_column(Segment.name))):
        segment.name = f"{words.out_of(segment.name)} {segment.id}"
        segment.folded = fold(segment.name)


def _clean_fields(words: Words) -> None:
    """What companies and deals say in fields of the house's own; one that must differ goes."""
    for value in db.session.scalars(select(FieldValue).where(words.in_column(FieldValue.text))):
        if value.is_unique:
            db.session.delete(value)
            continue
        value.text = words.out_of(value.text)
        if value.sort_text is not None:
            value.sort_text = fold(value.text)[:100]
            value.match_key = match_key("text", value.text)


def _forget_arrivals(words: Words) -> None:
    """Arrivals held back and attempts kept apart, which belong to no record yet."""
    held = Intake.contact_id.is_(None), words.in_column(Intake.payload, words.addresses)
    statement = update(Intake).where(*held).values(payload={}, outcome="refused")
    db.session.execute(statement.execution_options(synchronize_session=False))
    blank_strays(words.in_column, words.addresses)
