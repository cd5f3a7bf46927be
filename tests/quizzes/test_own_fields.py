"""C7: the contact form asks for fields of the house's own of every kind but people and records."""

from datetime import UTC, datetime

import pytest

from crm.contacts.models import Contact
from crm.core.db import db, run
from crm.fields import actions as fields
from crm.fields import queries
from crm.fields.typed import Money
from crm.quizzes import actions
from crm.quizzes.actions import languages as editing
from crm.quizzes.models import Quiz
from crm.quizzes.rules import languages

COLOURS = ["Green, dark", "Blue", "Red"]


@pytest.fixture
def asked(readiness, cast):
    """A form that asks for one field of each kind; their keys by kind."""

    def work():
        keys = {
            kind: f"cf_{fields.create('contact', f'My {kind}', kind, by=None, options=options).id}"
            for kind, options in (
                ("select", COLOURS), ("multi", COLOURS), ("bool", []), ("at", []), ("money", []),
                ("user", []),
            )
        }  # fmt: skip
        quiz = db.session.get(Quiz, readiness)
        shown = ["email", "name", *(key for kind, key in keys.items() if kind != "user")]
        gate = quiz.draft["gate_page"] | {"fields": shown}
        actions.save_draft(quiz, quiz.draft | {"gate_page": gate})
        actions.publish(quiz, by=None)
        return keys

    return run(work)


def numbers(key):
    return {one.label: one.value for one in queries.custom_of("contact", key).options}


def test_c7_the_contact_form_asks_lists_yes_or_no_times_and_sums(prospect, asked):
    page = prospect.to_gate("Ada")
    colours = numbers(asked["multi"])
    prospect.clock.forward(seconds=5)
    page.form(**{
        "email": "ada@nordhafen.example",
        asked["select"]: numbers(asked["select"])["Green, dark"],
        asked["multi"]: [colours["Green, dark"], colours["Red"]],
        asked["bool"]: "yes",
        asked["at"]: "2026-12-24T15:30",
        asked["money"]: "1,234.50",
    }).submit()  # fmt: skip
    db.session.rollback()
    said = queries.values_of(db.session.query(Contact).one())
    assert said[asked["select"]] == numbers(asked["select"])["Green, dark"]
    assert said[asked["multi"]] == [colours["Green, dark"], colours["Red"]]
    assert said[asked["bool"]] is True
    # Half past three in Berlin, in winter.
    at = said[asked["at"]]
    at = datetime.fromisoformat(at) if isinstance(at, str) else at
    assert at == datetime(2026, 12, 24, 14, 30, tzinfo=UTC)
    assert Money(*said[asked["money"]]) == Money(123450, "EUR")


def test_c7_nothing_chosen_says_nothing_and_strange_choices_neither(prospect, asked):
    page = prospect.to_gate("Ada")
    prospect.clock.forward(seconds=5)
    strange = {asked["select"]: "99999", asked["multi"]: ["99999"]}
    page.form(**{"email": "ada@nordhafen.example", **strange}).submit()
    db.session.rollback()
    said = queries.values_of(db.session.query(Contact).one())
    assert all(said[key] is None for key in asked.values())


def test_c7_what_was_chosen_stands_there_again_where_the_address_is_missing(prospect, asked):
    page = prospect.to_gate("Ada")
    prospect.clock.forward(seconds=5)
    blue = numbers(asked["multi"])["Blue"]
    again = page.form(**{"email": "", asked["multi"]: [blue], asked["bool"]: "yes"}).submit()
    assert again.status == 422
    boxes = again.root.all("input", name=asked["multi"])
    assert [box["value"] for box in boxes if "checked" in box.attrs] == [blue]
    assert "checked" in again.root.one("input", name=asked["bool"]).attrs


def test_c7_choices_are_offered_in_the_language_of_the_quiz(browse, readiness, asked):
    key = f"gate_page.choices.{asked['select']}_{numbers(asked['select'])['Blue']}"

    def in_german():
        quiz = db.session.get(Quiz, readiness)
        editing.add(quiz, "de")
        texts = {one.key: f"de: {one.source}" for one in languages.texts(quiz.draft)}
        assert texts[key] == "de: Blue"
        editing.write(quiz, "de", texts | {key: "Blau"})
        actions.publish(quiz, by=None)

    run(in_german)
    page = browse.signed_in("Max").get(f"/quizzes/{readiness}/preview?at=gate&lang=de")
    assert page.has("Blau") and page.has("de: Red")


def test_c7_the_editor_offers_all_but_people_and_records(browse, readiness, asked):
    page = browse.signed_in("Max").get(f"/quizzes/{readiness}/parts/gate")
    kinds = [kind for kind in asked if page.has(f"My {kind}")]
    assert kinds == ["select", "multi", "bool", "at", "money"]
