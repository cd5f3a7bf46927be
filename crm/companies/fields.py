"""What companies offer to the frame."""

from flask_babel import lazy_gettext as _l

from crm.web.shell import ShellItem

SHELL = [
    ShellItem(_l("Companies"), "/companies", "building-2", order=30),
    ShellItem(
        _l("Company"),
        "/companies/new",
        "building-2",
        order=20,
        place="new",
        right="edit_records",
        help=_l("An organisation by its domain"),
    ),
]
