"""The texts of a spec in several languages: which there are, which are missing, one chosen.

`languages` names the further ones, `texts` holds their words by language and key. A key is made
of ids, such as q_size.o_1_10.text, so that moving a question keeps its words.
"""

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from crm.quizzes.rules.shape import Spec, questions

KNOWN = {
    "en": "English",
    "de": "Deutsch",
    "fr": "Français",
    "es": "Español",
    "it": "Italiano",
    "nl": "Nederlands",
    "pl": "Polski",
}
PARTS = {
    "intro": ("title", "lead", "button", "note"),
    "gate_page": ("title", "lead", "email_help", "button", "note"),
    "consents": ("legend", "help"),
    "errors": ("no_answer", "email_missing", "email_broken", "phone_missing", "link_old"),
}
PURPOSES = ("result_mail", "marketing", "phone_contact")
QUESTION = ("text", "help", "error", "lift")
OPTION = ("text", "hint", "why", "advice")
TIER = ("title", "lead", "next", "after", "button", "share")
OFFER = ("title", "text", "label", "note")
AREA = ("low", "middle", "high")


@dataclass(frozen=True)
class Text:
    """One text of a spec: its key, and the place (`holder[name]`) where it stands."""

    key: str
    holder: Any
    name: Any

    @property
    def source(self) -> str:
        """The text in the first language."""
        return str(self.holder[self.name])


def languages(spec: Spec) -> list[str]:
    """The languages of a spec, its first one in front."""
    first = str(spec.get("locale") or "en")
    return [first, *(one for one in spec.get("languages") or [] if one != first)]


def texts(spec: Spec) -> Iterator[Text]:
    """Every text that a prospect may read, in the order in which they meet it."""
    for part, names in PARTS.items():
        yield from _of(spec.get(part) or {}, part, names)
        if part == "intro":
            points = spec.get("intro", {}).get("points") or []
            yield from _of(points, "intro.points", range(len(points)))
        if part == "gate_page":
            for what in ("labels", "choices"):
                own = (spec.get("gate_page") or {}).get(what) or {}
                yield from _of(own, f"gate_page.{what}", list(own))
        if part == "consents":
            for purpose in PURPOSES:
                said = (spec.get("consents") or {}).get(purpose) or {}
                yield from _of(said, f"consents.{purpose}", ("text", "more"))
    for question in questions(spec):
        yield from _question(question)
    for tier in spec.get("tiers") or []:
        shown = "shown_as" if tier.get("shown_as") else "name"
        yield from _of(tier, tier["id"], (shown, *TIER))
        yield from _of(tier.get("offer") or {}, f"{tier['id']}.offer", OFFER)
    for area in spec.get("categories") or []:
        shown = "shown_as" if area.get("shown_as") else "name"
        yield from _of(area, area["id"], (shown, *AREA))


def missing(spec: Spec) -> dict[str, list[Text]]:
    """The texts that have no words yet, by each further language."""
    found = {}
    for language in languages(spec)[1:]:
        words = _words(spec, language)
        left = [one for one in texts(spec) if not str(words.get(one.key) or "").strip()]
        if left:
            found[language] = left
    return found


def in_language(spec: Spec, language: str) -> Spec:
    """A spec with its texts in `language`; one it does not have leaves it as it is."""
    if language not in languages(spec)[1:]:
        return spec
    translated = copy.deepcopy(spec)
    words = _words(spec, language)
    for one in list(texts(translated)):
        said = words.get(one.key)
        if said:
            one.holder[one.name] = said
    translated["locale"] = language
    return translated


def chosen(spec: Spec, wanted: str, accepted: list[str]) -> str:
    """The language to speak: the one asked for, else the first accepted one, else its first."""
    known = languages(spec)
    for one in (wanted, *accepted):
        short = one.strip().lower().replace("_", "-").partition("-")[0]
        if short in known:
            return short
    return known[0]


def _words(spec: Spec, language: str) -> dict[str, str]:
    return dict((spec.get("texts") or {}).get(language) or {})


def _of(holder: Any, prefix: str, names: Any) -> Iterator[Text]:
    for name in names:
        value = holder[name] if isinstance(holder, list) else holder.get(name)
        if str(value or "").strip():
            yield Text(f"{prefix}.{name}", holder, name)


def _question(question: dict[str, Any]) -> Iterator[Text]:
    yield from _of(question, question["id"], QUESTION)
    rules = question.get("advice_when") or []
    for place, rule in enumerate(rules):
        yield from _of(rule, f"{question['id']}.advice_when.{place}", ("text",))
    for option in [*(question.get("options") or []), *(question.get("steps") or [])]:
        own = option.get("id", option.get("value"))
        yield from _of(option, f"{question['id']}.{own}", OPTION)
