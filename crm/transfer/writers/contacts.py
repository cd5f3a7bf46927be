"""Contacts from a file."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from crm.accounts.models import User
from crm.accounts.queries import visible
from crm.companies.many import Firms
from crm.companies.models import Company
from crm.companies.queries import all_named
from crm.contacts import actions
from crm.contacts.actions import Seed
from crm.contacts.actions.ways import Way
from crm.contacts.models import Contact, ContactEmail, ContactPhone
from crm.contacts.rules import domain_of, fold, mailbox_key
from crm.core.db import db
from crm.core.refusal import Refused
from crm.fields import queries as field_queries
from crm.fields.naming import told
from crm.leads import actions as leads
from crm.leads.rules import LIFECYCLES
from crm.transfer.drafts import Draft
from crm.transfer.queries import labels
from crm.transfer.writers.base import (
    bare,
    by_number,
    by_own_number,
    custom_of,
    defaults_of,
    folded,
    set_custom,
)
from crm.transfer.writers.keyed import KeyedWriter
from crm.transfer.writers.ways import emails_after, number_of, phones_after

EXPLAINED = ("recycled", "disqualified", "spam")  # by hand they are given with a reason, too
PLAIN = ("name", "job_title", "company", "locale", "timezone", "source")


class ContactWriter(KeyedWriter):
    """People: found by address, number elsewhere, phone, or name with company; never by name."""

    record = "contact"
    model = Contact
    guarded = frozenset({"lifecycle"})
    has_many = True
    loads = (
        selectinload(Contact.emails),
        selectinload(Contact.phones),
        selectinload(Contact.taggings),
        selectinload(Contact.field_values),
        selectinload(Contact.company),
    )
    own_key = "email"
    own_rows = (ContactEmail.canonical, ContactEmail.contact_id, ContactEmail.freed_at)
    matches = {
        "email": _l("E-mail"),
        "id": _l("Number in the other program"),
        "tend": _l("Number in Tend"),
        "phone": _l("Phone"),
        "name": _l("Name and company"),
    }  # fmt: skip

    def keys_of(self, draft: Draft, match: str) -> list[str]:
        if match == "email":
            return [mailbox_key(one) for one in draft["email"] or ()]
        if match == "phone":
            return _dialled(number_of(one) for one in draft["phone"] or ())
        if match in {"id", "tend"}:
            return [draft[match]] if draft[match] else []
        key = folded(_name(draft), draft["company"])
        return [key] if key else []

    def numbers(self, drafts: Sequence[Draft], match: str, by: User) -> dict[str, int]:
        keys = [key for draft in drafts for key in self.keys_of(draft, match)]
        if not keys:
            return {}
        if match == "tend":
            return by_own_number(drafts)
        if match == "id":
            return by_number("contact", drafts)
        if match == "email":
            rows = select(ContactEmail.mailbox_key, ContactEmail.contact_id).where(
                ContactEmail.mailbox_key.in_(keys), ContactEmail.freed_at.is_(None)
            )
            return dict(db.session.execute(rows.order_by(ContactEmail.id.desc())).all())
        if match == "phone":
            numbers = (
                select(ContactPhone.e164, ContactPhone.contact_id)
                .join(Contact, Contact.id == ContactPhone.contact_id)
                .where(ContactPhone.e164.in_(keys), Contact.deleted_at.is_(None))
            )
            return {str(e164): number for e164, number in db.session.execute(numbers)}
        return self._by_name(drafts, by)

    @staticmethod
    def _by_name(drafts: Sequence[Draft], by: User) -> dict[str, int]:
        names = [fold(_name(draft))[:60] for draft in drafts if draft["company"]]
        rows = db.session.execute(
            select(Contact.id, Contact.name, Company.name)
            .join(Company, Company.id == Contact.company_id)
            .where(Contact.sort_name.in_(names), Contact.deleted_at.is_(None), visible(by, Contact))
            .order_by(Contact.id.desc())
        )
        return {folded(name, company): number for number, name, company in rows}

    def fault(self, draft: Draft) -> str:
        if not _name(draft):
            return _("Neither a name nor an e-mail address stands in this row.")
        return _unexplained(draft, draft["lifecycle"])

    def create(self, draft: Draft, by: User) -> Contact:
        return self.create_many([draft], (), by)[0]

    def create_many(self, drafts: Sequence[Draft], tags: Sequence[str], by: User) -> list[Contact]:
        seeds = [_seed(draft, tags) for draft in drafts]
        made = actions.create_many(seeds, by=by, set_by="import")
        for contact, draft in zip(made, drafts, strict=True):
            if draft["lifecycle"] and draft["lifecycle_reason"]:
                leads.begin_as(contact, by=by, reason=draft["lifecycle_reason"])
        return made

    def keys_held(self, draft: Draft, values: Mapping[str, Any], match: str) -> list[str]:
        if match == "email":
            return [mailbox_key(one) for one in values.get("email") or ()]
        if match == "phone":
            return _dialled(values.get("phone") or ())
        return self.keys_of(draft, match) if values else []

    def own_taken(self, key: str) -> Refused:
        return actions.taken(key)

    def begun(self, draft: Draft, by: User) -> dict[str, Any]:
        found = {**super().begun(draft, by), "name": _name(draft)}
        return found if found["company"] else {**found, "company": _firm_of(draft, by)}

    def doubtful(self, changes: Mapping[str, tuple[Any, Any]]) -> dict[str, tuple[Any, Any]]:
        found = super().doubtful(changes)  # the owner is a guard's matter, too
        return {key: found[key] for key in found if key in {"lifecycle", "owner"}}

    def snapshot(self, row: Contact, by: User) -> dict[str, Any]:
        shown = actions.snapshot(row, by)
        return {
            **{key: shown.get(key) for key in ("name", "job_title", "company", "locale")},
            "timezone": row.timezone,
            "source": row.source,
            "email": [one.canonical for one in row.emails],
            "phone": [number_of(one.raw) for one in row.phones],
            "tags": [_tag(tag.name) for tag in row.tags],
            "owner": row.owner_id,
            "lifecycle": row.lifecycle,
            **field_queries.values_of(row),
        }

    def blank(self, by: User) -> dict[str, Any]:
        texts = dict.fromkeys(("name", "job_title", "company", "locale", "timezone", "owner"))
        lists: dict[str, Any] = {"email": [], "phone": [], "tags": []}
        given = {"source": "import", "lifecycle": "captured"}
        return {**texts, **lists, **given, **defaults_of("contact")}

    def along(self, draft: Draft, changes: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
        reason = draft["lifecycle_reason"] if "lifecycle" in changes else None
        return {"lifecycle_reason": (None, reason)} if reason else {}

    def plain(self, draft: Draft) -> dict[str, Any]:
        found = {key: draft[key] for key in PLAIN if draft[key]}
        if _name(draft) and (draft["name"] or draft["first_name"] or draft["last_name"]):
            found["name"] = _name(draft)
        return {
            **found,
            "email": draft["email"] or [],
            "phone": [number_of(one) for one in draft["phone"] or ()],
            "tags": [_tag(one) for one in draft["tags"] or ()],
            "owner": draft["owner"],
            "lifecycle": draft["lifecycle"],
            **custom_of(draft),
        }

    def change(self, draft: Draft, changes: Mapping[str, Any], by: User) -> None:
        contact, then = draft.found, {key: pair[1] for key, pair in changes.items()}
        plain = {key: then[key] for key in then if key in PLAIN and key != "source"}
        if "email" in then:
            plain["emails"] = emails_after(contact, then["email"], draft.kinds)
        if "phone" in then:
            plain["phones"] = phones_after(contact, then["phone"], draft)
        firms = all_named(by, plain["company"]) if plain.get("company") else []
        if len(firms) > 1:
            plain["company"] = told(by, "company", firms[0])  # of several the first one
        actions.change(contact, plain, by=by)
        if "source" in then:
            contact.source = then["source"]
        if "tags" in then:
            for tag in contact.tags:
                if _tag(tag.name) not in then["tags"]:
                    actions.untag(contact, tag.name, by)
            worn = {_tag(tag.name) for tag in contact.tags}
            self.tag(contact, [one for one in draft["tags"] or () if _tag(one) not in worn], by)
        if "owner" in then:
            actions.set_owner(contact, db.session.get(User, then["owner"]), by)
        if "lifecycle" in then:
            missing = _unexplained(draft, then["lifecycle"])
            if missing:
                raise Refused(missing)
            reason = draft["lifecycle_reason"] or "import"
            leads.move(contact, then["lifecycle"], by=by, reason=reason, actor="user")
        set_custom(contact, changes, by)

    def tag(self, row: Contact, names: Iterable[str], by: User) -> None:
        actions.tag_all(row, names, set_by="import", by=by)


def _seed(draft: Draft, tags: Sequence[str]) -> Seed:
    return Seed(
        name=_name(draft),
        emails=[Way(one, draft.kinds.get(one, "work")) for one in draft["email"] or ()],
        phones=[Way(one, draft.kinds.get(one, "work")) for one in draft["phone"] or ()],
        company=draft["company"] or "",
        tags=[*(draft["tags"] or ()), *tags],
        custom=custom_of(draft),
        lifecycle=draft["lifecycle"] or "captured",
        source=draft["source"] or "import",
        facts={
            "job_title": draft["job_title"] or None,
            "owner_id": draft.owner,
            "locale": draft["locale"] or None,
            "timezone": draft["timezone"] or None,
        },
    )


def _unexplained(draft: Draft, lifecycle: str | None) -> str:
    """Why a lifecycle cannot be given by a row that does not say why; "" where it can."""
    if lifecycle not in EXPLAINED or draft["lifecycle_reason"]:
        return ""
    column = labels("contact")["lifecycle_reason"]
    words = {"lifecycle": LIFECYCLES[lifecycle], "column": column}
    return _("%(lifecycle)s needs a reason. Map a column of the file to “%(column)s”.", **words)


def _tag(name: str) -> str:
    """A tag as files can hold it: that way two are compared."""
    return fold(bare(name))


def _name(draft: Draft) -> str:
    parts = [draft["name"]] if draft["name"] else [draft["first_name"], draft["last_name"]]
    name = " ".join(part for part in parts if part)
    return name or next(iter(draft["email"] or ()), "")


def _dialled(numbers: Iterable[str]) -> list[str]:
    """Those that are the same wherever one calls from; others find nobody."""
    return [one for one in numbers if one.startswith("+") and one[1:].isdecimal()]


def _firm_of(draft: Draft, by: User) -> str | None:
    """The company that somebody without one is given: that of the mail domain."""
    domains = [domain_of(one) for one in draft["email"] or ()]
    found = Firms(by, [], domains).of("", domains) if domains else None
    return found.name if found is not None else None


def marks_of(contact: Contact) -> list[list[str]]:
    """Every key by which a row of a file is about this contact."""
    firm = contact.company.name if contact.company else contact.company_text or ""
    keys = [row.mailbox_key for row in contact.emails]
    keys += [number_of(row.raw) for row in contact.phones]
    keys += [folded(contact.name, firm), str(contact.id), f"#{contact.id}"]
    return [[key] for key in keys if key]
