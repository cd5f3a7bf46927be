"""What deals offer to the frame."""

from flask_babel import lazy_gettext as _

from crm.web.shell import ShellItem

SHELL = [
    ShellItem(_("Deals"), "/deals", icon="square-kanban", order=40),
    ShellItem(
        _("Deal"),
        "/deals/new",
        icon="square-kanban",
        order=30,
        place="new",
        right="edit_records",
        help=_("What somebody may buy, with its value and stage"),
    ),
    ShellItem(
        _("Pipelines"),
        "/settings/pipelines",
        order=40,
        place="settings",
        right="manage_pipelines",
        help=_("The stages of a deal, their chances and usual days."),
    ),
]
