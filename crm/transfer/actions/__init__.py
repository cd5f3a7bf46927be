"""Every change that bringing files in and writing them out makes."""

from crm.transfer.actions.asking import correct, forget, forget_askers, mail_link, withdraw
from crm.transfer.actions.erasing import erase
from crm.transfer.actions.exporting import (
    WRITE,
    forget_exports,
    plan_export,
    sweep_exports,
    write_export,
)
from crm.transfer.actions.importing import (
    MOST_BYTES,
    NEW,
    begin,
    decide,
    forget_files,
    look,
    map_columns,
    new_choices,
    read,
    take,
    unknown,
    use_preset,
)
from crm.transfer.actions.keeping import keep_preset

__all__ = [
    "MOST_BYTES",
    "NEW",
    "WRITE",
    "begin",
    "correct",
    "decide",
    "erase",
    "forget",
    "forget_askers",
    "forget_exports",
    "forget_files",
    "keep_preset",
    "look",
    "mail_link",
    "map_columns",
    "new_choices",
    "plan_export",
    "read",
    "sweep_exports",
    "take",
    "unknown",
    "use_preset",
    "withdraw",
    "write_export",
]
