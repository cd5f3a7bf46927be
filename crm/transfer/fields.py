"""What import and export offer to the frame."""

from flask_babel import lazy_gettext as _l

from crm.transfer.bulk import BATCHES
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
]

__all__ = ["BATCHES", "SHELL"]
