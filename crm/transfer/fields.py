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
        _l("Imports"),
        "/import",
        order=67,
        place="settings",
        right="import_records",
        help=_l("Files brought in so far, what became of them, and a new one"),
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

# What the history calls an act, by its endpoint or the name that it gave itself.
ACTS = [
    ("erased", _l("Person erased")),
    ("subjects.erase", _l("Person erased")),
    ("own_data.delete", _l("Deletion asked for by the person")),
]

__all__ = ["ACTS", "BATCHES", "MAILS", "SHELL"]
