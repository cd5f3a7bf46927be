"""Writing sequences: the draft, its steps, and publishing it as a version that never changes."""

import copy
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select

from crm.accounts.models import User
from crm.contacts.rules import fold
from crm.core import clock
from crm.core.db import db
from crm.core.refusal import Conflict, Refused
from crm.sequences import filling, queries, rules
from crm.sequences.actions.enrolling import steps_of
from crm.sequences.actions.stopping import stop
from crm.sequences.models import Enrolment, Sequence, SequenceVersion
from crm.sequences.rules.shape import blank, check_step

ENROLLED = ("leave", "move", "stop")


def create(name: str, by: User, spec: dict[str, Any] | None = None) -> Sequence:
    """A new draft; Refused when the name is taken."""
    _refuse_taken(name, None)
    sequence = Sequence(
        name=name,
        slug=_slug(name),
        draft=spec or blank(),
        sender_id=by.id,
        team_id=None,
        created_at=clock.now(),
        updated_at=clock.now(),
    )
    db.session.add(sequence)
    db.session.flush()
    return sequence


def save_settings(
    sequence: Sequence, by: User, *, name: str, sender_id: int | None, weekdays: list[int],
    opens: str, closes: str, needs_consent: bool, reenrol_after_days: int | None, version: int,
) -> None:  # fmt: skip
    """Name, sender and send window; the window takes effect with the next version."""
    _check_version(sequence, version)
    _refuse_taken(name, sequence.id)
    if not weekdays or opens >= closes:
        raise Refused(_("The window must open on a day, and close after it opens."), "closes")
    sequence.name, sequence.sender_id = name, sender_id
    sequence.reenrol_after_days = reenrol_after_days
    _change(
        sequence,
        window={"weekdays": sorted(weekdays), "from": opens, "to": closes},
        needs_consent=needs_consent,
    )


def add_step(sequence: Sequence, by: User) -> str:
    """A step at the end; its key."""
    steps = copy.deepcopy(sequence.draft["steps"])
    step = rules.new_step(steps)
    _change(sequence, steps=[*steps, step])
    return str(step["key"])


def save_step(sequence: Sequence, by: User, *, key: str, version: int, **values: Any) -> None:
    """Write one step; Refused with the field's name for what cannot be sent."""
    _check_version(sequence, version)
    steps = copy.deepcopy(sequence.draft["steps"])
    step = next((s for s in steps if s["key"] == key), None)
    if step is None:
        raise Refused(_("This step is gone."))
    step.update(
        name=values["name"],
        subject=values["subject"],
        preview=values["preview"],
        body=values["body"].replace("\r\n", "\n"),
        delay={"amount": values["amount"], "unit": values["unit"]},
        at=values["at"] or None,
    )
    for field, words in check_step(step, filling.own_fields()):
        raise Refused(words, field)
    _change(sequence, steps=steps)


def move_step(sequence: Sequence, by: User, *, key: str, by_places: int) -> None:
    """Move a step up (-1) or down (1); at the end it stays."""
    steps = copy.deepcopy(sequence.draft["steps"])
    place = next((n for n, s in enumerate(steps) if s["key"] == key), None)
    if place is None:
        raise Refused(_("This step is gone."))
    target = place + (1 if by_places > 0 else -1)
    if 0 <= target < len(steps):
        steps.insert(target, steps.pop(place))
        _change(sequence, steps=steps)


def delete_step(sequence: Sequence, by: User, *, key: str) -> None:
    """Take a step out of the draft; published versions keep it."""
    _change(sequence, steps=[s for s in sequence.draft["steps"] if s["key"] != key])


def publish(sequence: Sequence, by: User, *, enrolled: str = "leave") -> SequenceVersion:
    """Make the draft the live version; Refused with everything that is wrong with it.

    `enrolled` says what happens to those in older versions: leave them there, move those
    whose next step still exists, or stop them.
    """
    wrong = rules.check(sequence.draft, filling.own_fields())
    if wrong:
        raise Refused(" ".join(wrong))
    n = db.session.scalar(select(func.count()).where(SequenceVersion.sequence_id == sequence.id))
    version = SequenceVersion(
        sequence_id=sequence.id,
        n=(n or 0) + 1,
        spec=copy.deepcopy(sequence.draft),
        published_at=clock.now(),
        published_by_id=by.id,
    )
    db.session.add(version)
    db.session.flush()
    sequence.live_version_id, sequence.state = version.id, "live"
    sequence.updated_at = clock.now()
    for enrolment in _older(sequence, version) if enrolled != "leave" else ():
        if enrolled == "stop":
            stop(enrolment, reason="version_replaced", cause=f"version:{version.n}", by=by)
        else:
            _move(enrolment, version)
    return version


def _older(sequence: Sequence, version: SequenceVersion) -> list[Enrolment]:
    rows = select(Enrolment).where(
        Enrolment.sequence_id == sequence.id,
        Enrolment.version_id != version.id,
        Enrolment.state.in_(queries.IN),
    )
    return list(db.session.scalars(rows.with_for_update()))


def _move(enrolment: Enrolment, version: SequenceVersion) -> None:
    """To the new version, if the step that comes next is still in it."""
    pending = [step for step in enrolment.steps if step.state == "pending"]
    keys = {step["key"] for step in version.spec["steps"]}
    if not pending or pending[0].step_key not in keys:
        return
    done = {step.step_key for step in enrolment.steps if step.state != "pending"}
    planned = steps_of(version.spec, enrolment, enrolment.contact)
    for step in pending:
        enrolment.steps.remove(step)
    db.session.flush()
    first = next(n for n, step in enumerate(planned) if step.step_key == pending[0].step_key)
    enrolment.steps += [step for step in planned[first:] if step.step_key not in done]
    enrolment.version_id = version.id


def pause_sequence(sequence: Sequence, by: User) -> None:
    """Nothing of it leaves until it is resumed; mails that are due wait."""
    if sequence.state != "live":
        raise Refused(_("Only a live sequence can be paused."))
    sequence.state, sequence.updated_at = "paused", clock.now()


def resume_sequence(sequence: Sequence, by: User) -> None:
    """Go on at the planned times; what became due meanwhile leaves one mail at a time."""
    if sequence.state != "paused":
        raise Refused(_("This sequence is not paused."))
    sequence.state, sequence.updated_at = "live", clock.now()


def archive(sequence: Sequence, by: User) -> None:
    """Put it away and stop whoever is in it."""
    rows = select(Enrolment).where(
        Enrolment.sequence_id == sequence.id, Enrolment.state.in_(queries.IN)
    )
    for enrolment in db.session.scalars(rows.with_for_update()):
        stop(enrolment, reason="manual", cause="archived", by=by)
    sequence.state, sequence.updated_at = "archived", clock.now()


def _change(sequence: Sequence, **parts: Any) -> None:
    sequence.draft = {**sequence.draft, **parts}
    sequence.updated_at = clock.now()


def _check_version(sequence: Sequence, version: int) -> None:
    if version != sequence.version:
        raise Conflict(_("Somebody else changed this sequence meanwhile. Open it again."))


def _refuse_taken(name: str, id: int | None) -> None:
    other = db.session.scalars(select(Sequence).where(Sequence.name == name)).first()
    if other and other.id != id:
        raise Refused(_("There is a sequence of this name already."), "name")


def _slug(name: str) -> str:
    base = "-".join("".join(c if c.isalnum() else " " for c in fold(name)).split())[:60]
    base = base.encode("ascii", "ignore").decode().strip("-") or "sequence"
    taken = set(db.session.scalars(select(Sequence.slug).where(Sequence.slug.like(f"{base}%"))))
    slug, n = base, 2
    while slug in taken:
        slug, n = f"{base}-{n}", n + 1
    return slug
