"""What import and export offer to the frame."""

from flask_babel import lazy_gettext as _l

from crm.transfer.bulk import BATCHES
from crm.transfer.letters import MAILS
from crm.web.shell import ShellItem

SHELL = [
    ShellItem(
        _l("Import"),
        "/import",
        icon="upload",
        order=90,
        place="new",
        right="import_records",
        help=_l("People, companies or deals from CSV, Excel or vCard"),
    ),
    ShellItem(
        _l("Exports"),
        "/exports",
        order=68,
        place="settings",
        right="export_records",
        help=_l("Files of lists that you asked for, to fetch within a day"),
    ),
]

__all__ = ["BATCHES", "MAILS", "SHELL"]
