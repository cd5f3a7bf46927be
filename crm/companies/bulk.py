"""What may be done to many companies at once, and which of their fields are set by hand."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import selectinload
from wtforms import SelectField, StringField
from wtforms.validators import DataRequired, Length, Optional, ValidationError

from crm.accounts.models import User
from crm.accounts.queries import owners_for, user_by_id, visible
from crm.accounts.rules import check_claimed, check_let_go
from crm.batches.models import Batch
from crm.batches.rules import BatchKind, Skip
from crm.batches.telling import tell_new_owner
from crm.companies import actions, queries
from crm.companies.models import Company
from crm.companies.rules import LONGEST, SIZES
from crm.core.db import db
from crm.core.refusal import Refused
from crm.fields.naming import Named, Several, looked_up
from crm.fields.setting import OWN, Setting, person, set_many

BETWEEN = re.compile(r"[,;\s]+")
NOBODY = _l("Of what goes to nobody, open tasks stay with who has them. It is claimed before it is "
            "changed again.")  # fmt: skip


def load(user: User, ids: Sequence[int], options: Mapping[str, Any]) -> dict[int, Company]:
    """The companies that this person may see, by number; none from the trash."""
    rows = (
        select(Company)
        .where(Company.id.in_(ids), Company.deleted_at.is_(None), visible(user, Company))
        .options(selectinload(Company.field_values), selectinload(Company.domains))
        .execution_options(populate_existing=True)
    )
    return {company.id: company for company in db.session.scalars(rows)}


def names(user: User, ids: Sequence[int], options: Mapping[str, Any]) -> dict[int, tuple[str, str]]:
    """Name and address of the companies that this person may see."""
    found = db.session.execute(
        select(Company.id, Company.name).where(Company.id.in_(ids), visible(user, Company))
    )
    return {number: (name, f"/companies/{number}") for number, name in found}


def _may_give(company: Company, options: Mapping[str, Any], by: User) -> None:
    if not options["to"]:
        if company.owner_id is None:
            raise Skip(_("Nobody has it already."))
        check_let_go(company, by)
        return
    to = user_by_id(options["to"])
    if to is None or not to.is_active:
        raise Refused(_("Who should have it no longer works here."))
    if company.owner_id == to.id:
        raise Skip(_("%(name)s has it already.", name=to.name))


def _give(company: Company, options: Mapping[str, Any], by: User) -> None:
    _may_give(company, options, by)
    actions.change(company, {"owner_id": options["to"] or None}, by=by)


def _trash(company: Company, options: Mapping[str, Any], by: User) -> None:
    actions.delete(company, by)


def _people(user: User, picked: str) -> dict[str, Any]:
    choices = [*((one.id, one.name) for one in owners_for(user)), (0, _("Nobody"))]
    return {"to": SelectField(_l("Owner"), choices=choices, coerce=int)}


def _given(form: Any, by: User, picked: str) -> dict[str, Any]:
    number = form["to"].data
    return {"to": number, "name": person(number) if number else _("nobody")}


def _title(batch: Batch) -> str:
    return ngettext(
        "%(name)s gave you %(num)s company", "%(name)s gave you %(num)s companies",
        batch.counts["done"], name=batch.user.name,
    )  # fmt: skip


def _change(company: Company, key: str, value: Any, by: User) -> None:
    check_claimed(company)
    actions.change(company, {key: value}, by=by)


def _text(key: str, label: Any, clean: Any = None) -> Setting:
    return Setting(
        "company", key, label, _change, lambda row: getattr(row, key),
        lambda _user, row: StringField(
            label, [Optional(), Length(max=LONGEST[key])], default=getattr(row, key, None),
            filters=[clean] if clean else (),
        ),
    )  # fmt: skip


def _size(_user: User, row: Company | None) -> Any:
    present = [row.size] if row and row.size and row.size not in SIZES else []
    choices = [("", _("Not known")), *((size, size) for size in (*SIZES, *present))]
    return SelectField(_l("Size"), choices=choices, default=(row and row.size) or "")


def _owner(user: User, row: Company | None) -> Any:
    choices = {one.id: one.name for one in owners_for(user)}
    if row is not None and row.owner_id:
        choices.setdefault(row.owner_id, person(row.owner_id))
    return SelectField(
        _l("Owner"), choices=list(choices.items()), coerce=int, default=row and row.owner_id
    )


def _set_owner(company: Company, key: str, value: Any, by: User) -> None:
    actions.change(company, {"owner_id": value}, by=by)


def _strip(text: str | None) -> str:
    return " ".join((text or "").replace("\x00", "").split())


def _name(_user: User, row: Company | None) -> Any:
    checks = [DataRequired(_l("Give the company a name.")), Length(max=200)]
    return StringField(_l("Name"), checks, default=row and row.name, filters=[_strip])


def _address(text: str | None) -> str:
    said = _strip(text)
    return (
        said if not said or said.lower().startswith(("http://", "https://")) else "https://" + said
    )


def _parent_name(company: Company) -> str | None:
    """As far as whoever asks may see it; a batch, which asks for nobody, sees all."""
    if not company.parent_id:
        return None
    asks = current_user or None
    found: Any = db.session.get(Company, company.parent_id)
    found = queries.company_for(asks, company.parent_id) if asks else found
    return found.name if found else None


def _parent(user: User, row: Company | None) -> Any:
    now = _parent_name(row) if row else None

    def known(_form: Any, field: Any) -> None:
        if not field.data or field.data == now:
            return
        try:
            found = looked_up(user, "company", field.data)
        except Several as several:
            field.offers = several.offers
            raise ValidationError(str(several)) from None
        if found is None:
            name = field.data
            raise ValidationError(_("There is no company “%(name)s”. Add it first.", name=name))

    return Named(
        _l("Parent company"), [Optional(), Length(max=200), known],
        default=now, filters=[_strip], searches="company",
    )  # fmt: skip


def _domains(_user: User, row: Company | None) -> Any:
    return StringField(
        _l("Domains"), [Optional(), Length(max=600)], filters=[_strip],
        default=", ".join(_domains_of(row)) if row else None,
        description=_l("Several with commas between them, such as example.com."),
        render_kw={"autocomplete": "off"},
    )  # fmt: skip


def _domains_of(row: Company) -> list[str]:
    return [one.domain for one in row.domains]


SETTINGS = [
    Setting("company", "name", _l("Name"), _change, lambda row: row.name, _name, for_many=False),
    Setting("company", "owner", _l("Owner"), _set_owner, lambda row: row.owner_id, _owner,
            words=person, for_many=False, needs_owner=False),
    _text("street", _l("Street")),
    _text("postcode", _l("Postcode")),
    _text("city", _l("City")),
    _text("country", _l("Country")),
    Setting("company", "size", _l("Size"), _change, lambda row: row.size, _size),
    _text("website", _l("Website"), _address),
    _text("phone", _l("Phone")),
    Setting("company", "domain", _l("Domains"),
            lambda row, _key, value, by: _change(row, "domains", value, by), _domains_of, _domains,
            plain=lambda data: [one for one in BETWEEN.split(data or "") if one],
            words=lambda said: ", ".join(said) or "–", for_many=False),
    Setting("company", "parent", _l("Parent company"), _change, _parent_name, _parent),
    Setting("company", OWN, "", _change),
]  # fmt: skip
BATCHES = [
    BatchKind(
        "companies.give", "company", "edit_records",
        lambda o: _("Give to %(name)s", name=o["name"]), load, _give, names, check=_may_give,
        finish=tell_new_owner(_title, "/companies?owner=me"),
        label=_l("Give to somebody"), place=10, asks=_people, options=_given, text=NOBODY,
    ),
    set_many("company", "companies.set", load, names, place=20),
    BatchKind(
        "companies.trash", "company", "delete_records", lambda o: _("Move to the trash"),
        load, _trash, names, check=lambda *_row: None,
        label=_l("Move to the trash"), place=90, is_grave=True,
        text=_l("Their people stay. The companies stay in the trash for 30 days."),
    ),
]  # fmt: skip
