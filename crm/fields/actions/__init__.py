"""Every change to fields and to what records say for them."""

from crm.fields.actions.definitions import archive, change, create, place, restore
from crm.fields.actions.needs import missing, pass_on_needs, require, require_first
from crm.fields.actions.options import add_option, allow_option, place_option, rename_option
from crm.fields.actions.values import (
    allow,
    change_value,
    claim,
    fill_defaults,
    free,
    not_alone,
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
    "not_alone",
    "pass_on_needs",
    "place",
    "place_option",
    "rename_option",
    "require",
    "require_first",
    "restore",
    "set_first",
    "set_from_quiz",
    "set_values",
]
