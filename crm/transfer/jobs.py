"""The worker's and the clock's part of import and export."""

from crm.core.db import run
from crm.core.queue import job
from crm.transfer import actions


@job
def forget_files() -> None:
    """Empty uploaded files after 30 days, exported ones after one, strangers' addresses too."""
    actions.forget_files()
    actions.forget_askers()
    actions.forget_exports()


@job(network=True, queue="bulk")
def write_exports(export_id: int = 0) -> None:
    """Write one file; without a number ring for those that nobody writes."""
    if export_id:
        actions.write_export(export_id)
    else:
        run(actions.sweep_exports)
