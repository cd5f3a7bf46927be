"""Every change to fields and to what records say for them."""

from crm.fields.actions.definitions import archive, change, create, place, restore
from crm.fields.actions.options import add_option, allow_option, place_option, rename_option
from crm.fields.actions.values import (
    allow,
    change_value,
    claim,
    fill_defaults,
    free,
    missing,
    require,
    set_first,
    set_from_quiz,
    set_values,
)

__all__ = [
    "add_option",
    "allow",
    "allow_option",
    "archive",
    "change",
    "change_value",
    "claim",
    "create",
    "fill_defaults",
    "free",
    "missing",
    "place",
    "place_option",
    "rename_option",
    "require",
    "restore",
    "set_first",
    "set_from_quiz",
    "set_values",
]
