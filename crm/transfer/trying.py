"""What only the record itself can refuse: a doubtful change is made and taken back at once."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from crm.core.db import db
from crm.core.refusal import Refused
from crm.fields.queries import custom_of
from crm.transfer.differing import Step
from crm.transfer.drafts import Draft
from crm.transfer.rules.mapping import ADDED


def try_out(step: Step) -> None:
    """Ask the guards that the run will ask; earlier rows about the same record come first.

    Raises Refused as the run would.
    """
    draft, writer = step.draft, step.writer
    if not writer.doubtful(step.changes):
        return
    savepoint = db.session.begin_nested()
    try:
        before = draft.before
        record = draft.found
        if record is None:
            record, before = _made(step, before[0]), before[1:]
        for one in before:
            with suppress(Refused), db.session.begin_nested():
                _change(step, one, record)
        _change(step, draft, record)
    finally:
        savepoint.rollback()


def _made(step: Step, first: Draft) -> Any:
    values = _without_new(step.writer.record, first.values)
    made = step.writer.create(Draft(first.line, values, links=first.links), step.by)
    db.session.flush()  # its numbers are given before others ask for theirs
    return made


def _change(step: Step, draft: Draft, record: Any) -> None:
    writer, by, before = step.writer, step.by, draft.found
    changes = writer.changes(draft, step.columns, writer.snapshot(record, by))
    wanted = _known(step, writer.doubtful(changes))
    if wanted:
        draft.found = record
        try:
            writer.change(draft, wanted, by)
            db.session.flush()
        finally:
            draft.found = before


def _known(step: Step, changes: Mapping[str, tuple[Any, Any]]) -> dict[str, tuple[Any, Any]]:
    """Changes with a choice there is in place of one that is only added by the run."""
    then = _without_new(step.writer.record, {key: pair[1] for key, pair in changes.items()})
    return {key: (pair[0], then[key]) for key, pair in changes.items() if key in then}


def _without_new(record: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Values with a choice there is in place of one that is only added when the import runs."""
    found = dict(values)
    for key in [key for key in values if key.startswith("cf_")]:
        said = values[key] if isinstance(values[key], list) else [values[key]]
        if any(isinstance(one, str) and one.startswith(ADDED) for one in said):
            custom = custom_of(record, key)
            offered = custom.options if custom else ()
            there = next((one.value for one in offered if one.is_active), None)
            found[key] = [there] if isinstance(values[key], list) and there else there
    return found
