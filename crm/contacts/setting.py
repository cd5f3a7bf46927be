"""Fields of a contact that hold several values: set in the cell of a list, commas between them."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import StringField
from wtforms.validators import Length, Optional, ValidationError

from crm.accounts.models import User
from crm.accounts.rules import check_claimed
from crm.contacts import actions
from crm.contacts.models import Contact
from crm.contacts.rules import LONGEST, MOST_WAYS, canonical_email, digits, tag_name, tags_typed
from crm.fields.setting import Setting

BETWEEN = {"email": re.compile(r"[,;\s]+"), "phone": re.compile(r"[,;\n]+")}
LONGEST_CELL = 60_000


def _parts(key: str, text: str | None) -> list[str]:
    if key == "tags":
        return tags_typed(text)
    return list(
        dict.fromkeys(one for part in BETWEEN[key].split(text or "") if (one := part.strip()))
    )


def _check(key: str, part: str) -> None:
    """Raises ValueError in words for a part that is none."""
    if key == "tags":
        tag_name(part)
    elif key == "email":
        try:
            canonical_email(part)
        except ValueError as error:
            raise ValueError(f"“{part[:80]}”: {error}") from None
    elif len(part) > LONGEST["phone"] or not digits(part):
        raise ValueError(_("“%(text)s” is not a number.", text=part[:80]))


def _input(key: str, label: Any, description: Any) -> Callable[[User, Contact | None], Any]:
    def field(_user: User, row: Contact | None) -> StringField:
        stored = READ[key](row) if row else []
        most = max(MOST_WAYS, len(stored))

        def are_sound(_form: Any, field: Any) -> None:
            parts = _parts(key, field.data)
            if key != "tags" and len(parts) > most:
                raise ValidationError(_("At most %(n)s of them.", n=most))
            for part in parts:
                try:
                    _check(key, part)
                except ValueError as error:
                    raise ValidationError(str(error)) from None

        return StringField(
            label, [Optional(), Length(max=LONGEST_CELL), are_sound], description=description,
            default=", ".join(stored) if row else None, render_kw={"autocomplete": "off"},
        )  # fmt: skip

    return field


READ: dict[str, Callable[[Contact], list[str]]] = {
    "email": lambda contact: [row.address for row in contact.emails],
    "phone": lambda contact: [row.raw for row in contact.phones],
    "tags": lambda contact: [tag.name for tag in contact.tags],
}


def _set_emails(contact: Contact, key: str, value: Sequence[str], by: User) -> None:
    kinds = {row.canonical: row.kind for row in contact.emails}
    ways = [[one, kinds.get(canonical_email(one), "work"), n == 0] for n, one in enumerate(value)]
    _change(contact, {"emails": ways}, by)


def _set_phones(contact: Contact, key: str, value: Sequence[str], by: User) -> None:
    kinds = {row.raw: row.kind for row in contact.phones}
    ways = [[one, kinds.get(one, "work"), n == 0] for n, one in enumerate(value)]
    _change(contact, {"phones": ways}, by)


def _set_tags(contact: Contact, key: str, value: Sequence[str], by: User) -> None:
    _change(contact, {"tags": value}, by)


def _change(contact: Contact, values: dict[str, Any], by: User) -> None:
    check_claimed(contact)
    actions.change(contact, values, by=by, field="value")


def _several(key: str, label: Any, save: Any, description: Any) -> Setting:
    return Setting(
        "contact", key, label, save, READ[key], _input(key, label, description),
        plain=lambda data: _parts(key, data), words=lambda said: ", ".join(said) or "–",
        for_many=False,
    )  # fmt: skip


SETTINGS = [
    _several("email", _l("E-mail"), _set_emails,
             _l("Several with commas between them; the first is written to.")),
    _several("phone", _l("Phone"), _set_phones,
             _l("Several with commas between them; the first is called.")),
    _several("tags", _l("Tags"), _set_tags, _l("Words with commas between them.")),
]  # fmt: skip
