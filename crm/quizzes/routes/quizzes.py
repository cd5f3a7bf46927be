"""The list of quizzes, one quiz with its numbers and links, a new one, pausing and reopening."""

import importlib
import io
from typing import Any

from flask import Blueprint, Response, abort, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from crm.accounts.rules import may
from crm.core import keyset, links
from crm.quizzes import actions
from crm.quizzes.forms import NewQuizForm
from crm.quizzes.models import Quiz
from crm.quizzes.queries import cards, team
from crm.web.access import needs
from crm.web.page import changed, page, perform, toast

bp = Blueprint("quizzes", __name__, url_prefix="/quizzes")


def quiz_or_404(quiz_id: int) -> Quiz:
    """The quiz if this person may see it."""
    return team.quiz_for(current_user, quiz_id) or abort(404)


def can_edit() -> bool:
    """Whether the person who looks may change quizzes."""
    return may(current_user, "manage_quizzes")


@bp.get("")
def index():
    quizzes = team.quizzes_for(current_user)
    numbers = team.summaries([quiz.id for quiz in quizzes])
    return page(
        "quizzes/index.html",
        quizzes=quizzes,
        numbers=numbers,
        tiers=_tiers,
        can_edit=can_edit(),
    )


@bp.get("/new")
@needs("manage_quizzes")
def new():
    return page("quizzes/new.html", form=NewQuizForm())


@bp.post("")
@needs("manage_quizzes")
def create():
    form = NewQuizForm()
    quiz = perform(
        form,
        lambda: actions.create(form.name.data, form.template.data, by=current_user),
    )
    if quiz:
        toast(_("Quiz made."), _("It is a draft until you publish it."))
        return changed(url_for("quiz_parts.edit", quiz_id=quiz.id))
    return page("quizzes/new.html", status=422, form=form)


@bp.get("/<int:quiz_id>")
def show(quiz_id: int):
    quiz = quiz_or_404(quiz_id)
    place = keyset.unpack(request.args.get("before"), int)
    attempts = team.attempts(quiz, before=place[0] if place else None)
    held = team.attempts(quiz, verdict="quarantined")[: team.PAGE]
    return page("quizzes/show.html", quiz=quiz, **_shown(quiz, attempts, held))


@bp.get("/<int:quiz_id>/qr.svg")
def qr(quiz_id: int) -> Response:
    quiz = quiz_or_404(quiz_id)
    out = io.BytesIO()
    segno: Any = importlib.import_module("segno")  # costs every start 3 ms, few ever use it
    code = segno.make(links.absolute(f"/q/{quiz.slug}"), error="m")
    code.save(out, kind="svg", scale=4, border=2, dark="#22261f", light="#ffffff", nl=False)
    return Response(out.getvalue(), mimetype="image/svg+xml")


@bp.post("/<int:quiz_id>/closure")
@needs("manage_quizzes")
def close(quiz_id: int):
    if perform(None, actions.pause, quiz_or_404(quiz_id)):
        toast(
            _("Paused."),
            _("Whoever had begun can go on once it opens again."),
            undo=True,
        )
    return changed(url_for(".show", quiz_id=quiz_id))


@bp.post("/<int:quiz_id>/reopening")
@needs("manage_quizzes")
def reopen(quiz_id: int):
    if perform(None, actions.reopen, quiz_or_404(quiz_id)):
        toast(_("Open again."), undo=True)
    return changed(url_for(".show", quiz_id=quiz_id))


@bp.post("/<int:quiz_id>/archival")
@needs("manage_quizzes")
def archive(quiz_id: int):
    if perform(None, actions.archive, quiz_or_404(quiz_id)):
        toast(_("Archived."), undo=True)
    return changed(url_for(".index"))


def _shown(quiz: Quiz, attempts: list, held: list) -> dict:
    versions = team.versions(quiz)  # also brings the live one, which the next line asks for
    rows = attempts[: team.PAGE]
    spec = quiz.live_version.spec if quiz.live_version else quiz.draft
    following = keyset.pack(rows[-1].id) if len(attempts) > team.PAGE else None
    people = [one.contact_id for one in rows + held if one.contact_id]
    return {
        "can_edit": can_edit(),
        "funnel": team.funnel(quiz, spec),
        "spec": spec,
        "tiers": _tiers(quiz),
        "split": team.split(quiz),
        "attempts": rows,
        "held": held,
        "names": team.names_of(current_user, people),
        "next": url_for(".show", quiz_id=quiz.id, before=following) if following else None,
        "versions": versions,
        "shared": cards.cards_of(quiz),
        "link": links.absolute(f"/q/{quiz.slug}"),
        "script": links.absolute("/embed.js"),
    }


def _tiers(quiz: Quiz) -> dict[str, dict]:
    spec = quiz.live_version.spec if quiz.live_version else quiz.draft
    return {tier["id"]: tier for tier in spec.get("tiers") or []}
