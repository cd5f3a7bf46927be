"""What questions and the contact form say about fields of the contact."""

from flask_babel import gettext as _

from crm.accounts.queries import workspace
from crm.contacts import actions as contacts
from crm.contacts.models import Contact
from crm.core.words import spoken
from crm.fields import actions as fields
from crm.fields.queries import customs
from crm.fields.reading import Manner, answered
from crm.fields.typed import Custom
from crm.quizzes.queries.open import Opened
from crm.quizzes.rules.shape import Given, Question, Spec, choices, questions, words

# Fields of every contact that an answer may fill; the others are the house's own, cf_1 and so on.
BUILT_IN = ("job_title", "phone")
LONGEST = 200


def name_fields(spec: Spec) -> None:
    """Write into a draft what the house's own fields on its contact form, and their choices, are
    called.

    So each has a text that can be said in the quiz's further languages.
    """
    page = spec.get("gate_page") or {}
    keys = [one.lower() for one in page.get("fields") or [] if one.lower().startswith("cf_")]
    known = {one.key: one for one in customs("contact")} if keys else {}
    asked = [known[key] for key in keys if key in known]
    choices = {f"{one.key}_{option.value}": str(option.label)
               for one in asked for option in one.options if option.is_active}  # fmt: skip
    for what, named in (("labels", {one.key: one.label for one in asked}), ("choices", choices)):
        page.pop(what, None)
        if named:
            page[what] = named


def fill(contact: Contact, opened: Opened) -> list[dict[str, str]]:
    """Fill what the record lacks from the answers; gives what was left out: field, answer, why.

    A field that says something already keeps it, and an answer that the field cannot hold is
    left out: neither keeps a lead from arriving. It is told in the team's language.
    """
    said = [
        (question["maps_to"], _said(question, opened.answers[question["id"]]))
        for question in questions(opened.quiz.spec)
        if question.get("maps_to") and question["id"] in opened.answers
    ]
    said += list((opened.attempt.lead.get("details") or {}).items())
    if not said:
        return []
    manner = _manner(opened.attempt.locale)
    names: dict[str, str] = {one.key: one.label for one in customs("contact")}
    with spoken("en"):
        left = [(key, one, _fill(contact, key, one, manner)) for key, one in said if one]
    return [
        {"field": str(names.get(key) or key), "answer": _text(one)[:LONGEST], "why": why}
        for key, one, why in left
        if why
    ]


def told(left: list[dict[str, str]]) -> str:
    """What was left out, as lines below the entry of a timeline."""
    with spoken("en"):
        lines = [_("Not taken over into %(field)s: %(answer)s. %(why)s", **one) for one in left]
    return "\n" + "\n".join(f"- {line}" for line in lines)


def mismatches(spec: Spec) -> list[str]:
    """The answers to choose from that the field they fill cannot hold, question by question."""
    known = {one.key: one for one in customs("contact")}
    manner = _manner(spec.get("locale") or "en")
    found = []
    for number, question in enumerate(questions(spec), 1):
        custom = known.get(question.get("maps_to") or "")
        texts = [words(question, Given((one["id"],))) for one in choices(question)]
        unfit = [f"“{text}”" for text in texts if custom and not _fits(custom, text, manner)]
        if custom and unfit:
            names = {"n": number, "field": custom.label, "answers": ", ".join(unfit)}
            found.append(_("Question %(n)s, field “%(field)s”: %(answers)s", **names))
    return found


def _fits(custom: Custom, text: str, manner: Manner) -> bool:
    try:
        plain, left = answered(custom, text, manner)
    except ValueError:
        return False
    option = custom.option(str(plain)) if custom.kind == "select" else None
    return not left and (option is None or option.is_active)


def _manner(locale: str) -> Manner:
    """How somebody of this language writes days and sums: of the house's zone and currency."""
    house = workspace()
    return Manner(locale, house.zone, house.currency) if house else Manner(locale)


def _text(said: str | list[str]) -> str:
    return said if isinstance(said, str) else ", ".join(said)


def _fill(contact: Contact, key: str, said: str | list[str], manner: Manner) -> str:
    if key not in BUILT_IN:
        return fields.set_from_quiz(contact, key, said, manner=manner)
    text = _text(said)
    if key == "phone":
        contacts.fill_empty(contact, phone=text)
    else:
        contacts.fill_empty(contact, job_title=text)
    return ""


def _said(question: Question, given: Given) -> str | list[str]:
    if question["type"] != "multi":
        return words(question, given)
    names = {one["id"]: one.get("text") or one["id"] for one in choices(question)}
    return [names[one] for one in given.options if one in names]
