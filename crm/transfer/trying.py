"""What only the record itself can refuse: a doubtful change is made and taken back at once."""

from contextlib import suppress

from crm.core.db import db
from crm.core.refusal import Refused
from crm.transfer.differing import Step
from crm.transfer.drafts import Draft
from crm.transfer.writers.base import adds_choices


def try_out(step: Step) -> None:
    """Ask the guards that the run will ask; earlier rows about the same record come first.

    Raises Refused as the run would. Words that become choices only then are not asked about.
    """
    draft, writer = step.draft, step.writer
    if draft.found is None or adds_choices(step.changes) or not writer.is_doubtful(step.changes):
        return
    savepoint = db.session.begin_nested()
    try:
        for one in draft.before:
            one.found = draft.found
            with suppress(Refused), db.session.begin_nested():
                _change(step, one)
        _change(step, draft)
    finally:
        savepoint.rollback()


def _change(step: Step, draft: Draft) -> None:
    writer, by = step.writer, step.by
    changes = writer.changes(draft, step.columns, writer.snapshot(draft.found, by))
    if changes:
        writer.change(draft, changes, by)
        db.session.flush()
