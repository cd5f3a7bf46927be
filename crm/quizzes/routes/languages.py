"""The texts of a draft in a further language: each one beside what it says in the first."""

from typing import Any

from flask import Blueprint, abort, request, url_for
from flask_babel import gettext as _
from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import Length, ValidationError

from crm.core import words as our_words
from crm.quizzes.actions import languages as actions
from crm.quizzes.forms import seen
from crm.quizzes.models import Quiz
from crm.quizzes.routes.quizzes import quiz_or_404
from crm.quizzes.rules import fixed, languages
from crm.web.access import needs
from crm.web.forms import Form, strip
from crm.web.page import changed, page, perform, toast

bp = Blueprint("quiz_languages", __name__, url_prefix="/quizzes/<int:quiz_id>/languages")
LONG = 90


@bp.post("")
@needs("manage_quizzes")
def add(quiz_id: int):
    language = request.form.get("language", "")
    if not perform(None, actions.add, quiz_or_404(quiz_id), language):
        return changed(url_for("quiz_parts.edit", quiz_id=quiz_id))
    return changed(url_for(".edit", quiz_id=quiz_id, language=language))


@bp.get("/<language>")
@needs("manage_quizzes")
def edit(quiz_id: int, language: str):
    quiz = quiz_or_404(quiz_id)
    return _page(quiz, language, _form(quiz, language))


@bp.post("/<language>")
@needs("manage_quizzes")
def save(quiz_id: int, language: str):
    quiz = quiz_or_404(quiz_id)
    form = _form(quiz, language)
    if perform(form, lambda: actions.write(quiz, language, _typed(quiz, form), seen(form))):
        toast(_("Saved in the draft."))
        return changed(url_for("quiz_parts.edit", quiz_id=quiz_id) + "#languages")
    return _page(quiz, language, form, 422)


@bp.post("/<language>/deletion")
@needs("manage_quizzes")
def delete(quiz_id: int, language: str):
    if perform(None, actions.remove, quiz_or_404(quiz_id), language):
        toast(_("Taken out of the draft."), _("Published versions keep it."))
    return changed(url_for("quiz_parts.edit", quiz_id=quiz_id) + "#languages")


@bp.get("/<language>/words")
@needs("manage_quizzes")
def words(quiz_id: int, language: str):
    quiz = quiz_or_404(quiz_id)
    return _words_page(quiz, language, _words_form(quiz, language))


@bp.post("/<language>/words")
@needs("manage_quizzes")
def save_words(quiz_id: int, language: str):
    quiz = quiz_or_404(quiz_id)
    form = _words_form(quiz, language)
    said = _said(form, language)
    if perform(form, lambda: actions.write_fixed(quiz, language, said, seen(form))):
        toast(_("Saved in the draft."))
        return changed(url_for("quiz_parts.edit", quiz_id=quiz_id) + "#languages")
    return _words_page(quiz, language, form, 422)


def _words_form(quiz: Quiz, language: str) -> Form:
    """A field for each word of the pages, and for each plural form of those that count."""
    if language not in fixed.needed(quiz.draft):
        abort(404)
    said = fixed.own(quiz.draft, language)
    fields: dict[str, Any] = {"seen": HiddenField()}
    data = {"seen": str(quiz.version)}
    for place, one in enumerate(our_words.fixed()):
        texts = said.get(one.text) or ""
        forms = fixed.forms(language) if one.plural else 1
        for number in range(forms):
            name = f"w{place}_{number}"
            fields[name] = _word_field(one, number, forms)
            data[name] = texts[number] if isinstance(texts, list) else texts
    return type("FixedForm", (Form,), fields)(data=data)


def _word_field(one: our_words.Fixed, number: int, forms: int):
    label = one.text
    if forms > 1:
        source = one.text if number == 0 else one.plural
        label = _("%(text)s (form %(n)s of %(all)s)", text=source, n=number + 1, all=forms)

    def check(_form: Form, field: Any) -> None:
        mark = fixed.broken(one, field.data or "")
        if mark == "%":
            raise ValidationError(_("Write “per cent” in words; a lone % is taken for a mark."))
        if mark:
            raise ValidationError(_("Nothing fills in %(mark)s here.", mark=mark))

    marks = " ".join(f"%({mark})s" for mark in fixed.MARK.findall(one.text))
    kind = TextAreaField if len(one.text) > LONG else StringField
    about = _("Keep %(marks)s: it is filled in.", marks=marks) if marks else ""
    return kind(label, [Length(max=1000), check], filters=[strip], description=about)


def _said(form: Form, language: str) -> dict[str, str | list[str]]:
    found: dict[str, str | list[str]] = {}
    for place, one in enumerate(our_words.fixed()):
        forms = fixed.forms(language) if one.plural else 1
        texts = [form[f"w{place}_{number}"].data or "" for number in range(forms)]
        found[one.text] = texts if one.plural else texts[0]
    return found


def _words_page(quiz: Quiz, language: str, form: Form, status: int = 200):
    name = languages.KNOWN.get(language, language)
    return page(
        "quizzes/part.html",
        status=status,
        quiz=quiz,
        title=_("Words of the pages in %(language)s", language=name),
        form=form,
        action=url_for(".save_words", quiz_id=quiz.id, language=language),
        delete=None,
        back="#languages",
    )


def _form(quiz: Quiz, language: str) -> Form:
    """A field for each text, named by its place; what it says in the first language is its help."""
    if language not in languages.languages(quiz.draft)[1:]:
        abort(404)
    words = (quiz.draft.get("texts") or {}).get(language) or {}
    fields = {"seen": HiddenField()}
    data = {"seen": str(quiz.version)}
    for place, text in enumerate(languages.texts(quiz.draft)):
        kind = TextAreaField if len(text.source) > LONG else StringField
        fields[f"t{place}"] = kind(text.source, [Length(max=5000)], filters=[strip])
        data[f"t{place}"] = words.get(text.key, "")
    return type("WordsForm", (Form,), fields)(data=data)


def _typed(quiz: Quiz, form: Form) -> dict[str, str]:
    return {
        text.key: form[f"t{place}"].data or ""
        for place, text in enumerate(languages.texts(quiz.draft))
    }


def _page(quiz: Quiz, language: str, form: Form, status: int = 200):
    return page(
        "quizzes/part.html",
        status=status,
        quiz=quiz,
        title=_("Texts in %(language)s", language=languages.KNOWN.get(language, language)),
        form=form,
        action=url_for(".save", quiz_id=quiz.id, language=language),
        delete=url_for(".delete", quiz_id=quiz.id, language=language),
        back="#languages",
    )
