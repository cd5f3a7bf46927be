"""What the timeline and tasks offer to the frame and to mail."""

from flask_babel import lazy_gettext as _

from crm.activities.letters import MAILS
from crm.web.shell import ShellItem

SHELL = [
    ShellItem(_("Tasks"), "/tasks", icon="check", order=50),
    ShellItem(
        _("Task"),
        "/tasks/new",
        icon="check",
        order=40,
        place="new",
        right="edit_records",
        help=_("What you promise, with its day or time"),
    ),
]

__all__ = ["MAILS", "SHELL"]
