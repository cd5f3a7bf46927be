"""Work of the clock for tasks."""

from crm.activities import actions, letters, queries
from crm.core.queue import job


@job
def remind_overdue() -> None:
    """Remind owners of what is due, once a due time; days follow their owners' zones."""
    actions.refresh_days(queries.moved_days())
    for task in queries.to_remind():
        if actions.remind(task):
            letters.queue_reminder(task)
