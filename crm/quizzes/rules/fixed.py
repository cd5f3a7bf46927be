"""The words of the pages that are not the author's (Next, Back), in languages we do not speak.

`fixed` in a spec holds them by language and English text; a text that counts has a list, one for
each plural form of the language.
"""

import re
from typing import Any

from babel.messages.plurals import get_plural

from crm.core import words
from crm.core.words import Fixed
from crm.quizzes.rules.languages import languages
from crm.quizzes.rules.shape import Spec

MARK = re.compile(r"%\((\w+)\)s")
Said = str | list[str]


def needed(spec: Spec) -> list[str]:
    """The languages of a spec in which the author has to write these words."""
    return [one for one in languages(spec) if not words.is_shipped(one)]


def own(spec: Spec, language: str) -> dict[str, Any]:
    """What the author wrote for a language."""
    return dict((spec.get("fixed") or {}).get(language) or {})


def missing(spec: Spec) -> dict[str, list[Fixed]]:
    """The words that are not written yet, by language."""
    found = {}
    for language in needed(spec):
        said = own(spec, language)
        left = [one for one in words.fixed() if not is_whole(one, said.get(one.text), language)]
        if left:
            found[language] = left
    return found


def forms(language: str) -> int:
    """How many plural forms a language has."""
    return int(get_plural(language).num_plurals)


def is_whole(one: Fixed, said: Said | None, language: str) -> bool:
    """Whether a text is written in all its forms, with no mark that is not filled in."""
    texts = said if isinstance(said, list) else [said or ""]
    count = forms(language) if one.plural else 1
    return len(texts) == count and all(text.strip() and not broken(one, text) for text in texts)


def broken(one: Fixed, text: str) -> str:
    """The mark in a text that nothing fills in, "%" for a lone one; "" where all is well."""
    known = set(MARK.findall(one.text)) | set(MARK.findall(one.plural))
    strange = [mark for mark in MARK.findall(text) if mark not in known]
    if strange:
        return f"%({strange[0]})s"
    has_lone = "%" in MARK.sub("", text)
    return "%" if known and has_lone else ""
