"""Which fields of a deal are set by hand in the cell of a list, or for many at once."""

from collections.abc import Callable, Collection
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from wtforms import DateField, SelectField, StringField
from wtforms.validators import DataRequired, Length, Optional

from crm.accounts.models import User
from crm.accounts.queries import owners_for, seen, user_by_id
from crm.accounts.rules import check_claimed
from crm.companies.rules import fold
from crm.core.refusal import Refused
from crm.deals import actions, queries
from crm.deals.models import Deal
from crm.deals.rules import cents, check_marks
from crm.fields.naming import Named, meant
from crm.fields.setting import OWN, Setting, person


class SumInput(StringField):
    """A sum as people type it; `plain` is in minor units of `currencies`, usually but one."""

    plain: int | None = None

    def __init__(self, *args: Any, currencies: Collection[str] = (), **more: Any) -> None:
        super().__init__(*args, **more)
        self.currencies = currencies

    def process_data(self, value: Any) -> None:
        self.plain = value
        self.data = "" if value is None else f"{value / 100:.2f}".removesuffix(".00")

    def process_formdata(self, valuelist: list[str]) -> None:
        if valuelist:
            self.data = valuelist[0]
            self.plain = cents(valuelist[0])
            for one in self.currencies:
                check_marks(valuelist[0], one)

    def words(self, plain: int | None) -> str:
        """A sum in words."""
        return "–" if plain is None else f"{plain / 100:.2f}".removesuffix(".00")


def _amount(user: User, row: Deal | None) -> Any:
    currencies = {row.currency} if row else {one.currency for one in queries.pipelines()}
    return SumInput(
        _l("Value"), [Optional()], default=row and row.amount_cents, currencies=currencies,
        render_kw={"inputmode": "decimal", "autocomplete": "off"},
    )  # fmt: skip


def _close_on(user: User, row: Deal | None) -> Any:
    return DateField(_l("Expected close"), [Optional()], default=row and row.close_on)


def _owner(user: User, row: Deal | None) -> Any:
    choices = {one.id: one.name for one in owners_for(user, row)}
    if row is not None and row.owner_id:
        choices.setdefault(row.owner_id, person(row.owner_id))
    return SelectField(
        _l("Owner"), choices=list(choices.items()), coerce=int, default=row and row.owner_id
    )


def _stage(user: User, row: Deal | None) -> Any:
    stages = row.pipeline.stages if row else []
    choices = [(one.id, one.name) for one in stages if one.kind == "open"]
    if row is not None and row.stage_id not in dict(choices):
        choices = [(row.stage_id, row.stage.name)]
    return SelectField(_l("Stage"), choices=choices, coerce=int, default=row and row.stage_id)


def _change(deal: Deal, key: str, value: Any, by: User) -> None:
    check_claimed(deal, value if key == "owner_id" else None)
    actions.update(deal, by, version=deal.version, **{key: value})


def _set_amount(deal: Deal, key: str, value: Any, by: User) -> None:
    _change(deal, "amount_cents", value, by)


def _set_close_on(deal: Deal, key: str, value: Any, by: User) -> None:
    _change(deal, "close_on", date.fromisoformat(value) if value else None, by)


def _set_owner(deal: Deal, key: str, value: Any, by: User) -> None:
    to = user_by_id(value) if value else None
    if to is None or not to.is_active:
        raise Refused(_("Choose somebody."), field="value")
    _change(deal, "owner_id", to.id, by)


def _set_stage(deal: Deal, key: str, value: Any, by: User) -> None:
    stage = queries.stage_by_id(value)
    if stage is None:
        raise Refused(_("The stage is not there any more."), field="value")
    if stage.id != deal.stage_id:
        actions.move(deal, stage, by)


def _name(user: User, row: Deal | None) -> Any:
    checks = [DataRequired(_l("Give the deal a name.")), Length(max=200)]
    return StringField(_l("Name"), checks, default=row and row.name, filters=[_strip])


def _strip(text: str | None) -> str:
    return " ".join((text or "").replace("\x00", "").split())


def _seen_name(key: str) -> Callable[[Any], str | None]:
    """The name of what a deal is linked to, as far as whoever asks may see that."""

    def name(deal: Deal) -> str | None:
        found = seen(current_user or None, getattr(deal, key))
        return found.name if found else None

    return name


def _link(key: str, label: Any, most: int) -> Callable[[User, Deal | None], Any]:
    def ask(user: User, row: Deal | None) -> Any:
        found = seen(user, getattr(row, key)) if row else None
        return Named(
            label, [Optional(), Length(max=most)], default=found and found.name, filters=[_strip],
            searches=key,
        )  # fmt: skip

    return ask


def _set_link(deal: Deal, key: str, value: Any, by: User) -> None:
    now = seen(by, getattr(deal, key))
    if not value and now is None:
        return  # an empty field clears what it showed, nothing that was kept from this person
    if value and now is not None and fold(now.name) == fold(value):
        return
    _change(deal, f"{key}_id", _typed(key, value, by).id if value else None, by)


def _typed(key: str, value: str, by: User) -> Any:
    try:
        return meant(by, key, value)
    except ValueError as error:
        raise Refused(str(error), field="value") from None


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


SETTINGS = [
    Setting("deal", "name", _l("Name"), _change, lambda row: row.name, _name, for_many=False),
    Setting("deal", "contact", _l("Contact"), _set_link, _seen_name("contact"),
            _link("contact", _l("Contact"), 320), for_many=False),
    Setting("deal", "company", _l("Company"), _set_link, _seen_name("company"),
            _link("company", _l("Company"), 320), for_many=False),
    Setting("deal", "amount", _l("Value"), _set_amount, lambda row: row.amount_cents, _amount),
    Setting("deal", "close_on", _l("Expected close"), _set_close_on,
            lambda row: _iso(row.close_on), _close_on, plain=_iso),
    Setting("deal", "owner", _l("Owner"), _set_owner, lambda row: row.owner_id, _owner,
            words=person, for_many=False, needs_owner=False),
    Setting("deal", "stage", _l("Stage"), _set_stage, lambda row: row.stage_id, _stage,
            for_many=False, needs_owner=False),
    Setting("deal", OWN, "", _change),
]  # fmt: skip
