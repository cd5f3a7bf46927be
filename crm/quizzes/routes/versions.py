"""Publishing: what is wrong, what changes, who is under way; earlier versions brought back."""

from flask import Blueprint, abort, url_for
from flask_babel import gettext as _
from flask_login import current_user

from crm.leads import queries as leads
from crm.leads.models import RoutingRule
from crm.leads.rules import Lead
from crm.quizzes import actions
from crm.quizzes.actions import mapping
from crm.quizzes.forms import PublishForm
from crm.quizzes.models import Quiz
from crm.quizzes.queries import team
from crm.quizzes.routes.quizzes import quiz_or_404
from crm.quizzes.rules import checks
from crm.quizzes.rules.diff import diff
from crm.sequences import queries as sequences
from crm.web.access import needs
from crm.web.page import changed, page, perform, toast

bp = Blueprint("quiz_versions", __name__, url_prefix="/quizzes/<int:quiz_id>")


@bp.get("/publication")
@needs("manage_quizzes")
def ask(quiz_id: int):
    return _page(quiz_or_404(quiz_id), PublishForm())


@bp.post("/publication")
@needs("manage_quizzes")
def publish(quiz_id: int):
    quiz, form = quiz_or_404(quiz_id), PublishForm()
    version = perform(form, lambda: actions.publish(quiz, current_user, form.note.data or ""))
    if version:
        toast(_("Version %(n)s is live.", n=version.n))
        return changed(url_for("quizzes.show", quiz_id=quiz_id))
    return _page(quiz, form, 422)


@bp.post("/versions/<int:n>/restoration")
@needs("manage_quizzes")
def restore(quiz_id: int, n: int):
    quiz = quiz_or_404(quiz_id)
    version = team.version_of(quiz, n) or abort(404)
    made = perform(None, actions.roll_back, quiz, version, current_user)
    if made:
        toast(_("Version %(old)s is live again, as version %(n)s.", old=n, n=made.n))
    return changed(url_for("quizzes.show", quiz_id=quiz_id))


def _page(quiz: Quiz, form: PublishForm, status: int = 200):
    live = quiz.live_version
    changes = diff(live.spec, quiz.draft) if live else {}
    return page(
        "quizzes/publication.html",
        status=status,
        quiz=quiz,
        form=form,
        live=live,
        problems=checks.problems(quiz.draft),
        changes=changes,
        unfit=mapping.mismatches(quiz.draft),
        leads_nowhere=_leads_nowhere(quiz),
        given_to_nobody=not any(map(leads.gives_to_people, _rules(quiz))),
        is_same=bool(live) and not any(changes.values()),
        under_way=[(version.n, count) for version, count in team.versions(quiz) if count],
    )


def _leads_nowhere(quiz: Quiz) -> bool:
    """Whether the draft asks for consent to mails that no rule for this quiz ever starts."""
    marketing = (quiz.draft.get("consents") or {}).get("marketing") or {}
    if not marketing.get("text"):
        return False
    live = {one.id for one in sequences.live_sequences()}
    return not any(rule.steps.get("sequence_id") in live for rule in _rules(quiz))


def _rules(quiz: Quiz) -> list[RoutingRule]:
    """The rules that may take somebody who finishes this quiz, the last one for all included."""
    lead = Lead({"quiz": quiz.slug})
    rules = leads.rules_in_order(only_on=True)
    return [rule for rule in rules if leads.may_take(rule.conditions, "quiz", lead)]
