"""Notes: writing, answering, naming colleagues, editing, taking away; and what is not saved yet."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, bindparam, delete, select, update

from crm.accounts import queries as people
from crm.accounts.models import User
from crm.accounts.queries import may_see
from crm.activities.actions.entries import SETTLE, record
from crm.activities.actions.touching import recount
from crm.activities.mentions import mentioned
from crm.activities.models import Entry, EntryText, NoteDraft
from crm.activities.rules import WRITTEN, note_words
from crm.core import clock
from crm.core.db import connection, db
from crm.core.inserts import insert_once
from crm.core.prepared import Prepared
from crm.core.queue import ring
from crm.core.refusal import Refused
from crm.files import actions as files
from crm.files.actions import Kept
from crm.notices import actions as notices

KEPT = timedelta(days=30)  # a note that was taken away can be put back so long
EXCERPT = 140
# Written once: each note that is saved drops what was kept of it.
DROP_DRAFT = Prepared(
    delete(NoteDraft.__table__).where(  # type: ignore[arg-type]
        NoteDraft.user_id == bindparam("by_id"), NoteDraft.place == bindparam("at_place")
    )
)
PATHS = {"contact": "contacts", "company": "companies", "deal": "deals"}


def write_note(
    *,
    by: User,
    body: str,
    contact_id: int | None = None,
    company_id: int | None = None,
    deal_id: int | None = None,
    is_private: bool = False,
    kept: Sequence[Kept] = (),
    about: Any = None,
) -> Entry:
    """A note in Markdown on a record, with files that lie on disk. Refused when it is empty.

    A private one is read by its writer alone and moves nothing on the record. `about` is the
    record: with it, colleagues named with @ who may see it are told.
    """
    if not body.strip():
        raise Refused(_("Write something first."), field="body")
    ids: dict[str, Any] = {"contact_id": contact_id, "company_id": company_id, "deal_id": deal_id}
    private_to_id = by.id if is_private else None
    entry = record("note", user_id=by.id, body=body, private_to_id=private_to_id, **ids)
    if kept:
        db.session.flush()
        files.attach_all(kept, by=by, entry_id=entry.id, **ids)
    tell_mentioned(entry, by, about)
    return entry


def reply(parent: Entry, by: User, body: str, about: Any = None) -> Entry:
    """An answer under a note; its writer is told. On a private note it is private too."""
    if not body.strip():
        raise Refused(_("Write something first."), field="body")
    if parent.parent_id or parent.kind not in WRITTEN:
        raise Refused(_("Answer the note itself."))
    answer = record(
        "note",
        contact_id=parent.contact_id,
        company_id=parent.company_id,
        deal_id=parent.deal_id,
        user_id=by.id,
        body=body,
        private_to_id=parent.private_to_id,
        parent_id=parent.id,
    )
    db.session.flush()
    told = tell_mentioned(answer, by, about)
    writer = people.user_by_id(parent.user_id)
    if about is not None and writer and writer.id not in {by.id, *told} and writer.is_active:
        if may_see(writer, about):
            title = _("%(name)s answered your note", name=by.name)
            _tell(writer.id, answer, title, about, "reply")
    return answer


def tell_mentioned(entry: Entry, by: User, about: Any) -> list[int]:
    """Tell each colleague named in a note once, if they may see the record; whom that was."""
    if about is None or entry.private_to_id or "@" not in entry.body:
        return []
    seeing = {one.id: one.name for one in people.who_sees(about)}
    named = [number for number in mentioned(entry.body, seeing) if number != by.id]
    if named:
        db.session.flush()
    for number in named:
        title = _("%(name)s mentions you: %(record)s", name=by.name, record=about.name)
        _tell(number, entry, title, about, "mention")
    return named


def edit_note(entry: Entry, by: User, body: str, *, seen: str, about: Any = None) -> None:
    """Give an entry a new text and keep the one it had; only its writer does.

    `seen` is the text the writer began with: Refused when it was changed meanwhile, or is empty.
    """
    if entry.user_id != by.id or entry.kind not in WRITTEN:
        raise Refused(_("Only who wrote it can change it."))
    if not body.strip() and entry.kind == "note":
        raise Refused(_("Write something first."), field="body")
    if _plain(seen) != _plain(entry.body):
        raise Refused(
            _("It was changed in another window. It now says: %(text)s", text=entry.body),
            field="body",
        )
    if _plain(body) == _plain(entry.body):
        return
    written_at = entry.edited_at or entry.created_at
    former = EntryText(entry_id=entry.id, body=entry.body, user_id=by.id, written_at=written_at)
    db.session.add(former)
    entry.body, entry.edited_at = body, clock.now()
    tell_mentioned(entry, by, about)


def edit_talk(
    entry: Entry, by: User, body: str, *, seen: str, about: Any = None, facts: Mapping[str, Any]
) -> None:
    """Put a logged call or meeting right: its text as `edit_note` does, and its facts.

    `facts`: minutes, at (UTC), and of a call its outcome and direction. What followed from the talk
    (a lifecycle, a met promise) stays as it is; the last words are counted anew.
    """
    edit_note(entry, by, body, seen=seen, about=about)
    for name, value in facts.items():
        if getattr(entry, name) != value:
            setattr(entry, name, value)
    recount(entry)
    if entry.contact_id:
        ring(SETTLE, entry.contact_id)


def remove_note(entry: Entry, by: User) -> None:
    """Take a note or external event away, its replies with it; for 30 days it can be put back."""
    if entry.kind not in ("note", "external"):
        raise Refused(_("What happened stays in the timeline."))
    unsay(entry, by)


def unsay(entry: Entry, by: User) -> None:
    """Take away what a person wrote or logged by mistake; the row stays, and nobody reads it.

    Its replies go with it. Refused to others than its writer and those who look after all.
    """
    check_remover(entry.user_id, by)
    now = clock.now()
    for one in [entry, *_replies(entry, Entry.removed_at.is_(None))]:
        one.removed_at, one.removed_by_id = now, by.id
    recount(entry)


def check_remover(writer_id: int | None, by: User) -> None:
    """Refuse to take away what others wrote or logged, but to those who look after all."""
    if writer_id != by.id and not by.sees_all:
        raise Refused(_("Only who wrote it can take it away."))


def put_back_note(entry: Entry, by: User) -> None:
    """Put back what was taken away, with the replies that went with it."""
    at = entry.removed_at
    if at is None:
        return
    if by.id not in {entry.user_id, entry.removed_by_id} and not by.sees_all:
        raise Refused(_("Only who wrote it can put it back."))
    if clock.now() - at > KEPT:
        raise Refused(_("This was taken away more than 30 days ago."))
    for one in [entry, *_replies(entry, Entry.removed_at == at)]:
        one.removed_at = one.removed_by_id = None
    recount(entry)


def check_writer(entry: Entry, names: Iterable[str], by: User) -> None:
    """Refuse to give others' words back their former text, or take them away or put them back.

    As it is by the note itself: its writer may, who took it away may put it back for 30 days, and
    who looks after all. Replies go with their note.
    """
    parent = db.session.get(Entry, entry.parent_id) if entry.parent_id else None
    allowed = {entry.user_id, *([parent.user_id] if parent else ())}
    if "removed_at" in names and entry.removed_at:
        if clock.now() - entry.removed_at > KEPT:
            raise Refused(_("This was taken away more than 30 days ago."))
        allowed.add(entry.removed_by_id)
    if "body" in names:
        allowed = {entry.user_id}
    is_theirs = not {"body", "removed_at"}.isdisjoint(names)
    if is_theirs and by.id not in allowed and not by.sees_all:
        raise Refused(_("Only who wrote it can change it."))


def _replies(entry: Entry, *which: ColumnElement[bool]) -> Sequence[Entry]:
    return db.session.scalars(select(Entry).where(Entry.parent_id == entry.id, *which)).all()


def pin(entry: Entry) -> None:
    """Let an entry stand on top of its record."""
    if entry.parent_id:
        raise Refused(_("Pin the note itself."))
    entry.pinned_at = entry.pinned_at or clock.now()


def unpin(entry: Entry) -> None:
    """Let an entry stand where it happened alone."""
    entry.pinned_at = None


def keep_draft(by: User, place: str, body: str, **ids: int | None) -> None:
    """Remember what a person has begun to write on a record; an empty text forgets it."""
    if not body.strip():
        drop_draft(by, place)
        return
    values = {"user_id": by.id, "place": place, "body": body, "saved_at": clock.now(), **ids}
    kept = db.session.execute(
        update(NoteDraft)
        .where(NoteDraft.user_id == by.id, NoteDraft.place == place)
        .values(body=body, saved_at=values["saved_at"])
    )
    if not kept.rowcount:  # type: ignore[attr-defined]
        insert_once(NoteDraft, values, "user_id", "place")


def drop_draft(by: User, place: str) -> None:
    """Forget what a person has begun to write on a record."""
    DROP_DRAFT.run(connection(), {"by_id": by.id, "at_place": place})


def forget_texts(contact_id: int) -> None:
    """Forget the former texts and unsaved notes about a contact, who asked to be deleted."""
    about = select(Entry.id).where(Entry.contact_id == contact_id)
    db.session.execute(delete(EntryText).where(EntryText.entry_id.in_(about)))
    db.session.execute(delete(NoteDraft).where(NoteDraft.contact_id == contact_id))


def show_oldest_first(by: User, is_oldest_first: bool) -> None:
    """Which end of timelines this person wants on top."""
    by.is_oldest_first = is_oldest_first


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def _tell(user_id: int, entry: Entry, title: str, about: Any, kind: str) -> None:
    shown = entry.parent_id or entry.id
    notices.tell(
        user_id,
        kind=kind,
        title=title,
        body=note_words(entry.body)[:EXCERPT],
        url=f"/{PATHS[about.__tablename__]}/{about.id}?entry={shown}#event-{shown}",
        dedupe_key=f"{kind}:{entry.id}:{user_id}",
    )
