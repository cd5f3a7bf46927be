"""What the history offers to the frame; lets the session write it."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from crm.history import writing
from crm.history.house import ACTS, HISTORY
from crm.web.shell import ShellItem

__all__ = ["ACTS", "HISTORY", "SHELL"]
SHELL = [
    ShellItem(
        _l("History"),
        "/history",
        order=65,
        place="settings",
        help=_l("Who changed what, and the way back."),
    ),
    ShellItem(
        _l("Trash"),
        "/trash",
        order=66,
        place="settings",
        right="edit_records",
        help=_l("What was deleted in the last 30 days, and the way out."),
    ),
]


def init_app(app: Flask) -> None:
    """Listen to every transaction."""
    writing.listen()
