"""What stops a spec from being published, each problem in words with its place."""

import re
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from crm.quizzes.rules import fixed, languages
from crm.quizzes.rules.path import END, next_id
from crm.quizzes.rules.score import is_scored, most
from crm.quizzes.rules.shape import CHOOSING, TYPES, Question, Spec, choices, questions

ID = re.compile(r"[a-z][a-z0-9_]{0,60}")
LEVELS = ("hot", "warm", "cool")
GATES = ("before", "before_result", "teaser", "none")
CONSENTS = ("result_mail", "marketing", "phone_contact")
LINK = re.compile(r"https?://[^\s\"'<>]+")


@dataclass(frozen=True)
class Problem:
    """What is wrong and where: `place` is the id of a question, tier or part."""

    place: str
    text: str


def problems(spec: Spec) -> list[Problem]:
    """Everything that keeps `spec` from being published; none means it may be."""
    found = [*_texts(spec), *_ids(spec), *_gate(spec), *_tiers(spec), *_areas(spec), *_words(spec)]
    for number, question in enumerate(questions(spec), 1):
        name = f"Question {number}"
        found += [Problem(question["id"], text) for text in _question(name, question, spec)]
    if not found:
        found += _way(spec)
    return found


def _texts(spec: Spec) -> list[Problem]:
    found = []
    if not questions(spec):
        found.append(Problem("questions", _("There is no question yet. Add one.")))
    if not str((spec.get("intro") or {}).get("title") or "").strip():
        found.append(Problem("intro", _("The first page has no title.")))
    if spec.get("gate") != "none" and not (spec.get("gate_page") or {}).get("title"):
        found.append(Problem("gate", _("The contact form has no title.")))
    return found


def _ids(spec: Spec) -> list[Problem]:
    names = [one["id"] for one in questions(spec)]
    names += [
        choice["id"] for one in questions(spec) if one["type"] != "scale" for choice in choices(one)
    ]
    names += [one["id"] for key in ("categories", "tiers") for one in spec.get(key) or []]
    doubled = {name for name in names if names.count(name) > 1}
    bad = {name for name in names if not ID.fullmatch(name)}
    return [
        Problem(name, _("The id %(name)s is used twice.", name=name)) for name in sorted(doubled)
    ] + [
        Problem(name, _("“%(name)s” is no id: use small letters, digits and _.", name=name))
        for name in sorted(bad)
    ]


def _gate(spec: Spec) -> list[Problem]:
    gate = str(spec.get("gate") or "before_result")
    known = [question["id"] for question in questions(spec)]
    if gate in GATES or (gate.startswith("after:") and gate.removeprefix("after:") in known):
        return []
    return [Problem("gate", _("The contact form stands after a question that is gone."))]


def _tiers(spec: Spec) -> list[Problem]:
    tiers = spec.get("tiers") or []
    starts = [int(tier["from"]) for tier in tiers]
    found = []
    if 0 not in starts:
        found.append(Problem("tiers", _("No tier begins at 0, so low scores would have none.")))
    if len(set(starts)) < len(starts):
        found.append(Problem("tiers", _("Two tiers begin at the same score.")))
    if any(not 0 <= start <= 100 for start in starts):
        found.append(Problem("tiers", _("A tier begins outside 0 to 100.")))
    for tier in tiers:
        if not str(tier.get("name") or "").strip():
            found.append(Problem(tier["id"], _("A tier has no name.")))
        if "," in str(tier.get("name") or ""):
            text = _("The tier %(name)s has a comma in its name, which its tag cannot hold.",
                     name=tier["name"])  # fmt: skip
            found.append(Problem(tier["id"], text))
        if tier.get("level") not in LEVELS:
            found.append(
                Problem(tier["id"], _("The tier %(name)s has no look.", name=tier.get("name")))
            )
        url = (tier.get("offer") or {}).get("url")
        if url and not LINK.fullmatch(url):
            found.append(Problem(tier["id"], _("%(url)s is no web address.", url=url)))
        found += [Problem(tier["id"], text) for text in _button(tier)]
    return found


def _button(tier: dict[str, Any]) -> list[str]:
    """What is wrong with the button of a tier."""
    wanted = tier.get("cta") or {}
    kind, to, name = wanted.get("kind"), str(wanted.get("to") or "").strip(), tier.get("name")
    if not kind:
        return []
    if not str(tier.get("button") or "").strip():
        return [f"The tier {name} has a button without words."]
    if kind == "call" and not re.fullmatch(r"\+?[\d ()/.-]{5,30}", to):
        return [f"The tier {name}: the button calls, so write a number such as +49 30 1234567."]
    if kind != "call" and not LINK.fullmatch(to):
        return [f"The tier {name}: the button opens a page, so write an address (https://…)."]
    return []


def _areas(spec: Spec) -> list[Problem]:
    known = {category["id"] for category in spec.get("categories") or []}
    return [
        Problem(question["id"], _("A question belongs to an area that is gone."))
        for question in questions(spec)
        if question.get("category") and question["category"] not in known
    ]


def _words(spec: Spec) -> list[Problem]:
    return [*_translations(spec), *_fixed(spec)]


def _fixed(spec: Spec) -> list[Problem]:
    """The words of the pages, in languages that only the author speaks."""
    return [
        Problem(
            f"words:{language}",
            _(
                "%(language)s: %(count)s words of the pages are not written, such as %(names)s.",
                language=languages.KNOWN.get(language, language),
                count=len(left),
                names=", ".join(f"“{one.text[:40]}”" for one in left[:3]),
            ),
        )
        for language, left in fixed.missing(spec).items()
    ]


def _translations(spec: Spec) -> list[Problem]:
    return [
        Problem(
            f"language:{language}",
            _(
                "%(language)s: %(count)s texts have no translation, first “%(first)s”.",
                language=languages.KNOWN.get(language, language),
                count=len(left),
                first=left[0].source[:60],
            ),
        )
        for language, left in languages.missing(spec).items()
    ]


def _question(name: str, question: Question, spec: Spec) -> list[str]:
    if question["type"] not in TYPES:
        return [f"{name} is of no known kind."]
    found = []
    if not str(question.get("text") or "").strip():
        found.append(f"{name} has no text.")
    if question["type"] in CHOOSING:
        found += _options(name, question)
    if question["type"] == "number":
        starts = [str(band.get("from")) for band in question.get("bands") or []]
        if len(set(starts)) < len(starts):
            found.append(f"{name}: two bands begin at the same number.")
    found += _jumps(name, question, spec)
    return found


def _options(name: str, question: Question) -> list[str]:
    options = choices(question)
    found = []
    if len(options) < 2 and not (question["type"] == "multi" and options):
        found.append(f"{name} needs two options or more.")
    if any(not str(option.get("text") or "").strip() for option in options) and (
        question["type"] != "scale"
    ):
        found.append(f"{name} has an option without text.")
    if is_scored(question):
        found += [
            f"{name}: “{option.get('text')}” has no points. Write 0 where it counts nothing."
            for option in options
            if option.get("points") is None
        ]
        if most(question) <= 0:
            found.append(f"{name} can only lose points. Give one option more than 0.")
    return found


def _jumps(name: str, question: Question, spec: Spec) -> list[str]:
    order = [one["id"] for one in questions(spec)]
    place = order.index(question["id"])
    targets = [str(choice["next"]) for choice in choices(question) if choice.get("next")]
    if question.get("next"):
        targets.append(str(question["next"]))
    found = []
    for target in targets:
        if target == END:
            continue
        if target not in order:
            found.append(f"{name} jumps to a question that is gone.")
        elif order.index(target) == place:
            found.append(f"{name} jumps to itself: nobody would ever get out.")
        elif order.index(target) < place:
            found.append(f"{name} jumps backwards to question {order.index(target) + 1}.")
    return found


def _way(spec: Spec) -> list[Problem]:
    """Questions nobody can reach; jumps only go forward, so there is no circle to look for."""
    reached, order = set(), questions(spec)
    todo = [order[0]["id"]]
    known = {question["id"]: question for question in order}
    while todo:
        at = todo.pop()
        if at in reached or at not in known:
            continue
        reached.add(at)
        todo += _targets(spec, known[at])
    return [
        Problem(
            question["id"],
            _("Question %(number)s is never reached: every way jumps over it.", number=number),
        )
        for number, question in enumerate(order, 1)
        if question["id"] not in reached
    ]


def _targets(spec: Spec, question: dict[str, Any]) -> list[str]:
    jumps = [choice.get("next") for choice in choices(question)]
    targets = [str(jump) for jump in jumps if jump]
    must_choose = question["type"] in {"single", "yes_no", "dropdown", "scale"}
    if not (must_choose and jumps and all(jumps) and question.get("required", True)):
        targets.append(next_id(spec, question, None))
    return targets
