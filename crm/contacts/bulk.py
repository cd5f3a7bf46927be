"""What may be done to many contacts at once, and which of their fields are set by hand."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import selectinload
from wtforms import SelectField, StringField
from wtforms.validators import AnyOf, DataRequired, Length, Optional, ValidationError

from crm.accounts.models import User
from crm.accounts.queries import visible
from crm.accounts.rules import check_claimed
from crm.batches.rules import BatchKind, Skip
from crm.contacts import actions, queries
from crm.contacts.languages import LANGUAGES, offered
from crm.contacts.models import Contact, Tag
from crm.contacts.rules import fold, tag_name
from crm.core import clock
from crm.core.db import db
from crm.fields.naming import Named, Several, meant_or_new
from crm.fields.setting import OWN, Offered, Setting, set_many

LONGEST = 120


def load(user: User, ids: Sequence[int], options: Mapping[str, Any]) -> dict[int, Contact]:
    """The contacts that this person may see, by number; none from the trash."""
    return _found(_rows(user, ids))


def names(user: User, ids: Sequence[int], options: Mapping[str, Any]) -> dict[int, tuple[str, str]]:
    """Name and address of the contacts that this person may see."""
    found = db.session.execute(
        select(Contact.id, Contact.name).where(Contact.id.in_(ids), visible(user, Contact))
    )
    return {number: (name, f"/contacts/{number}") for number, name in found}


def _rows(user: User, ids: Sequence[int]) -> Any:
    return select(Contact).where(
        Contact.id.in_(ids), Contact.deleted_at.is_(None), visible(user, Contact)
    )


def _found(rows: Any) -> dict[int, Contact]:
    fresh = rows.execution_options(populate_existing=True)
    return {contact.id: contact for contact in db.session.scalars(fresh)}


class Wearer(NamedTuple):
    """A contact with what it wears, and the tag that is asked about if there is one."""

    contact: Contact
    tag: Tag | None


def _with_tags(user: User, ids: Sequence[int], options: Mapping[str, Any]) -> dict[int, Wearer]:
    """The contacts with what they wear: the same few statements for any number of rows."""
    found = _found(_rows(user, ids).options(selectinload(Contact.taggings)))
    tag = queries.tag_by_name(options["tag"])
    return {number: Wearer(contact, tag) for number, contact in found.items()}


def _with_values(user: User, ids: Sequence[int], options: Mapping[str, Any]) -> dict[int, Contact]:
    return _found(_rows(user, ids).options(selectinload(Contact.field_values)))


def _has(row: Wearer, name: str) -> bool:
    return any(tagging.tag.folded == fold(name) for tagging in row.contact.taggings)


def _may_tag(row: Wearer, options: Mapping[str, Any], by: User) -> None:
    if _has(row, options["tag"]):
        raise Skip(_("It has the tag already."))


def _tag(row: Wearer, options: Mapping[str, Any], by: User) -> None:
    _may_tag(row, options, by)
    if row.tag is not None:
        actions.put_on(row.contact, [row.tag], by=by)
    else:
        actions.tag(row.contact, options["tag"], by=by)


def _tag_many(rows: Mapping[int, Wearer], options: Mapping[str, Any], by: User) -> dict[int, str]:
    """Those who do not wear it; the others are told one by one that they do."""
    bare = {number: row.contact for number, row in rows.items() if not _has(row, options["tag"])}
    actions.tag_many(list(bare.values()), options["tag"], by=by)
    return dict.fromkeys(bare, "done")


def _may_untag(row: Wearer, options: Mapping[str, Any], by: User) -> None:
    if not _has(row, options["tag"]):
        raise Skip(_("It does not have the tag."))


def _untag(row: Wearer, options: Mapping[str, Any], by: User) -> None:
    _may_untag(row, options, by)
    actions.untag(row.contact, options["tag"], by=by)


def _trash(contact: Contact, options: Mapping[str, Any], by: User) -> None:
    actions.delete(contact, by)


def _asks_tag(user: User, picked: str) -> dict[str, Any]:
    """A word; those that are there are offered without script by a datalist."""
    return {
        "tag": Offered(
            _l("Tag"),
            [DataRequired(_l("Give the tag a name.")), _one_tag],
            offers=queries.tag_names(),
        )
    }


def _tag_said(form: Any, by: User, picked: str) -> dict[str, Any]:
    return {"tag": tag_name(form["tag"].data)}


def _one_tag(_form: Any, field: Any) -> None:
    try:
        tag_name(field.data or "")
    except ValueError as error:
        raise ValidationError(str(error)) from None


def _change(contact: Contact, key: str, value: Any, by: User) -> None:
    check_claimed(contact)
    actions.change(contact, {key: "" if value is None and key == "company" else value}, by=by)


def _text(label: Any, key: str, most: int = LONGEST) -> Any:
    return lambda _user, row: StringField(
        label, [Optional(), Length(max=most)], default=getattr(row, key, None)
    )


def _name(_user: User, row: Contact | None) -> Any:
    checks = [DataRequired(_l("Give the contact a name.")), Length(max=200)]
    return StringField(_l("Name"), checks, default=row and row.name, filters=[_strip])


def _strip(text: str | None) -> str:
    return " ".join((text or "").replace("\x00", "").split())


def _company(user: User, row: Contact | None) -> Any:
    seen = queries.company_seen(user, row) if row else None
    now = seen.name if seen else None

    def one(_form: Any, field: Any) -> None:
        if field.data and field.data != now:
            try:
                meant_or_new(user, "company", field.data)
            except ValueError as error:
                field.offers = error.offers if isinstance(error, Several) else []
                raise ValidationError(str(error)) from None

    return Named(
        _l("Company"), [Optional(), Length(max=200), one], default=now, filters=[_strip],
        searches="company",
    )  # fmt: skip


def _company_name(contact: Contact) -> str | None:
    """As far as whoever asks may see it; a batch, which asks for nobody, sees all."""
    asks = current_user or None
    seen = queries.company_seen(asks, contact) if asks else contact.company
    return seen.name if seen else None


def _locale(_user: User, row: Contact | None) -> Any:
    present = (row and row.locale) or ""
    return SelectField(_l("Language"), choices=offered(present), default=present)


def _timezone(_user: User, row: Contact | None) -> Any:
    present = {row.timezone} if row and row.timezone else set()
    return StringField(
        _l("Time zone"),
        [Optional(), AnyOf(clock.zones() | present, _l("Choose a zone such as Europe/Berlin."))],
        default=row and row.timezone, filters=[_strip],
    )  # fmt: skip


SETTINGS = [
    Setting("contact", "job_title", _l("Job title"), _change, lambda row: row.job_title,
            _text(_l("Job title"), "job_title")),
    Setting("contact", "name", _l("Name"), _change, lambda row: row.name, _name, for_many=False),
    Setting("contact", "company", _l("Company"), _change, _company_name, _company),
    Setting("contact", "locale", _l("Language"), _change, lambda row: row.locale, _locale,
            words=lambda code: str(dict(LANGUAGES).get(code, code))),
    Setting("contact", "timezone", _l("Time zone"), _change, lambda row: row.timezone,
            _timezone),
    Setting("contact", OWN, "", _change),
]  # fmt: skip
BATCHES = [
    BatchKind(
        "contacts.tag", "contact", "edit_records",
        lambda o: _("Add the tag “%(tag)s”", tag=o["tag"]),
        _with_tags, _tag, names, check=_may_tag, act_many=_tag_many,
        label=_l("Add a tag"), place=10, asks=_asks_tag, options=_tag_said,
    ),
    BatchKind(
        "contacts.untag", "contact", "edit_records",
        lambda o: _("Take the tag “%(tag)s” off", tag=o["tag"]),
        _with_tags, _untag, names, check=_may_untag,
        label=_l("Take a tag off"), place=30, asks=_asks_tag, options=_tag_said,
    ),
    set_many("contact", "contacts.set", _with_values, names),
    BatchKind(
        "contacts.trash", "contact", "delete_records", lambda o: _("Move to the trash"),
        load, _trash, names, check=lambda *_row: None,
        label=_l("Move to the trash"), place=90, is_grave=True,
        text=_l("They stay in the trash for 30 days. Their open tasks are closed."),
    ),
]  # fmt: skip
