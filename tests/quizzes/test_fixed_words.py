"""The words of the pages: ours in English and German, the author's in any other language."""

import glob

import pytest
from babel.messages import pofile
from babel.messages.extract import extract_from_file
from sqlalchemy import select

from crm.core import clock, words
from crm.core.db import db, run
from crm.core.refusal import Refused
from crm.mail import message
from crm.mail.models import Outbox
from crm.quizzes import actions
from crm.quizzes.actions import languages as editing
from crm.quizzes.letters import compose
from crm.quizzes.models import Quiz
from crm.quizzes.public.pages import NUMBERS
from crm.quizzes.rules import checks, fixed, languages
from tests.quizzes.conftest import ANSWERS

CODE = (
    *glob.glob("crm/quizzes/public/*.py"),
    "crm/quizzes/queries/said.py",
    "crm/quizzes/rules/shape.py",
    "crm/quizzes/letters.py",
    "crm/sequences/public.py",
    "crm/transfer/letters.py",
    "crm/transfer/public.py",
    "crm/web/failures.py",
)
TEMPLATES = (
    *glob.glob("crm/templates/quizzes/public/*.html"),
    *glob.glob("crm/templates/sequences/public/*.html"),
    *glob.glob("crm/templates/transfer/public/*.html"),
    "crm/templates/errors/public.html",
    *(f"crm/templates/mail/{name}.{end}" for name in ("result", "confirm", "resume", "data")
      for end in ("html", "txt")),
    "crm/templates/layouts/quiz.html",
)  # fmt: skip


def said_to_prospects():
    found = set(NUMBERS)
    for method, files in (("python", CODE), ("jinja2.ext:babel_extract", TEMPLATES)):
        for file in files:
            keywords = {"_": None, "gettext": None, "ngettext": (1, 2)}
            for _line, text, *_rest in extract_from_file(method, file, keywords=keywords):
                found.add(text if isinstance(text, str) else text[0])
    return found


def french(one):
    """A text as a French author would write it: "fr: " in front, so that one missing shows."""
    return [f"fr: {one.text}", f"fr: {one.plural}"] if one.plural else f"fr: {one.text}"


@pytest.fixture
def in_french(readiness):
    """The readiness check in French alone."""

    def work():
        quiz = db.session.get(Quiz, readiness)
        actions.save_draft(quiz, quiz.draft | {"locale": "fr"})
        editing.write_fixed(quiz, "fr", {one.text: french(one) for one in words.fixed()})
        actions.publish(quiz, by=None)

    run(work)


def test_every_word_a_prospect_reads_stands_in_the_german_catalogue_and_no_other():
    assert {one.text for one in words.fixed()} == said_to_prospects()
    with (words.FOLDER / "de" / "LC_MESSAGES" / "public.po").open("rb") as file:
        empty = [one.id for one in pofile.read_po(file) if one.id and not one.string]
    assert empty == []


def test_the_marks_of_each_german_text_are_those_of_the_english_one():
    with (words.FOLDER / "de" / "LC_MESSAGES" / "public.po").open("rb") as file:
        for one in pofile.read_po(file):
            texts = one.string if isinstance(one.string, tuple) else [one.string]
            known = words.Fixed(one.id) if isinstance(one.id, str) else words.Fixed(*one.id)
            assert not any(fixed.broken(known, text) for text in texts), one.id


def test_a_french_quiz_has_no_english_word_of_ours(in_french, prospect):
    page = prospect.begin()
    assert page.root.one("html")["lang"] == "fr"
    for name, value in ANSWERS["Ada"]:
        assert page.by_id("where").text.startswith("fr: Question")
        assert [one.text for one in page.root.all("button")] == ["fr: Next"]
        page = prospect.answer(page, name, value).follow()
    assert page.has("fr: All fr: five answered") and page.has("fr: Company")
    wrong = page.form(email="ada@nordhafen..example").submit()
    assert wrong.has("fr: This is not an email address. Check it for typing errors.")
    prospect.clock.forward(seconds=5)
    done = wrong.form(email="ada@nordhafen.example", result_mail="1").submit().follow()
    assert done.has("fr: fr: Three answers that count most") or done.has("fr: Three")
    assert done.has("23 mai 2027") and not done.has("May")
    row = db.session.scalars(select(Outbox).where(Outbox.kind == "result")).one()
    written = message.write(row, compose(row), clock.now())
    assert written.subject == "fr: Your result: 94 of 100"
    assert "fr: Open your result" in written.html and "fr: Delete my data" in written.text


def test_publishing_names_the_words_that_are_missing(readiness):
    def work():
        quiz = db.session.get(Quiz, readiness)
        said = {one.text: french(one) for one in words.fixed()} | {"Next": "", "Start": "%(x)s"}
        editing.add(quiz, "fr")
        editing.write(quiz, "fr", {one.key: "…" for one in languages.texts(quiz.draft)})
        editing.write_fixed(quiz, "fr", said)
        actions.publish(quiz, by=None)

    with pytest.raises(Refused, match=r"Français: 2 words of the pages are not written, such as"):
        run(work)


def test_english_and_german_ask_for_nothing(readiness):
    draft = db.session.get(Quiz, readiness).draft
    assert fixed.needed(draft | {"languages": ["de", "fr"]}) == ["fr"]
    assert checks.problems(draft) == []


def test_a_polish_text_that_counts_has_its_three_forms():
    one = words.Fixed("one file", "%(num)s files")
    assert fixed.forms("pl") == 3 and fixed.forms("fr") == 2
    assert not fixed.is_whole(one, ["a", "%(num)s b"], "pl")
    assert fixed.is_whole(one, ["a", "%(num)s b", "%(num)s c"], "pl")


def test_the_editor_lists_the_words_and_refuses_a_mark_that_nothing_fills_in(readiness, browse):
    max_ = browse.signed_in("Max")
    page = max_.get(f"/quizzes/{readiness}/edit")
    page.form(action=f"/quizzes/{readiness}/languages", language="fr").submit()
    page = max_.get(f"/quizzes/{readiness}/edit")
    assert page.has("Words of the pages")
    url = f"/quizzes/{readiness}/languages/fr/words"
    page = max_.get(url)
    assert page.has("Words of the pages in Français")
    places = {one.text: f"w{place}_0" for place, one in enumerate(words.fixed())}
    wrong = page.form(action=url, **{places["Question %(n)s."]: "Question %(m)s."}).submit()
    assert wrong.status == 422 and wrong.has("Nothing fills in %(m)s here.")
    page.form(action=url, **{places["Next"]: "Suivant"}).submit()
    db.session.expire_all()
    assert db.session.get(Quiz, readiness).draft["fixed"]["fr"] == {"Next": "Suivant"}
    assert max_.get(f"/quizzes/{readiness}/languages/de/words").status == 404


def test_the_preview_speaks_each_language(readiness, browse):
    def work():
        quiz = db.session.get(Quiz, readiness)
        editing.add(quiz, "de")
        texts = {one.key: f"de: {one.source}" for one in languages.texts(quiz.draft)}
        editing.write(quiz, "de", texts)

    run(work)
    max_, url = browse.signed_in("Max"), f"/quizzes/{readiness}/preview"
    page = max_.get(f"{url}?at=2")
    assert page.has("Question 2 of 5")
    page = max_.get(page.root.one("a", hreflang="de")["href"])
    assert page.has("Frage 2 von 5") and page.has("de: What is your part in how you sell?")
    page = page.form().submit()
    assert page.has("Frage 3 von 5"), "the next step fell back to the first language"
    page = max_.get(f"{url}?at=5&lang=de").form().submit()
    assert page.has("Alle fünf beantwortet") and page.has("de: What may we do next?")
    assert page.by_id("email").get("value") == "" and page.root.one("html")["lang"] == "de"
    done = page.form(email="max@x.example").submit()
    assert done.has("von 100")
    assert max_.get(f"{url}?at=best&lang=de").root.one("html")["lang"] == "de"
