"""The languages of a draft: adding one, writing its texts, taking it out."""

import copy

from flask_babel import gettext as _

from crm.core.refusal import Refused
from crm.quizzes.actions.versions import save_draft
from crm.quizzes.models import Quiz
from crm.quizzes.rules import languages


def add(quiz: Quiz, language: str) -> None:
    """Offer a draft in one more language; its texts are empty at first."""
    if language not in languages.KNOWN or language in languages.languages(quiz.draft):
        raise Refused(_("Choose a language that the quiz does not have."), "language")
    spec = copy.deepcopy(quiz.draft)
    spec["languages"] = [*(spec.get("languages") or []), language]
    save_draft(quiz, spec)


def write(quiz: Quiz, language: str, words: dict[str, str]) -> None:
    """Put the texts of a language into the draft by their keys; an empty one is missing again."""
    spec = copy.deepcopy(quiz.draft)
    known = {one.key for one in languages.texts(spec)}
    spec.setdefault("texts", {})[language] = {
        key: text for key, text in words.items() if key in known and text.strip()
    }
    save_draft(quiz, spec)


def write_fixed(quiz: Quiz, language: str, words: dict[str, str | list[str]]) -> None:
    """Put the words of the pages in a language that we do not speak into the draft."""
    spec = copy.deepcopy(quiz.draft)
    kept = {text: said for text, said in words.items() if any(said)}
    spec.setdefault("fixed", {})[language] = kept
    save_draft(quiz, spec)


def remove(quiz: Quiz, language: str) -> None:
    """Take a language and its texts out of the draft; published versions keep it."""
    spec = copy.deepcopy(quiz.draft)
    spec["languages"] = [one for one in spec.get("languages") or [] if one != language]
    for kind in ("texts", "fixed"):
        (spec.get(kind) or {}).pop(language, None)
    save_draft(quiz, spec)
