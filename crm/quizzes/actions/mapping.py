"""What questions and the contact form say about fields of the contact."""

from crm.contacts import actions as contacts
from crm.contacts.models import Contact
from crm.fields import actions as fields
from crm.fields.queries import customs
from crm.fields.reading import Manner
from crm.quizzes.queries.open import Opened
from crm.quizzes.rules.shape import Given, Question, Spec, choices, questions, words

# Fields of every contact that an answer may fill; the others are the house's own, cf_1 and so on.
BUILT_IN = ("job_title", "phone")


def name_fields(spec: Spec) -> None:
    """Write into a draft what the house's own fields on its contact form are called.

    So each has a text that can be said in the quiz's further languages.
    """
    page = spec.get("gate_page") or {}
    keys = [one.lower() for one in page.get("fields") or [] if one.lower().startswith("cf_")]
    known = {one.key: one.label for one in customs("contact")} if keys else {}
    page.pop("labels", None)
    named = {key: known[key] for key in keys if key in known}
    if named:
        page["labels"] = named


def fill(contact: Contact, opened: Opened) -> list[str]:
    """Fill what the record lacks from the answers; gives why a field stayed as it was.

    A field that says something already keeps it, and an answer that the field cannot hold is
    left out: neither keeps a lead from arriving.
    """
    manner = Manner(locale=opened.attempt.locale)
    said = [
        (question["maps_to"], _said(question, opened.answers[question["id"]]))
        for question in questions(opened.quiz.spec)
        if question.get("maps_to") and question["id"] in opened.answers
    ]
    said += list((opened.attempt.lead.get("details") or {}).items())
    left = [(key, _fill(contact, key, text, manner)) for key, text in said if text]
    return [f"{key}: {why}" for key, why in left if why]


def _fill(contact: Contact, key: str, said: str | list[str], manner: Manner) -> str:
    if key not in BUILT_IN:
        return fields.set_from_quiz(contact, key, said, manner=manner)
    text = said if isinstance(said, str) else ", ".join(said)
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
