"""Editing a draft: its parts, its tiers and areas, how it is shared and looks."""

import copy
from typing import Any

from flask import Blueprint, abort, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from crm.accounts import queries as people
from crm.quizzes import actions
from crm.quizzes.actions import drafts
from crm.quizzes.forms import SharingForm, filled, parts, seen, write
from crm.quizzes.models import Quiz
from crm.quizzes.routes.quizzes import quiz_or_404
from crm.quizzes.rules import checks, fixed, languages
from crm.quizzes.rules.origins import origins
from crm.web.access import needs
from crm.web.page import changed, page, perform, toast

bp = Blueprint("quiz_parts", __name__, url_prefix="/quizzes/<int:quiz_id>")
THINGS = {"tiers": "tiers", "areas": "categories"}


@bp.get("/edit")
@needs("manage_quizzes")
def edit(quiz_id: int):
    quiz = quiz_or_404(quiz_id)
    unsaid = fixed.missing(quiz.draft)
    return page(
        "quizzes/edit.html",
        quiz=quiz,
        spec=quiz.draft,
        parts=parts.part_names(),
        kinds=dict(parts.kinds()),
        problems=checks.problems(quiz.draft),
        spoken=languages.languages(quiz.draft),
        unwritten=languages.missing(quiz.draft),
        unspoken={one: unsaid.get(one, []) for one in fixed.needed(quiz.draft)},
        language_names=languages.KNOWN,
    )


@bp.get("/parts/<name>")
@needs("manage_quizzes")
def part(quiz_id: int, name: str):
    return _part_page(quiz_or_404(quiz_id), name)


@bp.post("/parts/<name>")
@needs("manage_quizzes")
def save_part(quiz_id: int, name: str):
    quiz = quiz_or_404(quiz_id)
    _title, blanks = _part(quiz, name)
    form = filled(blanks, quiz.draft, quiz.version)
    spec = copy.deepcopy(quiz.draft)

    def work() -> None:
        write(blanks, form, spec)
        actions.save_draft(quiz, spec, seen(form))

    if perform(form, work):
        toast(_("Saved in the draft."))
        return changed(url_for(".edit", quiz_id=quiz_id))
    form.begin_again()
    return _part_page(quiz, name, form, 422)


@bp.post("/<any(tiers, areas):kind>")
@needs("manage_quizzes")
def add(quiz_id: int, kind: str):
    quiz = quiz_or_404(quiz_id)
    name = _("New tier") if kind == "tiers" else _("New area")
    thing_id = perform(None, drafts.add_thing, quiz, THINGS[kind], name)
    if not thing_id:
        return changed(url_for(".edit", quiz_id=quiz_id))
    return changed(url_for(".thing", quiz_id=quiz_id, kind=kind, thing_id=thing_id))


@bp.get("/<any(tiers, areas):kind>/<thing_id>")
@needs("manage_quizzes")
def thing(quiz_id: int, kind: str, thing_id: str):
    return _thing_page(quiz_or_404(quiz_id), kind, thing_id)


@bp.post("/<any(tiers, areas):kind>/<thing_id>")
@needs("manage_quizzes")
def save_thing(quiz_id: int, kind: str, thing_id: str):
    quiz = quiz_or_404(quiz_id)
    found = copy.deepcopy(_thing(quiz, kind, thing_id))
    blanks = _blanks(kind)
    form = filled(blanks, found, quiz.version)

    def work() -> None:
        write(blanks, form, found)
        drafts.save_thing(quiz, THINGS[kind], thing_id, found, seen(form))

    if perform(form, work):
        toast(_("Saved in the draft."))
        return changed(url_for(".edit", quiz_id=quiz_id) + f"#{kind}")
    form.begin_again()
    return _thing_page(quiz, kind, thing_id, form, 422)


@bp.post("/<any(tiers, areas):kind>/<thing_id>/deletion")
@needs("manage_quizzes")
def delete(quiz_id: int, kind: str, thing_id: str):
    if perform(None, drafts.delete_thing, quiz_or_404(quiz_id), THINGS[kind], thing_id):
        toast(_("Taken out of the draft."))
    return changed(url_for(".edit", quiz_id=quiz_id) + f"#{kind}")


@bp.get("/sharing")
@needs("manage_quizzes")
def sharing(quiz_id: int):
    quiz = quiz_or_404(quiz_id)
    return page("quizzes/sharing.html", quiz=quiz, form=_sharing_form(quiz, formdata=None))


@bp.post("/sharing")
@needs("manage_quizzes")
def share(quiz_id: int):
    quiz = quiz_or_404(quiz_id)
    form = _sharing_form(quiz).over(lambda: _sharing_form(quiz, formdata=None))
    if perform(form, lambda: _share(quiz, form)):
        toast(_("Saved."), _("It shows at once: this is not part of a version."))
        return changed(url_for("quizzes.show", quiz_id=quiz_id))
    return page("quizzes/sharing.html", status=422, quiz=quiz, form=form)


def _share(quiz: Quiz, form: SharingForm) -> None:
    actions.share(
        quiz,
        slug=form.slug.data,
        sender_id=form.sender_id.data or None,
        embed_origins=origins(form.embed_origins.data or ""),
        result_days=form.result_days.data,
        retake=form.retake.data,
        retake_days=form.retake_days.data,
        may_share=form.may_share.data,
        asks_back=form.asks_back.data,
        colours=form.theme,
    )


def _sharing_form(quiz: Quiz, **more: Any) -> SharingForm:
    senders = [(user.id, user.name) for user in people.owners_for(current_user)]
    if quiz.sender_id and quiz.sender_id not in dict(senders):
        sender = people.user_by_id(quiz.sender_id)
        senders.append((quiz.sender_id, sender.name if sender else "?"))
    data = {
        "slug": quiz.slug,
        "sender_id": quiz.sender_id or 0,
        "embed_origins": "\n".join(quiz.embed_origins),
        "result_days": quiz.result_days,
        "retake": quiz.retake,
        "retake_days": quiz.retake_days,
        "may_share": quiz.may_share,
        "asks_back": quiz.asks_back,
        **(quiz.theme or {}),
    }
    return SharingForm(senders, data=data, **more)


def _part(quiz: Quiz, name: str):
    if name not in parts.part_names():
        abort(404)
    return parts.part(name, quiz.draft)


def _part_page(quiz: Quiz, name: str, form=None, status: int = 200):
    title, blanks = _part(quiz, name)
    form = form or filled(blanks, quiz.draft, quiz.version)
    return page(
        "quizzes/part.html",
        status=status,
        quiz=quiz,
        title=title,
        form=form,
        action=request.path,
        delete=None,
        back="",
    )


def _blanks(kind: str):
    return parts.tier() if kind == "tiers" else parts.area()


def _thing(quiz: Quiz, kind: str, thing_id: str) -> dict:
    for one in quiz.draft.get(THINGS[kind]) or []:
        if one["id"] == thing_id:
            return dict(one)
    return abort(404)


def _thing_page(quiz: Quiz, kind: str, thing_id: str, form=None, status: int = 200):
    found = _thing(quiz, kind, thing_id)
    form = form or filled(_blanks(kind), found, quiz.version)
    title = (
        _("Tier %(name)s", name=found["name"])
        if kind == "tiers"
        else _("Area %(name)s", name=found["name"])
    )
    delete_url = url_for(".delete", quiz_id=quiz.id, kind=kind, thing_id=thing_id)
    action = url_for(".save_thing", quiz_id=quiz.id, kind=kind, thing_id=thing_id)
    return page(
        "quizzes/part.html",
        status=status,
        quiz=quiz,
        title=title,
        form=form,
        action=action,
        delete=delete_url,
        back=f"#{kind}",
    )
