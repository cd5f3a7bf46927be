"""Which rule takes a lead: what may be asked about it, and the first rule that fits."""

from typing import Any

from crm.contacts.models import Contact
from crm.filters.queries.house import House
from crm.leads.models import RoutingRule, Touch
from crm.leads.queries.judging import asks_for, fits
from crm.leads.queries.rulebook import rule_of, rule_rows
from crm.leads.rules import Arrival, Lead


def inputs_of(contact: Contact, arrival: Arrival, touch: Touch | None) -> dict[str, Any]:
    """What conditions may ask: what the arrival brought, and what the contact is."""
    company = contact.company
    known = {
        "source": arrival.source,
        "lifecycle": contact.lifecycle,
        "language": arrival.locale or contact.locale,
        "country": company.country if company else None,
        "company_size": company.size if company else None,
        "utm_source": touch.utm_source if touch else None,
        "utm_medium": touch.utm_medium if touch else None,
        "utm_campaign": touch.utm_campaign if touch else None,
    }
    return {**known, **arrival.inputs}


def rule_for(
    lead: Lead, rules: list[RoutingRule] | None = None, is_partial: bool = False
) -> tuple[int, RoutingRule | None]:
    """The first rule that fits and its place, counted from 1; (0, None) without rules.

    A partial arrival is taken only by rules that ask for incomplete contacts.
    """
    house = House()
    for place, rule in enumerate(rule_rows() if rules is None else rules, start=1):
        if is_partial and not asks_for_partials(rule):
            continue
        if rule.is_catch_all or (rule.is_on and fits(rule.conditions, lead, house)):
            return place, rule_of(rule) if rules is None else rule
    return 0, None


def asks_for_partials(rule: Any) -> bool:
    """Whether a rule names incomplete contacts, and not by leaving others out."""
    return not rule.is_catch_all and any(asks_for(rule.conditions, "lifecycle"))


def gives_to_people(rule: RoutingRule | None) -> bool:
    """Whether a rule gives leads to somebody, not only to a sequence."""
    keys = ("user_id", "pool_id", "fallback_pool_id")
    return rule is not None and any(rule.steps.get(key) for key in keys)
