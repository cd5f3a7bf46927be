"""One arrival being routed: the contact, what came, the rule that fits; its task, clock, mails."""

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from crm.accounts.models import User
from crm.accounts.queries import seen
from crm.activities import actions as activities
from crm.activities.models import Task
from crm.contacts.models import Contact
from crm.contacts.queries import stands
from crm.core.refusal import Refused
from crm.leads import queries
from crm.leads.actions.clocks import start_clock
from crm.leads.actions.telling import short_time
from crm.leads.actions.turns import Choice
from crm.leads.models import AnswerClock, Intake, RoutingRule, Touch
from crm.leads.rules import Arrival, Lead, task_due
from crm.sequences import actions as sequences
from crm.sequences import queries as enrolments
from crm.sequences.models import Enrolment


@dataclass(frozen=True)
class Case:
    """What is known when a rule decides. `place` counts rules from 1."""

    contact: Contact
    arrival: Arrival
    intake: Intake
    inputs: dict[str, Any]
    place: int = 0
    rule: RoutingRule | None = None

    @property
    def steps(self) -> dict[str, Any]:
        return self.rule.steps if self.rule else {}

    @property
    def key(self) -> str:
        return f"intake:{self.intake.id}"

    @property
    def is_of_a_new_contact(self) -> bool:
        return not self.intake.matched_by

    @property
    def gives_to_people(self) -> bool:
        return queries.gives_to_people(self.rule)

    @property
    def rule_words(self) -> str:
        if self.rule is None:
            return _("No rule")
        return _("Rule %(place)s, “%(name)s”", place=self.place, name=self.rule.name)


def case_of(contact: Contact, arrival: Arrival, intake: Intake, touch: Touch | None) -> Case:
    """The case with the first rule that fits; the catch-all always does."""
    inputs = queries.inputs_of(contact, arrival, touch)
    lead = Lead(inputs, contact, intake.received_at)
    place, rule = queries.rule_for(lead, is_partial=arrival.is_partial)
    return Case(contact, arrival, intake, inputs, place, rule)


def task_title(case: Case, owner: User) -> str:
    """The title of a rule's task: {name}, {pct}, {tier}, {quiz} and {company} are filled in.

    A company that `owner` may not see is not named to them.
    """
    company = seen(owner, case.contact.company)
    words = {
        "{name}": case.contact.name,
        "{pct}": case.inputs.get("pct"),
        "{tier}": case.inputs.get("tier_name"),
        "{quiz}": case.inputs.get("quiz_name"),
        "{company}": company.name if company else case.contact.company_text,
    }
    text = str(case.steps.get("task_title") or "Call {name}")
    for mark, value in words.items():
        text = text.replace(mark, "" if value is None else str(value))
    return text.strip()


def begin_work(
    case: Case, owner: User, choice: Choice | None = None
) -> tuple[Task | None, AnswerClock | None]:
    """The task of the rule, due by the cut-off rule, and the promise of the first policy."""
    task = None
    if case.steps.get("task_title"):
        calendar = queries.calendar_for(owner, case.contact)
        task = activities.add_task(
            task_title(case, owner),
            owner_id=owner.id,
            kind=case.steps.get("task_kind") or "call",
            contact_id=case.contact.id,
            due_at=task_due(case.intake.received_at, calendar),
            zone=calendar.zone.key,
            source="routing",
            priority=1,
            dedupe_key=f"{case.key}:task",
            team_id=case.contact.team_id,
        )
    pool_id = choice.pool.id if choice and choice.pool else case.steps.get("pool_id")
    clock = start_clock(
        case.contact, case.intake, owner, inputs=case.inputs, rule=case.rule, pool_id=pool_id
    )
    return task, clock


def enrol(case: Case) -> tuple[Enrolment | None, str]:
    """Put the contact into the rule's sequence; a refusal is told on the timeline, in words."""
    sequence = enrolments.with_version(int(case.steps["sequence_id"]))
    if sequence is None:
        why = _("the sequence of this rule is gone")
        return None, _not_enrolled(case, case.rule_words, why)
    links = case.inputs.get("links") or {}
    try:
        enrolment = sequences.enrol(
            case.contact,
            sequence,
            source="rule",
            anchor_at=case.intake.received_at,
            sender_id=sequence.sender_id,
            context={
                "result_link": links.get("result", ""),
                "quiz_link": links.get("quiz", ""),
                "first_name": case.contact.first_name,
                "to": case.arrival.email,
            },
            is_unconfirmed=case.arrival.is_unconfirmed,
            stands=_stands(case),
        )
    except Refused as refusal:
        return None, _not_enrolled(case, sequence.name, refusal.message)
    return enrolment, ""


def _stands(case: Case) -> tuple[bool, bool] | None:
    """How whom this arrival made stands on mails, who said nothing before; None for others."""
    made_of = case.arrival.first_facts.get("quiz_attempt_id")
    if made_of is None or made_of != case.contact.quiz_attempt_id:
        return None
    said = [one for one in case.arrival.consents if one.purpose == "marketing"]
    return stands((one.is_granted, one.state, case.arrival.source) for one in said)


def headline(case: Case) -> str:
    """What the bell says of a new lead."""
    if case.inputs.get("pct") is None:
        return _("%(name)s is yours", name=case.contact.name)
    tier = case.inputs.get("tier_name") or _("Lead")
    return f"{tier}, {case.inputs['pct']}: {case.contact.name}"


def first_line(owner: User, task: Task | None, clock: AnswerClock | None) -> str:
    """By when something is to be done."""
    if clock is not None:
        return _("First call by %(time)s.", time=short_time(clock.due_at, owner))
    if task is not None and task.due_at is not None:
        due = short_time(task.due_at, owner)
        return _("%(task)s, due %(time)s.", task=task.title, time=due)
    return _("Given to you just now.")


def _not_enrolled(case: Case, where: str, why: str) -> str:
    activities.note_rule(
        "nurture_stop",
        contact_id=case.contact.id,
        title=_("Not enrolled in %(where)s", where=where),
        body=why,
        details={"rule_id": case.rule.id if case.rule else None},
    )
    return why
