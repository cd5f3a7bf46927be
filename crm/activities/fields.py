"""What the timeline and tasks offer to the frame and to mail."""

from flask_babel import lazy_gettext as _

from crm.activities.letters import MAILS
from crm.web.shell import ShellItem

SHELL = [ShellItem(_("Tasks"), "/tasks", icon="check", order=50)]

__all__ = ["MAILS", "SHELL"]
