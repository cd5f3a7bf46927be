"""Answer times: how soon leads are called, in order, the first that applies."""

from flask import Blueprint, abort, url_for
from flask_babel import gettext as _

from crm.filters import building
from crm.leads import queries
from crm.leads.actions import rulebook
from crm.leads.forms import PlaceForm, PolicyForm
from crm.leads.models import AnswerPolicy
from crm.leads.rules import RECORD, span_words
from crm.web.access import needs
from crm.web.page import changed, page, perform, toast

bp = Blueprint("times", __name__, url_prefix="/settings/answer-times")
VALUES = (
    "name", "is_on", "kind", "counts", "minutes", "calendar",
    "warn_percent", "grace_minutes", "max_hops",
)  # fmt: skip


@bp.get("")
@needs("manage_routing")
def index():
    return page(
        "leads/times/index.html",
        policies=queries.policies(),
        asks=queries.nodes_of,
        span=span_words,
    )


@bp.get("/new")
@needs("manage_routing")
def new():
    return _edit(None, PolicyForm(formdata=None))


@bp.post("")
@needs("manage_routing")
def create():
    return _save(None)


@bp.get("/<int:policy_id>/edit")
@needs("manage_routing")
def edit(policy_id: int):
    policy = the_policy(policy_id)
    return _edit(policy, _opened(policy))


@bp.post("/<int:policy_id>")
@needs("manage_routing")
def update(policy_id: int):
    return _save(the_policy(policy_id))


@bp.post("/<int:policy_id>/place")
@needs("manage_routing")
def place(policy_id: int):
    form = PlaceForm()
    perform(form, rulebook.place_policy, the_policy(policy_id), form.to.data)
    return changed(url_for(".index"))


@bp.post("/<int:policy_id>/deletion")
@needs("manage_routing")
def delete(policy_id: int):
    if perform(None, rulebook.delete_policy, the_policy(policy_id)):
        toast(_("Answer time deleted."), _("Clocks that run keep their time."))
    return changed(url_for(".index"))


def the_policy(policy_id: int) -> AnswerPolicy:
    """An answer time, or 404."""
    policy = queries.policy_by_id(policy_id)
    if policy is None:
        abort(404)
    return policy


def _opened(policy: AnswerPolicy) -> PolicyForm:
    values = {name: getattr(policy, name) for name in VALUES}
    return PolicyForm(formdata=None, conditions=policy.conditions, **values)


def _save(policy: AnswerPolicy | None):
    form = PolicyForm()
    if form.is_building:
        return _edit(policy, form)
    if policy is not None:
        form.over(lambda: _opened(policy))
    if perform(form, lambda: rulebook.save_policy(
        policy, conditions=form.typed_conditions, **{name: form[name].data for name in VALUES}
    )):  # fmt: skip
        toast(_("Answer time saved."), _("It holds for leads that come from now on."))
        return changed(url_for(".index"))
    return _edit(policy, form, status=422)


def _edit(policy: AnswerPolicy | None, form: PolicyForm, status: int = 200):
    template = "leads/times/edit.html" if policy else "leads/times/new.html"
    block = form.block("policy_form", status)
    return page(template, status=status, block=block, policy=policy, form=form,
                root=form.built.root, **building.context(RECORD, is_house=True))  # fmt: skip
