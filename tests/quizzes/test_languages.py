"""A quiz in two languages: chosen, switched on the way, stored, and never half translated."""

import pytest
from sqlalchemy import select

from crm.contacts.models import Consent, Contact
from crm.core import clock
from crm.core.db import db, run
from crm.core.refusal import Refused
from crm.mail import message
from crm.mail.models import Outbox
from crm.quizzes import actions
from crm.quizzes.actions import languages as editing
from crm.quizzes.letters import compose
from crm.quizzes.models import Attempt, Quiz
from crm.quizzes.rules import languages
from tests.quizzes.conftest import ANSWERS


def in_german(spec):
    """Every text with "de: " in front, so that one that is missing shows."""
    return {one.key: f"de: {one.source}" for one in languages.texts(spec)}


@pytest.fixture
def german(readiness):
    """The readiness check, live in English and German."""

    def work():
        quiz = db.session.get(Quiz, readiness)
        editing.add(quiz, "de")
        editing.write(quiz, "de", in_german(quiz.draft))
        actions.publish(quiz, by=None)

    run(work)


def test_the_browser_chooses_and_the_address_wins(german, browse):
    accepts = {"Accept-Language": "de-AT,de;q=0.9,en;q=0.5"}
    page = browse.get("/q/readiness", headers=accepts)
    assert page.root.one("html")["lang"] == "de"
    assert page.has("de: Is your team ready to answer every enquiry?")
    assert browse.get("/q/readiness").has("Is your team ready") and page.has("English")
    page = browse.get("/q/readiness?lang=en", headers=accepts)
    assert page.root.one("html")["lang"] == "en" and page.has("Deutsch")
    assert not page.has("de: ")
    assert browse.get("/q/readiness?lang=xx").root.one("html")["lang"] == "en"


def test_a_quiz_in_one_language_offers_no_other(readiness, browse):
    page = browse.get("/q/readiness?lang=de")
    assert not page.has("Deutsch") and page.root.one("html")["lang"] == "en"


def test_switching_on_the_way_keeps_answers_and_is_stored(german, prospect):
    page = prospect.begin()
    for name, value in ANSWERS["Ada"][:2]:
        page = prospect.answer(page, name, value).follow()
    page = page.browse.get(page.root.one("a", hreflang="de")["href"])
    assert page.by_id("where").text == "Frage 3 von 5"
    assert page.has("de: When would you like better follow-up to be in place?")
    assert [one.text for one in page.root.all("button")] == ["Weiter"]
    wrong = page.form().submit()
    assert wrong.status == 422 and wrong.has("de: Choose one answer to go on.")
    for name, value in ANSWERS["Ada"][2:]:
        page = prospect.answer(page, name, value).follow()
    assert page.has("Alle fünf beantwortet")
    prospect.clock.forward(seconds=5)
    form = page.form(email="ada@nordhafen.example", marketing="1", result_mail="1")
    done = form.submit().follow()
    assert done.root.one(data_score=True)["data-score"] == "94"
    assert done.has("Drei Antworten, die am meisten zählen") and done.has("23. Mai 2027")
    contact, attempt = db.session.scalars(select(Contact)).one(), _attempt()
    assert (attempt.locale, contact.locale) == ("de", "de")
    consent = db.session.scalars(select(Consent).where(Consent.purpose == "marketing")).one()
    assert consent.locale == "de"
    assert consent.text.startswith("de: Send me five short mails about follow-up")
    assert contact.quiz_tier == "Hot" and attempt.trace[0]["answer"] == "51 to 500"


def test_the_result_mail_speaks_as_the_page_did(german, prospect, app):
    page = prospect.begin("?lang=de")
    for name, value in ANSWERS["Dora"]:
        page = prospect.answer(page, name, value).follow()
    page.form(email="dora@kiosk.example", result_mail="1").submit()
    row = db.session.scalars(select(Outbox).where(Outbox.kind == "result")).one()
    written = message.write(row, compose(row), clock.now())
    assert written.subject == "Ihr Ergebnis: 15 von 100"
    assert "Meine Daten löschen" in written.text and "de: Early days" in written.text
    assert "24. November 2026" in " ".join(written.text.split())


def test_a_missing_translation_stops_publishing(readiness):
    def work():
        quiz = db.session.get(Quiz, readiness)
        editing.add(quiz, "de")
        words = in_german(quiz.draft)
        del words["q_size.o_1_10.text"]
        editing.write(quiz, "de", words)
        actions.publish(quiz, by=None)

    with pytest.raises(Refused, match="Deutsch: 1 texts have no translation, first “1 to 10”"):
        run(work)


def test_texts_are_written_beside_their_source(readiness, browse, cast):
    max_ = browse.signed_in("Max")
    page = max_.get(f"/quizzes/{readiness}/edit")
    page = page.form(action=f"/quizzes/{readiness}/languages", language="de").submit().follow()
    assert page.has("Texts in Deutsch") and page.has("How many people work at your company?")
    page.form(action=f"/quizzes/{readiness}/languages/de", t0="Antwortet Ihr Team?").submit()
    db.session.expire_all()
    draft = db.session.get(Quiz, readiness).draft
    assert draft["texts"]["de"] == {"intro.title": "Antwortet Ihr Team?"}
    page = max_.get(f"/quizzes/{readiness}/languages/de")
    page.form(action=f"/quizzes/{readiness}/languages/de/deletion").submit()
    db.session.expire_all()
    assert db.session.get(Quiz, readiness).draft["languages"] == []


def test_moving_a_question_keeps_its_words(readiness):
    spec = db.session.get(Quiz, readiness).draft
    moved = spec | {"questions": spec["questions"][::-1]}
    moved |= {"languages": ["de"], "texts": {"de": in_german(spec)}}
    assert languages.missing(moved) == {}
    assert languages.in_language(moved, "de")["questions"][0]["text"].startswith("de: What happens")


def _attempt():
    return db.session.scalars(select(Attempt)).one()


def test_two_people_write_texts_while_a_third_takes_a_question_out(readiness, browse, cast):
    max_, mona = browse.signed_in("Max"), browse.signed_in("Mona")
    url = f"/quizzes/{readiness}/languages/de"
    max_.post(f"/quizzes/{readiness}/languages", data={"language": "de"})
    mine, theirs = max_.get(url), mona.get(url)
    fields = {
        text.key: f"t{place}"
        for place, text in enumerate(languages.texts(db.session.get(Quiz, readiness).draft))
    }
    size, last = fields["q_size.text"], fields["q_pain.text"]
    assert theirs.form(url, t0="Titel").submit().status == 303
    mona.post(f"/quizzes/{readiness}/questions/q_size/deletion")
    # What is written of a text that is gone is told; the rest goes to its own text, not its place.
    typed = mine.form(url, **{last: "Was hält auf?", fields["intro.lead"]: "Vorspann"})
    saved = typed.submit()
    assert saved.status == 303, saved.text[:900]
    db.session.expire_all()
    words = db.session.get(Quiz, readiness).draft["texts"]["de"]
    assert words == {
        "intro.title": "Titel",
        "intro.lead": "Vorspann",
        "q_pain.text": "Was hält auf?",
    }
    gone = max_.post(url, data=mine.form(url, **{size: "Wie viele?"}).values)
    assert gone.has("Somebody else took out the row where you wrote “Wie viele?”.")
