"""From a letter to the bytes of RFC 5322: rendered, inlined, with every header checked."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from functools import cache
from pathlib import Path

import css_inline
from flask import current_app, g
from flask_babel import force_locale

from crm.accounts.models import User
from crm.accounts.queries import workspace
from crm.accounts.rules import may
from crm.core import links, words
from crm.core.db import db
from crm.mail import queries
from crm.mail.models import Outbox
from crm.mail.rules import Letter

SHEETS = Path(__file__).parent / "sheets"
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
MOST_SUBJECT = 200
MOST_HTML = 100_000
# A mail that leaves later than this after it was written says so.
PROMPT = timedelta(minutes=2)
# Everything leaves as 7 bit: no server on the way has to be able to do more.
WIRE = policy.SMTP.clone(cte_type="7bit")
ANSWERS_NOBODY = {"notice", "reminder", "digest"}


class Unsendable(Exception):
    """This mail can never be sent as it is; the text says why."""


@dataclass(frozen=True)
class Written:
    """A mail ready for the wire."""

    sender: str
    recipient: str
    subject: str
    text: str
    html: str
    headers: dict[str, str]
    body: bytes


def write(row: Outbox, letter: Letter, now: datetime) -> Written:
    """Render `letter` for the recipient of `row`; raises Unsendable for a header with a break."""
    html, text = _render(row, letter, now)
    message = EmailMessage(policy=WIRE)
    sender = letter.from_address or queries.from_address()
    headers = {
        "From": _address(letter.from_name or queries.from_name(), sender),
        "To": _address(row.to_name, _recipient(row)),
        "Subject": _line(letter.subject, "Subject")[:MOST_SUBJECT],
        "Date": format_datetime(now),
        "Message-ID": row.message_id,
        "X-Tend-Kind": row.kind,
        "X-Tend-Id": str(row.id),
        **({"Reply-To": _address("", letter.reply_to)} if letter.reply_to else {}),
        **({"Auto-Submitted": "auto-generated"} if row.kind in ANSWERS_NOBODY else {}),
        **letter.headers,
    }
    for name, value in headers.items():
        message[name] = value if isinstance(value, Address) else _line(str(value), name)
    message.set_content(text)
    message.add_alternative(html, subtype="html")
    return Written(
        sender=_bare(sender),
        recipient=_recipient(row),
        subject=str(message["Subject"]),
        text=text,
        html=html,
        headers={name: str(message[name]) for name in headers},
        body=message.as_bytes(),
    )


def _render(row: Outbox, letter: Letter, now: datetime) -> tuple[str, str]:
    _settle_reader(row)
    house = workspace()
    names = {
        "mail": row,
        "house": house,
        "absolute": links.absolute,
        "subject": letter.subject,
        "dark_sheet": _sheet("dark"),
        "leaves_at": now,
        "is_delayed": now - row.created_at > PROMPT,
        **letter.context,
    }
    env = current_app.jinja_env
    with words.spoken(letter.locale, letter.words), force_locale(str(g.locale)):
        html = env.get_template(f"{letter.template}.html").render(names)
        text = env.get_template(f"{letter.template}.txt").render(names)
    html = _inliner().inline(html)
    if len(html) > MOST_HTML:
        raise Unsendable(f"the text is too long ({len(html)} bytes; mailboxes cut at 102,400)")
    return html, re.sub(r"\n{4,}", "\n\n\n", text.strip()) + "\n"


def _settle_reader(row: Outbox) -> None:
    """Times and words are those of the one who reads, not of whoever read the last mail."""
    house = workspace()
    user = db.session.get(User, row.user_id) if row.user_id else None
    g.sees_amounts = user is None or may(user, "see_amounts")
    g.zone = user.zone if user else (house.zone if house else None)
    g.locale = (user.locale if user else None) or (house.locale if house else None) or "en"


@cache
def _inliner() -> css_inline.CSSInliner:
    return css_inline.CSSInliner(
        extra_css=_sheet("base") + _sheet("parts"),
        load_remote_stylesheets=False,
        keep_style_tags=True,
    )


@cache
def _sheet(name: str) -> str:
    return (SHEETS / f"{name}.css").read_text(encoding="utf-8")


def _recipient(row: Outbox) -> str:
    """The address as typed, its domain as the network wants it."""
    local = row.to_address.strip().rpartition("@")[0]
    domain = row.to_canonical.rpartition("@")[2]
    return _bare(f"{local}@{domain}")


def _bare(address: str) -> str:
    address = address.strip()
    if CONTROL.search(address) or not address.isascii() or " " in address:
        raise Unsendable("the address holds characters that mail servers refuse")
    return address


def _address(name: str, address: str) -> str:
    try:
        return str(Address(_line(name, "name"), addr_spec=_bare(address)))
    except (ValueError, IndexError) as error:
        raise Unsendable(f"the address cannot be written: {error}") from None


def _line(text: str, where: str) -> str:
    if CONTROL.search(text):
        raise Unsendable(f"{where} holds a line break or another control character")
    return text
