"""One field of a record set by hand: in the cell of a list, or for many records at once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Form as PlainForm
from wtforms import StringField

from crm.accounts.models import User
from crm.accounts.queries import user_by_id
from crm.batches.rules import BatchKind, Skip
from crm.core.refusal import Refused
from crm.fields import queries
from crm.fields.inputs import form_with
from crm.fields.typed import Custom

OWN = "cf"


class Offered(StringField):
    """Words that are typed, with those beside it that are there already (`offers`)."""

    def __init__(self, *args: Any, offers: Sequence[str] = (), **more: Any) -> None:
        super().__init__(*args, **more)
        self.offers = offers
        self.render_kw = {"list": f"{self.id}-offers", "autocomplete": "off"}


@dataclass(frozen=True)
class Setting:
    """How a field is set. A feature lists its own in `SETTINGS`.

    `key` is the field's; "cf" stands for all of the house's own. `ask(user, row)` gives the
    WTForms input with what `row` says (None: for many rows), `plain` turns what was typed into a
    value that JSON can hold, `read` is that value of a row now, `words` says it. `save(row, key,
    value, by)` changes the row and raises Refused. `for_many` is off where an act of its own asks,
    `needs_owner` where what nobody has may be set too.
    """

    record: str
    key: str
    label: Any
    save: Callable[[Any, str, Any, User], Any]
    read: Callable[[Any], Any] = lambda _row: None
    ask: Callable[[User, Any], Any] = lambda _user, _row: None
    plain: Callable[[Any], Any] = lambda data: data or None
    words: Callable[[Any], str] = str
    for_many: bool = True
    needs_owner: bool = True

    def value_of(self, field: Any) -> Any:
        """The plain value of the input as it was sent."""
        return field.plain if hasattr(field, "plain") else self.plain(field.data)

    def said(self, field: Any) -> str:
        """The value of the input in words."""
        value = self.value_of(field)
        if value in (None, "", []):
            return _("nothing")
        return field.words(value) if hasattr(field, "words") else str(self.words(value))


def person(number: Any) -> str:
    """The name of somebody of the team by number."""
    found = user_by_id(int(number))
    return found.name if found else ""


def setting_of(record: str, key: str, user: User) -> Setting | None:
    """How a field is set; None for one that nothing has, or that is not set by hand."""
    known = _known()
    field = queries.field_of(record, key)
    if field is not None and queries.seen_field(user, field) is None:
        return None
    custom = queries.custom_of(record, key)
    if custom is not None and (record, OWN) in known:
        return _custom(known[record, OWN], custom)
    return known.get((record, key))


def settings_of(record: str, user: User) -> list[Setting]:
    """What may be set for many records at once, the built-in fields first."""
    known = _known()
    found = [one for (kind, key), one in known.items() if kind == record and key != OWN]
    if (record, OWN) in known:
        found += [_custom(known[record, OWN], one) for one in queries.customs(record)]
    return [one for one in found if one.for_many and setting_of(record, one.key, user)]


def set_many(record: str, key: str, load: Any, names: Any, *, place: int = 40) -> BatchKind:
    """The act that sets a field of many records."""
    return BatchKind(
        key, record, "edit_records",
        lambda o: _("Set “%(field)s” to %(value)s", field=o.get("label"), value=o.get("said")),
        load, _act, names, label=_l("Set a field"), place=place,
        picks=lambda user: [(one.key, one.label) for one in settings_of(record, user)],
        asks=lambda user, picked: _asks(record, user, picked),
        options=lambda form, by, picked: _options(record, form, by, picked),
    )  # fmt: skip


def _asks(record: str, user: User, picked: str) -> dict[str, Any]:
    setting = setting_of(record, picked, user)
    if setting is None or not setting.for_many:
        raise Refused(_("There is no such field."))
    return {"value": setting.ask(user, None)}


def _options(record: str, form: Any, by: User, picked: str) -> dict[str, Any]:
    setting = setting_of(record, picked, by)
    assert setting is not None
    field = form["value"]
    return {
        "record": record,
        "field": setting.key,
        "label": str(setting.label),
        "value": setting.value_of(field),
        "said": setting.said(field),
    }


def _check(row: Any, options: Mapping[str, Any], by: User) -> None:
    setting = setting_of(options["record"], options["field"], by)
    if setting is None:
        raise Refused(_("Somebody archived this field meanwhile."))
    if setting.read(row) == options["value"]:
        raise Skip(_("It says so already."))


def _act(row: Any, options: Mapping[str, Any], by: User) -> None:
    _check(row, options, by)
    setting = setting_of(options["record"], options["field"], by)
    assert setting is not None
    setting.save(row, setting.key, options["value"], by)


def _custom(base: Setting, custom: Custom) -> Setting:
    return replace(
        base,
        key=custom.key,
        label=custom.label,
        read=lambda row: queries.values_of(row).get(custom.key),
        ask=lambda user, row: _input(user, custom, row),
    )


def _input(user: User, custom: Custom, row: Any) -> Any:
    form = form_with(PlainForm, custom.record, user, row=row, wanted=[custom])
    return getattr(form, custom.key)


def _known() -> dict[tuple[str, str], Setting]:
    found: Sequence[Setting] = current_app.extensions["tend.settings"]
    return {(one.record, one.key): one for one in found}
