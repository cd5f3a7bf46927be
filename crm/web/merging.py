"""Forms over what several people may change at once: each save keeps what only others changed."""

import json
from collections.abc import Callable, Mapping
from datetime import date, time
from decimal import Decimal
from typing import Any, Self

from wtforms import SelectMultipleField

from crm.core.refusal import Refused
from crm.core.versions import merged
from crm.web.forms import OverForm

BOOKKEEPING = {"version", "base", "csrf_token"}


class MergedForm(OverForm):
    """A form that tells by itself what it was opened with, and merges with what is stored.

    A route says what is stored by a form that was filled with it: `form.over(lambda: filled)`;
    `perform` merges within its transaction, so the action has to read the form there. The macro
    `ui.form_errors` draws the hidden `base` and, after a conflict, both values.
    `told` gives the words of a value that has no field, or the parts of a condition; `names` what
    it is called.
    """

    version = None
    merges = True
    told: Mapping[str, Callable[[Any], Any]] = {}
    names: Mapping[str, Any] = {}
    stored: Callable[[], "MergedForm"] | None = None

    def process(self, formdata: Any = None, *args: Any, **more: Any) -> None:
        """As every form does; remembers whether anything was sent."""
        super().process(formdata, *args, **more)
        self.is_sent = self.meta.wrap_formdata(self, formdata) is not None

    def over(self, stored: Callable[[], "MergedForm"]) -> Self:
        """Merge with what `stored` shows when this is saved."""
        self.stored = stored
        return self

    @property
    def began(self) -> str:
        """What the form was opened with, as JSON; none if it was sent without."""
        return self.base.data or ("" if self.is_sent else json.dumps(self.plain()))

    def began_before(self, **held: Any) -> str:
        """As `began`, where these fields were opened with something else than they hold."""
        return json.dumps(self.plain() | {name: plain(one) for name, one in held.items()})

    def plain(self) -> dict[str, Any]:
        """What the fields hold, as JSON can hold it."""
        return {one.name: held(one) for one in self if one.name not in BOOKKEEPING}

    @property
    def said(self) -> dict[str, Any]:
        """What the fields hold, without those that only help to merge."""
        return {one.name: one.data for one in self if one.name not in BOOKKEEPING}

    def merge(self) -> None:
        """Take over what only others changed; raises Conflict where both changed the same.

        Of several choices each one is merged by itself. Runs inside a transaction.
        """
        base = self.began_with
        if self.stored is None or not base:
            return
        stored = self.stored()
        theirs, mine = stored.plain(), self.plain()
        shared = [name for name in mine if name in theirs and name in base]
        lists = [name for name in shared if self._is_list(name)]
        single = [name for name in shared if name not in lists]
        changed = merged(*({name: one[name] for name in single} for one in (theirs, mine, base)))
        for name in single:
            if name not in changed:
                self.take(name, stored)
        for name in lists:
            self._join(name, stored[name].data or (), base[name])

    def take(self, name: str, stored: Any) -> None:
        """Let a field hold what is stored."""
        field, other = self[name], stored[name]
        if held(field) == held(other):
            return
        if hasattr(field, "plain"):
            field.plain = other.plain
        else:
            field.data, field.raw_data = other.data, None

    def refuse(self, refusal: Refused) -> None:
        """As every form does; the next save goes over the values that were shown."""
        super().refuse(refusal)
        self.begin_again()

    def _is_list(self, name: str) -> bool:
        field = self[name] if name in self else None
        return isinstance(field, SelectMultipleField) and not hasattr(field, "plain")

    def _join(self, name: str, theirs: Any, base: Any) -> None:
        mine, before = self[name].data or (), base if isinstance(base, list) else []
        gone = [one for one in before if one not in mine]
        added = [one for one in mine if one not in before and one not in theirs]
        self[name].data = [*(one for one in theirs if one not in gone), *added]


def held(field: Any) -> Any:
    """What a field holds, as JSON can hold it; inputs of custom fields say so themselves."""
    return field.plain if hasattr(field, "plain") else plain(field.data)


def plain(value: Any) -> Any:
    """A field's value as JSON can hold it; an empty text is as good as none."""
    if isinstance(value, str):
        return value.replace("\r\n", "\n").strip() or None
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    return value if value is None or isinstance(value, bool | int | float) else str(value)
