"""The texts of a draft in a further language: each one beside what it says in the first."""

import json
from typing import Any

from flask import Blueprint, abort, request, url_for
from flask_babel import gettext as _
from wtforms import StringField, TextAreaField
from wtforms.validators import Length, ValidationError

from crm.core import words as our_words
from crm.quizzes.actions import languages as actions
from crm.quizzes.forms import changes, rows
from crm.quizzes.models import Quiz
from crm.quizzes.routes.quizzes import quiz_or_404
from crm.quizzes.rules import fixed, languages
from crm.web.access import needs
from crm.web.forms import Form, OverForm, strip
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

    def work() -> None:
        rows.check_kept(request.form, _keys(quiz))
        actions.write(quiz, language, _typed(quiz, language, form))

    if perform(form, work):
        toast(_("Saved in the draft."))
        return changed(url_for("quiz_parts.edit", quiz_id=quiz_id) + "#languages")
    form.begin_again()
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

    def work() -> None:
        told = _words(quiz, language)
        actions.write_fixed(quiz, language, _said(told | changes(form, told), language))

    if perform(form, work):
        toast(_("Saved in the draft."))
        return changed(url_for("quiz_parts.edit", quiz_id=quiz_id) + "#languages")
    form.begin_again()
    return _words_page(quiz, language, form, 422)


def _words_form(quiz: Quiz, language: str) -> Any:
    """A field for each word of the pages, and for each plural form of those that count."""
    if language not in fixed.needed(quiz.draft):
        abort(404)
    fields: dict[str, Any] = {}
    for place, one in enumerate(our_words.fixed()):
        forms = fixed.forms(language) if one.plural else 1
        for number in range(forms):
            fields[f"w{place}_{number}"] = _word_field(one, number, forms)
    data = _words(quiz, language)
    return type("FixedForm", (OverForm,), fields)(data=data | {"base": json.dumps(data)})


def _words(quiz: Quiz, language: str) -> dict[str, str]:
    """What the draft says of each word of the pages, by the names of the fields."""
    said, found = fixed.own(quiz.draft, language), {}
    for place, one in enumerate(our_words.fixed()):
        texts = said.get(one.text) or ""
        for number in range(fixed.forms(language) if one.plural else 1):
            found[f"w{place}_{number}"] = texts[number] if isinstance(texts, list) else texts
    return found


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


def _said(told: dict[str, str], language: str) -> dict[str, str | list[str]]:
    found: dict[str, str | list[str]] = {}
    for place, one in enumerate(our_words.fixed()):
        forms = fixed.forms(language) if one.plural else 1
        texts = [told[f"w{place}_{number}"] or "" for number in range(forms)]
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


def _form(quiz: Quiz, language: str) -> Any:
    """A field for each text, named by its place; what it says in the first language is its help."""
    if language not in languages.languages(quiz.draft)[1:]:
        abort(404)
    fields: dict[str, Any] = {}
    for place, text in enumerate(languages.texts(quiz.draft)):
        kind = TextAreaField if len(text.source) > LONG else StringField
        fields[f"t{place}"] = kind(text.source, [Length(max=5000)], filters=[strip])
    shown, keys = _shown(quiz, language), _keys(quiz)
    base = json.dumps({**shown, "rows": keys})
    sent = rows.as_now(request.form, keys, shown) if request.method == "POST" else None
    return type("WordsForm", (OverForm,), fields)(sent, data=shown | {"base": base})


def _keys(quiz: Quiz) -> list[str]:
    return [one.key for one in languages.texts(quiz.draft)]


def _shown(quiz: Quiz, language: str) -> dict[str, str]:
    """What the draft says in the language, by the names of the fields."""
    words = (quiz.draft.get("texts") or {}).get(language) or {}
    texts = languages.texts(quiz.draft)
    return {f"t{place}": words.get(text.key, "") for place, text in enumerate(texts)}


def _typed(quiz: Quiz, language: str, form: Any) -> dict[str, str]:
    shown, texts = _shown(quiz, language), languages.texts(quiz.draft)
    told = shown | changes(form, shown)
    return {text.key: told[f"t{place}"] or "" for place, text in enumerate(texts)}


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
