"""What becomes of a lead: an owner keeps it, a rule's people take it, a sequence, or a manager."""

from dataclasses import dataclass

from flask_babel import gettext as _

from crm.accounts.models import User
from crm.activities import actions as activities
from crm.activities.models import Task
from crm.contacts.models import Contact
from crm.leads import queries
from crm.leads.actions.cases import Case, begin_work, case_of, enrol, first_line, headline
from crm.leads.actions.clocks import start_clock
from crm.leads.actions.lifecycle import try_move
from crm.leads.actions.owners import assign
from crm.leads.actions.telling import tell, tell_managers
from crm.leads.actions.turns import Choice, choose
from crm.leads.models import AnswerClock, Assignment, Intake, Touch
from crm.leads.rules import Arrival
from crm.sequences import actions as sequences
from crm.sequences.models import Enrolment

# An owned contact in one of these is no longer being worked on: a new sign of life reopens it.
ASLEEP = {"captured", "incomplete", "nurture", "recycled", "disqualified"}


@dataclass(frozen=True)
class Routed:
    """What routing decided; `note` says in words what a person should know of it."""

    assignment: Assignment | None = None
    enrolment: Enrolment | None = None
    task: Task | None = None
    clock: AnswerClock | None = None
    note: str = ""
    is_waiting: bool = False


def route(contact: Contact, arrival: Arrival, intake: Intake, touch: Touch | None) -> Routed:
    """Send a contact where the first rule that fits says; an active owner keeps it."""
    if contact.lifecycle == "spam":
        return Routed(note=_("Marked as spam: nobody was told."))
    case = case_of(contact, arrival, intake, touch)
    intake.rule_id = case.rule.id if case.rule else None
    is_left_alone = case.rule is None and arrival.is_partial
    if contact.owner is not None and contact.owner.is_active and not is_left_alone:
        return _to_owner(case, contact.owner)
    if case.rule is None:
        return _without_rule(case)
    if case.gives_to_people:
        choice = company_owner(case) or choose(case.steps, intake.received_at)
        return _to_person(case, choice) if choice.user else _to_nobody(case, choice)
    if case.steps.get("sequence_id"):
        return _to_sequence(case)
    return _to_nobody(case, Choice(None, _("the rule names neither people nor a sequence.")))


def _without_rule(case: Case) -> Routed:
    """Whoever has not finished is left alone; anybody else must not be lost."""
    if case.arrival.is_partial:
        return Routed(note=_("Not finished: nobody was told."))
    return _to_nobody(case, Choice(None, _("There is no routing rule.")))


def company_owner(case: Case) -> Choice | None:
    """Who has the company has its people, unless the rule says otherwise."""
    company = case.contact.company
    owner = company.owner if company else None
    if (
        company is None
        or owner is None
        or not owner.is_active
        or case.steps.get("keep_owner") is False
    ):
        return None
    return Choice(owner, _("%(name)s owns the company and keeps its people.", name=owner.name))


def _to_person(case: Case, choice: Choice) -> Routed:
    owner = choice.user
    assert owner is not None
    sequences.stop_for_contact(case.contact.id, reason="hot_result", cause=case.key)
    assignment = assign(
        case.contact,
        owner,
        reason=f"{case.rule_words}: {choice.reason}",
        rule=case.rule,
        choice=choice,
        inputs=case.inputs,
        intake=case.intake,
    )
    task, clock = begin_work(case, owner, choice)
    enrolment, note = enrol(case) if case.steps.get("sequence_id") else (None, "")
    tell(
        owner,
        case.contact,
        kind="lead",
        title=headline(case),
        body=first_line(owner, task, clock),
        key=case.key,
        mail_kind="notice",
        context=_mail_context(case, assignment, task, clock),
    )
    return Routed(assignment, enrolment, task, clock, note)


def _to_owner(case: Case, owner: User) -> Routed:
    """An owner keeps their contact: they are told; work begins anew only where it had ended."""
    task = clock = None
    if case.gives_to_people and case.contact.lifecycle in ASLEEP:
        sequences.stop_for_contact(case.contact.id, reason="hot_result", cause=case.key)
        try_move(case.contact, "assigned", evidence=case.key)
        task, clock = begin_work(case, owner)
    before, now = case.contact.quiz_score, case.inputs.get("pct")
    is_retake = before is not None and now is not None
    change = f"{before} → {now}" if is_retake else case.arrival.title
    tell(
        owner,
        case.contact,
        kind="return",
        title=_("%(name)s is back: %(change)s", name=case.contact.name, change=change).removesuffix(
            ": "
        ),
        body=first_line(owner, task, clock) if task or clock else _("Still yours, as before."),
        key=case.key,
        mail_kind="notice",
        context={**_mail_context(case, None, task, clock), "before": before},
    )
    return Routed(task=task, clock=clock, note=_("%(name)s keeps this contact.", name=owner.name))


def _to_sequence(case: Case) -> Routed:
    may_wait = case.contact.owner_id is None and not case.is_of_a_new_contact
    if may_wait and queries.waits_for_a_person(case.contact.id):
        return _keeps_waiting(case)
    enrolment, note = enrol(case)
    if enrolment is not None and enrolment.state == "waiting":
        return Routed(
            enrolment=enrolment, note=_("Waiting for confirmation: they were asked by mail.")
        )
    if enrolment is not None:
        try_move(case.contact, "nurture", evidence=f"enrolment:{enrolment.id}")
    return Routed(enrolment=enrolment, note=note)


def _keeps_waiting(case: Case) -> Routed:
    """Who waits for a person is not put off with mails because a later answer was weaker."""
    note = _(
        "%(rule)s would send mails, but this contact still waits for a manager.",
        rule=case.rule_words,
    )
    activities.record(
        "nurture_stop",
        contact_id=case.contact.id,
        actor="rule",
        title=_("Still waits for an owner"),
        body=note,
        details={"rule_id": case.rule.id if case.rule else None},
    )
    tell_managers(
        case.contact,
        kind="unrouted",
        title=_("%(name)s is back, and nobody has them yet", name=case.contact.name),
        body=note,
        key=case.key,
    )
    return Routed(note=note)


def _to_nobody(case: Case, choice: Choice) -> Routed:
    """Nobody can take it: it waits with the managers, who are told at once. Never silent."""
    if case.gives_to_people:
        sequences.stop_for_contact(case.contact.id, reason="hot_result", cause=case.key)
    reason = _(
        "%(rule)s: %(reason)s It waits for a manager.",
        rule=case.rule_words,
        reason=choice.reason,
    )
    assignment = assign(
        case.contact,
        None,
        reason=reason,
        rule=case.rule,
        choice=choice,
        inputs=case.inputs,
        intake=case.intake,
    )
    clock = start_clock(case.contact, case.intake, None, inputs=case.inputs, rule=case.rule)
    tell_managers(
        case.contact,
        kind="unrouted",
        title=_("Nobody has %(name)s", name=case.contact.name),
        body=reason,
        key=case.key,
        mail_kind="notice",
        context=_mail_context(case, assignment, None, clock),
    )
    return Routed(assignment, clock=clock, note=reason, is_waiting=True)


def _mail_context(
    case: Case, assignment: Assignment | None, task: Task | None, clock: AnswerClock | None
) -> dict:
    """What the notice needs when it is written: numbers of rows, and what was answered."""
    kept = ("pct", "tier_name", "level", "top_answers", "quiz_name")
    known = case.inputs.get("category_names") or {}
    areas = {known.get(key, key): pct for key, pct in (case.inputs.get("categories") or {}).items()}
    return {
        "assignment_id": assignment.id if assignment else None,
        "task_id": task.id if task else None,
        "clock_id": clock.id if clock else None,
        "intake_id": case.intake.id,
        "title": case.arrival.title,
        "source": case.arrival.source,
        "touch_id": case.arrival.touch_id,
        "inputs": {key: case.inputs[key] for key in kept if key in case.inputs}
        | {"categories": areas},
    }
