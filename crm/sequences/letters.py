"""What a nurture mail says: the step's text, its sender, and the way out."""

from typing import Any
from urllib.parse import quote

from flask_babel import gettext as _
from sqlalchemy import select

from crm.accounts.models import User
from crm.accounts.queries import user_by_id, workspace
from crm.contacts.models import Consent, Contact
from crm.contacts.queries import known_link
from crm.contacts.rules import canonical_email
from crm.core import links, signing
from crm.core.db import db
from crm.mail import queries as mail
from crm.mail.message import Unsendable
from crm.mail.models import Outbox
from crm.mail.rules import Letter
from crm.sequences import filling, queries, rules
from crm.sequences.models import Enrolment, Sequence
from crm.sequences.rules.fields import missing


def compose(row: Outbox) -> Letter | None:
    """The letter of a nurture mail; raises Unsendable when a field has no value."""
    step = queries.step_of(row)
    enrolment = db.session.get(Enrolment, step.enrolment_id) if step else None
    if step is None or enrolment is None:
        return None
    spec = enrolment.sequence_version.spec
    written = queries.spec_step(spec, step.step_key)
    sender = user_by_id(row.sender_id) or queries.sender_of(enrolment)
    if written is None or sender is None:
        raise Unsendable("nobody is there to send it")
    token = token_for(row)
    return _letter(
        written, enrolment.contact, sender, context=_context(enrolment, row),
        sequence=enrolment.sequence, token=token,
        count=len(spec["steps"]), consent=_consent(enrolment.contact_id),
    )  # fmt: skip


def _context(enrolment: Enrolment, row: Outbox) -> dict[str, Any]:
    """The links of an enrolment; the one to the quiz says who comes, so that less is asked."""
    url = enrolment.context.get("quiz_link")
    if not url:
        return enrolment.context
    link = known_link(url, enrolment.contact_id, row.to_address, row.created_at)
    return enrolment.context | {"quiz_link": link}


def compose_test(row: Outbox) -> Letter | None:
    """The same letter for the colleague who tries it, marked [Test]."""
    sequence = db.session.get(Sequence, row.context["sequence_id"])
    contact = db.session.get(Contact, row.context["contact_id"])
    sender = user_by_id(row.sender_id)
    if sequence is None or sender is None:
        return None
    written = queries.spec_step(sequence.draft, row.context["step"])
    if written is None:
        return None
    context = {name: links.absolute("/") for name in ("result_link", "quiz_link")}
    token = signing.sign("mail", [0, 0, ""])
    return _letter(
        {**written, "subject": "[Test] " + written["subject"]},
        contact or _somebody(), sender, context=context, sequence=sequence, token=token,
        count=len(sequence.draft["steps"]), consent=None, reader=user_by_id(row.user_id),
    )  # fmt: skip


def _somebody() -> Contact:
    return Contact(name="Ben Example", first_name="Ben", last_name="Example")


def token_for(row: Outbox) -> str:
    """The token of a mail's own pages under /m/: valid for ever, even after erasure."""
    hash_ = signing.keyed_hash("address", canonical_email(row.to_address))
    return signing.sign("mail", [row.id, row.contact_id or 0, hash_])


def _letter(
    written: dict[str, Any], contact: Contact, sender: User, *, context: dict[str, Any],
    sequence: Sequence, token: str, count: int, consent: Consent | None, reader: User | None = None,
) -> Letter:  # fmt: skip
    values = filling.values(contact, sender, context, reader)
    lacking = missing(written["body"] + written["subject"], values)
    if lacking:
        raise Unsendable(f"no value for {', '.join(lacking)}")
    way_out = links.absolute(f"/m/{token}/unsubscribe")
    home = mail.from_address()
    is_ours = sender.email.rpartition("@")[2].lower() == home.rpartition("@")[2].lower()
    return Letter(
        subject=rules.fill(written["subject"], values),
        template="sequences/mail/nurture",
        context={
            "preview": rules.fill(written["preview"], values),
            "body_html": rules.as_html(written["body"], values),
            "body_text": rules.as_text(written["body"], values),
            "sender": sender,
            "house": workspace(),
            "count": _word(count),
            "consent": consent,
            "way_out": way_out,
            "preferences": links.absolute(f"/m/{token}/preferences"),
        },
        from_name=sender.name,
        from_address=sender.email if is_ours else home,
        reply_to=None if is_ours else sender.email,
        headers={
            "List-Unsubscribe": f"<{way_out}>, <mailto:{home}?subject={quote('unsubscribe')}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "List-Id": f"<{sequence.slug}.{mail.sending_domain()}>",
            "Feedback-ID": f"{sequence.id}:{sequence.slug}:nurture:tend",
        },
    )


def _word(count: int) -> str:
    words = (
        _("one"), _("two"), _("three"), _("four"), _("five"), _("six"), _("seven"), _("eight"),
        _("nine"), _("ten"),
    )  # fmt: skip
    return words[count - 1] if 1 <= count <= len(words) else str(count)


def _consent(contact_id: int) -> Consent | None:
    rows = select(Consent).where(
        Consent.contact_id == contact_id,
        Consent.purpose == "marketing",
        Consent.is_granted,
        Consent.state != "pending",
    )
    return db.session.scalars(rows.order_by(Consent.id.desc())).first()
