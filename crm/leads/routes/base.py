"""What the pages about leads share: words for ids, choices, and the page "Why Eva?"."""

from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, abort, g
from flask_babel import gettext as _
from flask_login import current_user

from crm.accounts import queries as people
from crm.contacts import queries as contacts
from crm.leads import queries
from crm.leads.models import Pool
from crm.leads.rules import FIELDS, LIFECYCLES
from crm.quizzes.queries import team as quizzes
from crm.quizzes.rules.shape import choices
from crm.sequences import queries as sequences
from crm.web.page import page

assignments = Blueprint("assignments", __name__)
YES = "yes"


@dataclass
class Known:
    """What the forms offer, and what ids are called: {"answer:q3=now": "Now"}."""

    fields: list[tuple[str, str]] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)

    def stored(self, conditions: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Typed words of answers and tiers as the ids they stand for."""
        return [one | {"value": self._id(one["field"], one["value"])} for one in conditions]

    def typed(self, one: dict[str, Any]) -> str:
        """A stored value as a person would type it."""
        if isinstance(one["value"], list):
            return ", ".join(str(part) for part in one["value"])
        if one["value"] is True:
            return YES
        return self.names.get(f"{one['field']}={one['value']}", str(one["value"]))

    def _id(self, name: str, value: Any) -> Any:
        if name == "reply":
            return str(value).lower() in {YES, "true", "1"}
        for key, word in self.names.items():
            start, _sep, id_ = key.rpartition("=")
            if start == name and word.casefold() == str(value).casefold():
                return id_
        return value


def known() -> Known:
    """Fields, answers, tiers and areas of the quizzes this person may see; read once a request."""
    if "known_words" not in g:
        g.known_words = _read_known()
    return g.known_words


def _read_known() -> Known:
    found = Known([("", "–"), *((name, _(words)) for name, words in FIELDS.items())])
    found.names |= {f"lifecycle={key}": word for key, word in LIFECYCLES.items()}
    for quiz in quizzes.quizzes_for(current_user):
        spec = quiz.live_version.spec if quiz.live_version else quiz.draft
        found.names[f"quiz={quiz.slug}"] = quiz.name
        for tier in spec.get("tiers") or []:
            found.names[f"tier={tier['id']}"] = tier.get("name") or tier["id"]
        for area in spec.get("categories") or []:
            name = f"category:{area['id']}"
            found.names[name] = area.get("name") or area["id"]
            found.fields.append((name, _("score in %(area)s", area=found.names[name])))
        _add_answers(found, spec)
    return found


def _add_answers(found: Known, spec: dict[str, Any]) -> None:
    for question in spec.get("questions") or []:
        if not choices(question):
            continue
        name = f"answer:{question['id']}"
        found.names[name] = question.get("text") or question["id"]
        found.fields.append((name, _("answer: %(question)s", question=found.names[name])))
        for option in choices(question):
            found.names[f"{name}={option['id']}"] = option.get("text") or str(option["id"])


def people_choices(pools: list[Pool]) -> list[tuple[str, str]]:
    """Whom a rule may give leads to."""
    return [
        ("", _("Nobody")),
        *((f"pool:{pool.id}", _("%(pool)s in turn", pool=pool.name)) for pool in pools),
        *((f"user:{user.id}", user.name) for user in people.workers()),
    ]


def sequence_choices() -> list[tuple[str, str]]:
    """The sequences a rule may start."""
    return [("", _("None")), *((str(s.id), s.name) for s in sequences.live_sequences())]


@assignments.get("/contacts/<int:contact_id>/assignments")
def index(contact_id: int):
    contact = contacts.contact_for(current_user, contact_id)
    if contact is None:
        abort(404)
    return page(
        "leads/assignments.html",
        contact=contact,
        assignments=queries.assignments_of(contact.id),
        changes=queries.lifecycle_changes(contact.id),
        names={user.id: user.name for user in people.all_users()},
        lifecycles=LIFECYCLES,
    )
