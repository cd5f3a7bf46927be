"""What the forms of deals and tasks share: records that are named by hand."""

import json
from typing import Any

from wtforms import HiddenField
from wtforms.validators import Length, ValidationError

from crm.fields.naming import kept, kinds, meant


class Linked:
    """A form with fields `contact`, `company`, `deal`, any of them, that name records.

    `was` keeps which record each field named when the form was opened, and by which text. A text
    that nobody changed means that record still, whoever else has its name, wherever it is now;
    only another text is looked up. `found` are the records. A number counts only as far as `user`
    sees its record.
    """

    was = HiddenField(validators=[Length(max=5000)])
    user: Any
    is_over = False  # over a stored record, which keeps what lies in the trash

    def __init__(self, *args: Any, **more: Any) -> None:
        self.found: dict[str, Any] = {}
        super().__init__(*args, **more)

    def validate_contact(self, field: Any) -> None:
        """The contact that is meant, of this form as it was opened or by its text."""
        self._look_up(field)

    def validate_company(self, field: Any) -> None:
        """The company that is meant."""
        self._look_up(field)

    def validate_deal(self, field: Any) -> None:
        """The deal that is meant."""
        self._look_up(field)

    def _look_up(self, field: Any) -> None:
        kind = field.short_name
        try:
            self.found[kind] = self._unchanged(kind, field.data) or meant(
                self.user, kind, field.data
            )
        except ValueError as error:
            field.offers = getattr(error, "offers", [])
            raise ValidationError(str(error)) from None

    def _unchanged(self, kind: str, text: str) -> Any | None:
        number, shown = _began(self.was.data).get(kind, (None, None))
        if not isinstance(shown, str) or shown.split() != text.split():
            return None
        return kept(self.user, kind, number, is_gone_fine=self.is_over)


def opened_with(**named: tuple[Any, str]) -> dict[str, str]:
    """The data of a `Linked` form: of each field the record and the text that names it."""
    shown = {kind: (row.id, text) for kind, (row, text) in named.items() if row}
    return {kind: text for kind, (_id, text) in shown.items()} | {"was": json.dumps(shown)}


def _began(text: str | None) -> dict[str, tuple[Any, Any]]:
    """Number and text of each field, from the hidden field; junk is as good as nothing."""
    try:
        found = json.loads(text or "{}")
        return {kind: (pair[0], pair[1]) for kind, pair in found.items() if kind in kinds()}
    except (ValueError, RecursionError, AttributeError, TypeError, LookupError):
        return {}
