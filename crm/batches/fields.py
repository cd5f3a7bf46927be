"""What batches offer to templates."""

from typing import Any

from flask import Flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from crm.accounts.rules import may
from crm.batches import queries
from crm.fields.setting import setting_of
from crm.web.session import reader
from crm.web.shell import ShellItem

SHELL = [
    ShellItem(
        _l("Long work"),
        "/batches",
        order=68,
        place="settings",
        help=_l("Acts on many rows at once: how they go and what they did."),
    ),
]

IN_BAR = 3
STATE_WORDS = {
    "waiting": _l("Not checked yet"),
    "planned": _l("To do"),
    "creates": _l("To add"),
    "updates": _l("To change"),
    "created": _l("Created"),
    "updated": _l("Updated"),
    "done": _l("Done"),
    "skipped": _l("Skipped"),
    "refused": _l("Refused"),
}


def init_app(app: Flask) -> None:
    """Let templates write the states of rows in words, and ask what a bar offers."""
    app.jinja_env.globals["bulk_bar"] = bulk_bar
    app.jinja_env.globals["settable"] = settable
    app.jinja_env.globals["pick_head"] = pick_head
    app.jinja_env.globals["batch_word"] = lambda state: STATE_WORDS.get(state, state)


def bulk_bar(record: str) -> tuple[tuple[str, Any], ...]:
    """The first acts of the bar over a list: their names and words."""
    return tuple([(one.key, one.label) for one in queries.kinds_for(reader(), record)[:IN_BAR]])


def pick_head(record: str) -> list[dict[str, Any]]:
    """The head of the column with the boxes; none where the reader may do nothing with rows."""
    if not queries.kinds_for(reader(), record):
        return []
    return [{"label": _("Choose"), "hidden": True, "class": "pick"}]


def settable(record: str, keys: list[str]) -> dict[str, str]:
    """Which columns of a list the reader may change in their cells, with their words."""
    user = reader()
    if not may(user, "edit_records"):
        return {}
    found = {key: setting_of(record, key, user) for key in keys}
    return {key: str(one.label) for key, one in found.items() if one is not None}
