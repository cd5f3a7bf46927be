"""What companies offer to the frame."""

from flask_babel import lazy_gettext as _l

from crm.web.shell import ShellItem

SHELL = [ShellItem(_l("Companies"), "/companies", "building-2", order=30)]
