"""Who gets which lead: the rules in order, and a box to try them."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, abort, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from crm.core import clock
from crm.filters import building
from crm.leads import queries
from crm.leads.actions import rulebook
from crm.leads.forms import PlaceForm, RuleForm, TryForm
from crm.leads.models import RoutingRule
from crm.leads.routes import dry
from crm.leads.routes.base import people_choices, sequence_choices
from crm.leads.rules import RECORD
from crm.sequences import queries as sequences
from crm.web.access import needs
from crm.web.page import changed, page, perform, toast

bp = Blueprint("routing", __name__, url_prefix="/settings/routing")
COUNTED = timedelta(days=30)
# What a new rule starts with: most ask for the score, so that without script one post is enough.
READY = [{"field": "pct", "op": "gt", "values": [""]}]


@bp.get("")
@needs("manage_routing")
def index():
    return page("leads/routing/index.html", **_context())


@bp.get("/new")
@needs("manage_routing")
def new():
    return _edit(None, _filled(None))


@bp.post("")
@needs("manage_routing")
def create():
    form = _offered(RuleForm())
    if form.is_building:
        return _edit(None, form)
    rule = (
        perform(form, rulebook.add_rule, form.name.data, **_asked(form)) if form.validate() else 0
    )
    if rule:
        toast(_("Rule added."), _("It is asked before the last one."))
        return changed(url_for(".index"))
    return _edit(None, form, status=422)


@bp.post("/last")
@needs("manage_routing")
def add_last():
    """The rule for everybody else, where a new database has none yet."""
    rule = perform(None, rulebook.ensure_catch_all)
    return changed(url_for(".edit", rule_id=rule.id))


@bp.get("/<int:rule_id>/edit")
@needs("manage_routing")
def edit(rule_id: int):
    rule = the_rule(rule_id)
    return _edit(rule, _filled(rule))


@bp.post("/<int:rule_id>")
@needs("manage_routing")
def update(rule_id: int):
    rule, form = the_rule(rule_id), _offered(RuleForm())
    if form.is_building:
        return _edit(rule, form)
    values = {"version": int(form.version.data or 0), "name": form.name.data}
    if form.validate() and perform(
        form, rulebook.change_rule, rule, **values, is_on=form.is_on.data, **_asked(form)
    ):
        toast(_("Rule saved."))
        return changed(url_for(".index"))
    return _edit(rule, form, status=422)


@bp.post("/<int:rule_id>/place")
@needs("manage_routing")
def place(rule_id: int):
    rule, form = the_rule(rule_id), PlaceForm()
    if not perform(form, rulebook.place_rule, rule, form.to.data):
        toast(_("The rule stays where it is."), " ".join(map(str, form.form_errors)), is_bad=True)
    return changed(url_for(".index"), "leads/routing/index.html", "rules", **_context())


@bp.post("/<int:rule_id>/switch")
@needs("manage_routing")
def switch(rule_id: int):
    rule = the_rule(rule_id)
    perform(None, rulebook.switch_rule, rule, request.form.get("on") == "1")
    return changed(url_for(".index"), "leads/routing/index.html", "rules", **_context())


@bp.post("/<int:rule_id>/deletion")
@needs("manage_routing")
def delete(rule_id: int):
    rule = the_rule(rule_id)
    if perform(None, rulebook.delete_rule, rule):
        toast(_("Rule deleted."), undo=url_for(".restore", rule_id=rule.id))
    return changed(url_for(".index"))


@bp.post("/<int:rule_id>/restoration")
@needs("manage_routing")
def restore(rule_id: int):
    if perform(None, rulebook.restore_rule, rule_id):
        toast(_("The rule is back."))
    return changed(url_for(".index"))


def the_rule(rule_id: int) -> RoutingRule:
    """A rule that is in use, or 404."""
    rule = queries.rule_by_id(rule_id)
    if rule is None:
        abort(404)
    return rule


def _context() -> dict[str, Any]:
    rules, pools = queries.rules_in_order(), queries.pools()
    form, now = TryForm(request.args), clock.now()
    leaves = queries.leaves_at(now)
    is_named = any(rule.steps.get("user_id") for rule in rules)
    return {
        "rules": rules,
        "pools": {pool.id: pool for pool in pools},
        "turns": {pool.id: queries.turn_of(pool, now, leaves) for pool in pools},
        "open_leads": queries.open_leads_of([m.user_id for p in pools for m in p.members]),
        "sequences": {one.id: one for one in sequences.sequences_for(current_user)},
        "users": dict(people_choices([])) if is_named else {},
        "counts": queries.rule_counts(now - COUNTED),
        "asks": queries.nodes_of,
        "form": form,
        **dry.result(form, rules, leaves),
    }


def _edit(rule: RoutingRule | None, form: RuleForm, status: int = 200):
    template = "leads/routing/edit.html" if rule else "leads/routing/new.html"
    return page(template, status=status, block=form.block("rule_form", status),
                rule=rule, form=form, last=_last(), root=form.built.root,
                **building.context(RECORD, is_house=True))  # fmt: skip


def _last() -> RoutingRule | None:
    """The rule for everybody else, to which a rule that asks nothing belongs."""
    return next((one for one in queries.rules_in_order() if one.is_catch_all), None)


def _offered(form: RuleForm) -> RuleForm:
    pools = queries.pools()
    form.give_to.choices = people_choices(pools)
    form.fallback.choices = [("", _("Nobody")), *((str(pool.id), pool.name) for pool in pools)]
    form.sequence.choices = sequence_choices()
    form.policy.choices = [
        ("", _("The first that applies")),
        *((str(policy.id), policy.name) for policy in queries.policies(only_on=True)),
    ]
    return form


def _filled(rule: RoutingRule | None) -> RuleForm:
    if rule is None:
        return _offered(RuleForm(formdata=None, conditions=READY, task_title="Call {name} – {pct}"))
    steps = rule.steps
    given = f"pool:{steps['pool_id']}" if steps.get("pool_id") else ""
    return _offered(
        RuleForm(
            formdata=None,
            name=rule.name,
            version=rule.version,
            is_on=rule.is_on,
            conditions=rule.conditions,
            give_to=given or (f"user:{steps['user_id']}" if steps.get("user_id") else ""),
            fallback=str(steps.get("fallback_pool_id") or ""),
            keep_owner=steps.get("keep_owner", True),
            task_title=steps.get("task_title", ""),
            sequence=str(steps.get("sequence_id") or ""),
            policy=str(steps.get("policy_id") or ""),
        )
    )


def _asked(form: RuleForm) -> dict[str, Any]:
    """Conditions and steps as the form has them."""
    kind, _sep, number = (form.give_to.data or "").partition(":")
    steps: dict[str, Any] = {
        "pool_id": int(number) if kind == "pool" else None,
        "user_id": int(number) if kind == "user" else None,
        "fallback_pool_id": int(form.fallback.data) if form.fallback.data else None,
        "sequence_id": int(form.sequence.data) if form.sequence.data else None,
        "policy_id": int(form.policy.data) if form.policy.data else None,
        "task_title": form.task_title.data or None,
        "task_kind": "call",
    }
    kept = {key: value for key, value in steps.items() if value is not None}
    kept["keep_owner"] = form.keep_owner.data
    return {"conditions": form.typed_conditions, "steps": kept}
