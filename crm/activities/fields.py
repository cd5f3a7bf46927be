"""What the timeline and tasks offer to the frame."""

from flask_babel import lazy_gettext as _

from crm.web.shell import ShellItem

SHELL = [ShellItem(_("Tasks"), "/tasks", icon="check", order=50)]
