"""The mail that leads somebody to their own data, or says that we hold nothing."""

from typing import Any

from flask_babel import gettext as _

from crm.accounts.queries import workspace
from crm.core import links, words
from crm.mail.models import Outbox
from crm.mail.rules import Letter, MailKind
from crm.quizzes.queries.spoken import Spoken, spoken_by
from crm.transfer.asked import GOOD_FOR, known_at, token_for


def compose(row: Outbox) -> Letter:
    """The link for whoever reads the mailbox; who they are is looked up only now."""
    people = known_at(row.to_address)
    spoken = spoken_by(people[0]) if people else ("", {})
    language, own = spoken if spoken[0] else (str(row.context.get("locale") or "en"), {})
    with words.spoken(language, own):
        return _letter(row, people, (language, own))


def _letter(row: Outbox, people: list[Any], spoken: Spoken) -> Letter:
    house = workspace()
    company = house.name if house else ""
    token = token_for(people, row.to_address, row.created_at) if people else ""
    return Letter(
        subject=_("Your data with %(company)s", company=company),
        template="mail/data",
        locale=spoken[0],
        words=spoken[1],
        context={
            "company": company,
            "link": links.absolute(f"/m/{token}/data") if token else "",
            "until": row.created_at + GOOD_FOR,
        },
        from_name=company or None,
        reply_to=house.contact_email if house else None,
    )


# In the lane of links that are powers: its text is not kept, and it passes a stop of all mails,
# because whoever asks for it wants it.
MAILS = [MailKind("data", "security", compose, expires=GOOD_FOR)]
