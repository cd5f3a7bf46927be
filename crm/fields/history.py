"""What of the definitions of custom fields the history keeps: to be read, but for options."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from crm.core.db import db
from crm.fields.actions.options import no_longer_offer, place_values, touch
from crm.fields.models import CustomField, FieldNeed, FieldOption
from crm.history.rules import Tracked

# What a field is (its kind, whether it is unique, that it is there) is what forms, lists, filters
# and stored values go by: the settings page changes that. Options that an import added or offered
# again are offered no longer once it is undone.
OF_FIELD = frozenset(
    {"label", "folded", "help", "default", "position", "archived_at", "archived_by_id"}
)


def place(number: int) -> str:
    """A place in a list as people count them."""
    return _("no. %(number)s in the list", number=number + 1)


def _read_anew(_row: Any, _by: Any) -> None:
    touch()


def _in_its_place(option: FieldOption, _by: Any) -> None:
    place_values(option)
    touch()


def _need_no_more(need: FieldNeed, _by: Any) -> None:
    db.session.delete(need)
    touch()


HISTORY = [
    Tracked(
        CustomField,
        _l("Custom field"),
        labels={
            "label": _l("Name"),
            "record": _l("Record"),
            "kind": _l("Kind"),
            "help": _l("Help"),
            "default": _l("Default"),
            "target": _l("Refers to"),
            "currency": _l("Currency"),
            "is_required": _l("Required"),
            "is_unique": _l("Unique"),
            "position": _l("Place"),
            "archived_at": _l("Put away"),
        },
        words={"position": place},
        right="manage_fields",
        follows={"folded": "label", "archived_by_id": "archived_at"},
        restores=OF_FIELD,
        given_back=_read_anew,
    ),
    Tracked(
        FieldOption,
        _l("Option of a field"),
        labels={
            "label": _l("Name"),
            "position": _l("Place"),
            "disabled_at": _l("Disabled"),
        },
        words={"position": place},
        right="manage_fields",
        follows={"folded": "label"},
        restores=frozenset({"disabled_at", "label", "folded", "position"}),
        take_back=no_longer_offer,
        given_back=_in_its_place,
    ),
    Tracked(
        FieldNeed,
        _l("Needed from a stage on"),
        labels={"stage_id": _l("Stage")},
        right="manage_fields",
        take_back=_need_no_more,
        comes_back=_read_anew,
        given_back=_read_anew,
        along=frozenset({"pipelines.delete_stage"}),
    ),
]
# What the history calls an act, by its endpoint.
ACTS = [
    ("fields.create", _l("Custom field added")),
    ("fields.update", _l("Custom field changed")),
    ("fields.place", _l("Custom field moved")),
    ("fields.archive", _l("Custom field put away")),
    ("fields.restore", _l("Custom field brought back")),
    ("fields.add_option", _l("Option added")),
    ("fields.update_option", _l("Option renamed")),
    ("fields.place_option", _l("Option moved")),
    ("fields.allow_option", _l("Option allowed or disabled")),
]
