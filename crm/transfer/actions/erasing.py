"""Erasing a person (C10): who it was and what was said goes, what happened when stays.

It stands here because files that came in and went out hold people too.
"""

import json
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, String, and_, cast, delete, or_, select, text, update

from crm.accounts import actions as accounts
from crm.accounts.models import User
from crm.activities import actions as activities
from crm.activities.models import Entry, EntryText, NoteDraft
from crm.batches.models import BatchItem
from crm.contacts import actions as contacts
from crm.contacts.models import Consent, Contact, Tagging
from crm.contacts.queries import PURPOSES
from crm.core.db import db
from crm.core.lasting import erasing
from crm.core.queue import ring
from crm.core.refusal import Refused
from crm.deals.models import Deal
from crm.duplicates.models import Merger
from crm.fields.models import FieldValue
from crm.files import actions as files
from crm.files.models import Attachment
from crm.filters.models import SegmentMember
from crm.history import actions as history
from crm.history.writing import because
from crm.leads.models import Assignment, Intake, LifecycleChange, Touch
from crm.mail.actions import suppression
from crm.mail.models import DeliveryEvent, InboundMessage, Outbox
from crm.quizzes.actions.anonymous import WITHOUT_WORDS, forget_results, make_anonymous
from crm.quizzes.actions.erase import blank_attempts
from crm.search.models import SearchWord
from crm.search.rules import words_of, words_of_email
from crm.search.spelling import forget_unused
from crm.sequences import actions as sequences
from crm.transfer.actions.beside import Words, forget_beside
from crm.transfer.models import Export, ExternalId, Import
from crm.transfer.writers.contacts import marks_of
from crm.transfer.writers.held import mark_of

NO_MAIL = "marketing"


def erase(contact: Contact, by: User | None, reason: str, address: str = "") -> Contact:
    """Make a contact nobody's, with all that was merged into it. It cannot be taken back.

    Their addresses stay as keyed hashes on the list of whom not to write to. `by` is None where
    the person did it. Raises Refused without a reason.
    """
    if not reason.strip():
        raise Refused(_("Say why: this stays in the log."), field="reason")
    because("erased")
    all_of_them = [contact, *_merged_into(contact)]
    words = Words(all_of_them)
    why = words.out_of(reason)[:200]
    for one in reversed(all_of_them):
        _erase(one, by)
    with erasing():
        forget_beside(words)
    db.session.expire_all()
    _merge_index()
    ring("crm.core.jobs.fold_journal")
    accounts.note("erased", by=by, address=address, contact=contact.id, reason=why)
    return contact


def _merged_into(contact: Contact) -> list[Contact]:
    """All that was merged into a contact, and into those."""
    found = db.session.scalars(select(Contact).where(Contact.merged_into_id == contact.id))
    return [one for gone in found for one in (gone, *_merged_into(gone))]


@erasing()
def _erase(contact: Contact, by: User | None) -> None:
    number, known = contact.id, _words(contact)
    _forget_files_of(contact)
    _end_mail(contact)
    sequences.stop_for_contact(number, reason="erased", cause=str(by.id if by else ""))
    blank_attempts(number)
    deals = [] if " " in contact.name else _rename_deals(contact)
    db.session.flush()
    forget_results(contact)
    make_anonymous(contact)
    contact.source = ""
    contact.quiz_score = contact.quiz_tier = contact.quiz_level = contact.quiz_attempt_id = None
    db.session.flush()
    _delete_beside(number)
    _empty_beside(number)
    actor, by_id = ("user", by.id) if by else ("prospect", None)
    activities.record("erasure", contact_id=number, actor=actor, user_id=by_id, title=_("Erased"))
    db.session.execute(
        _gone(SearchWord, SearchWord.kind == "contact", SearchWord.record_id == number)
    )
    forget_unused(known)
    db.session.flush()
    history.empty("contact", [number])
    if deals:
        history.empty("deal", deals)
    db.session.expire_all()


def _words(contact: Contact) -> set[str]:
    addresses = [word for row in contact.emails for word in words_of_email(row.canonical)]
    return {*words_of(contact.name), *addresses}


def _end_mail(contact: Contact) -> None:
    """No more mails: those written are cancelled, consent ends, the addresses stay as hashes."""
    for row in contact.emails:
        suppression.suppress(row.address, scope=NO_MAIL, reason="erased", source="erasure")
    for purpose in PURPOSES:
        contacts.record_consent(
            contact, purpose=purpose, is_granted=False, text="erased", text_version=1,
            locale="en", source="erasure",
        )  # fmt: skip
    waiting = Outbox.contact_id == contact.id, Outbox.state.in_(["queued", "held"])
    for mail in db.session.scalars(select(Outbox).where(*waiting)):
        mail.state, mail.reason = "cancelled", "erased"
    _empty_links([row.canonical for row in contact.emails])


def _empty_links(addresses: list[str]) -> None:
    """Take the addresses out of mails that led to this page: they belong to no record.

    One that is leaving is emptied two days later, as all of its kind (`forget_askers`).
    """
    to_them = Outbox.kind == "data", Outbox.to_canonical.in_(addresses)
    free = Outbox.lease_until.is_(None), Outbox.state.not_in(["claimed", "handoff"])
    found = select(Outbox.id).where(*to_them, *free)
    _change(DeliveryEvent, DeliveryEvent.outbox_id.in_(found), details={})
    waiting = and_(*to_them, *free, Outbox.state.in_(["queued", "held"]))
    _change(Outbox, waiting, state="cancelled", reason="erased")
    _change(Outbox, and_(*to_them, *free), **WITHOUT_WORDS)


def _rename_deals(contact: Contact) -> list[int]:
    """Take a name of one word out of the names of their own deals only; which ones that were."""
    theirs = Deal.contact_id == contact.id, Deal.name.contains(contact.name, autoescape=True)
    found = list(db.session.scalars(select(Deal).where(*theirs))) if contact.name else []
    for deal in found:
        deal.name = deal.name.replace(contact.name, _("Deleted on request"))[:200]
        deal.sort_name = deal.name.lower()
    return [deal.id for deal in found]


def _entries(number: int) -> Select[int]:
    return select(Entry.id).where(Entry.contact_id == number)


def _delete_beside(number: int) -> None:
    """Rows that say nothing without the person."""
    of_them = Attachment.contact_id == number, Attachment.entry_id.in_(_entries(number))
    gone = list(db.session.scalars(select(Attachment).where(or_(*of_them))))
    files.burn(gone)
    for model, where in (
        (EntryText, EntryText.entry_id.in_(_entries(number))),
        (NoteDraft, NoteDraft.contact_id == number),
        (FieldValue, FieldValue.contact_id == number),
        (Tagging, Tagging.contact_id == number),
        (SegmentMember, SegmentMember.contact_id == number),
        (InboundMessage, InboundMessage.contact_id == number),
    ):
        db.session.execute(_gone(model, where))
    theirs = ExternalId.record == "contact", ExternalId.record_id == number
    db.session.execute(_gone(ExternalId, *theirs))


def _empty_beside(number: int) -> None:
    """Rows that count, without their words."""
    blank: dict[type[Any], dict[str, Any]] = {
        Entry: {"edited_at": None, "pinned_at": None, "outcome": None},
        Intake: {"payload": {}},
        Touch: {"visitor_ref": "", "landing_path": "", "referrer_origin": "", "details": {}},
        LifecycleChange: {"evidence": ""},
        Assignment: {"inputs": {}},
        Merger: {"was": {}, "mark": ""},
        Consent: {"page_url": "", "address_hash": "", "details": {}},
    }
    for model, values in blank.items():
        _change(model, model.contact_id == number, **values)  # type: ignore[attr-defined]


def _forget_files_of(contact: Contact) -> None:
    """Rows of imports about them, the files those came in, and all files written lately."""
    marks = {mark for mark in map(mark_of, marks_of(contact)) if mark}
    about = or_(BatchItem.record_id == contact.id, BatchItem.mark.in_(marks))
    words = [contact.name, *(row.canonical for row in contact.emails)]
    told = cast(BatchItem.payload, String)
    about = or_(about, *(told.icontains(one, autoescape=True) for one in _as_json(words)))
    rows = BatchItem.payload.is_not(None) & about
    batches = set(db.session.scalars(select(BatchItem.batch_id).where(rows)))
    _change(BatchItem, rows, payload=None, reason="")
    came = or_(Import.batch_id.in_(batches), Import.batch_id.is_(None))
    _change(Import, came & Import.data.is_not(None), data=None, sample={})
    _change(Export, Export.data.is_not(None), data=None, state="emptied", query="", ids=[])


def _as_json(words: list[str]) -> set[str]:
    """Words as they stand in a column of JSON, whatever writes it."""
    long = [one for one in words if len(one) > 3]
    return {*long, *(json.dumps(one)[1:-1] for one in long)}


def _merge_index() -> None:
    """Take emptied words out of SQLite's indexes too: it only marks them as gone."""
    if db.engine.dialect.name == "sqlite":
        for one in ("entry_fts", "task_fts"):
            db.session.execute(text(f"INSERT INTO {one}({one}) VALUES('optimize')"))


def _change(model: type[Any], where: Any, **values: Any) -> None:
    statement = update(model).where(where).values(**values)
    db.session.execute(statement.execution_options(synchronize_session=False))


def _gone(model: type[Any], *where: Any) -> Any:
    return delete(model).where(*where).execution_options(synchronize_session=False)
