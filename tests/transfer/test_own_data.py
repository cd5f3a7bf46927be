"""C10: somebody sees, corrects, takes back and deletes their own data by a link in a mail."""

import io
import json
import re
import zipfile

import pytest
from sqlalchemy import delete, func, select

from crm.accounts.models import SecurityEvent, User
from crm.activities import actions as activities
from crm.activities.models import Entry, Task
from crm.contacts import actions as contacts
from crm.contacts.models import Contact
from crm.contacts.queries import has_consent
from crm.core.db import db, run
from crm.files import actions as files
from crm.files.models import Attachment
from crm.mail.actions import suppression
from crm.mail.models import Outbox
from crm.mail.queries import is_suppressed
from crm.mail.unwanted import hashes_of
from crm.quizzes.actions import languages as editing
from crm.quizzes.actions.anonymous import is_only_from_quizzes
from crm.transfer import actions, letters, subject
from crm.transfer.asked import known_at
from tests.quizzes.conftest import Prospect, readiness  # noqa: F401 - a fixture

ADDRESS = "mira@hafen.example"
LINK = re.compile(r"/m/[^/]+/data")


@pytest.fixture
def mira(write, cast):
    """A contact whom the team knows: with a note, a private note and two consents."""

    def make():
        eva = cast["Eva"]
        one = contacts.create(
            name="Mira Sommer", emails=[ADDRESS], phones=["+49 40 1234567"],
            owner_id=eva.id, team_id=cast.sales.id, by=eva,
        )  # fmt: skip
        db.session.flush()
        activities.write_note(by=eva, body="asked about prices", contact_id=one.id)
        activities.write_note(by=eva, body="hush", contact_id=one.id, is_private=True)
        for purpose in ("marketing", "phone_contact"):
            contacts.record_consent(
                one, purpose=purpose, is_granted=True, text="yes", text_version=1, locale="en",
                source="staff",
            )  # fmt: skip
        return one.id

    return write(make)


def letter_to(address):
    row = db.session.scalars(select(Outbox).where(Outbox.to_address == address)).all()[-1]
    return letters.compose(row)


@pytest.fixture
def page_of(browse, the_clock):
    """The path of the page that the mail to an address leads to."""

    def ask(address=ADDRESS):
        browse.get("/m/data").form(email=address).submit()
        db.session.remove()
        return LINK.search(letter_to(address).context["link"])[0]

    return ask


def ask(browse, address):
    return browse.get("/m/data").form(email=address).submit()


def test_c10_nobody_learns_whether_an_address_is_known(browse, mira):
    answers = []
    for address in (ADDRESS, "nobody@hafen.example"):
        sent = browse.get("/m/data").form(email=address).submit()
        answers.append((sent.status, sent.location, sent.follow().root.text))
    assert answers[0] == answers[1] and answers[0][0] == 303
    rows = db.session.execute(
        select(Outbox.kind, Outbox.lane, Outbox.contact_id, Outbox.is_anonymous_cause)
    ).all()
    assert [tuple(row) for row in rows] == [("data", "security", None, True)] * 2
    assert letter_to(ADDRESS).context["link"]
    assert letter_to("nobody@hafen.example").context["link"] == ""


def test_c10_asking_is_limited_by_address_and_by_network(browse, mira, the_clock):
    for minute in range(6):
        the_clock.set(f"2026-11-24T13:{minute}5:00" if minute else "2026-11-24T13:05:00")
        ask(browse, ADDRESS)
    assert db.session.scalar(select(func.count()).select_from(Outbox)) == 3
    stati = [ask(browse, f"a{n}@x.example").status for n in range(6)]
    assert stati == [303] * 4 + [429] * 2
    stranger = {"Sec-Fetch-Site": "cross-site"}
    assert browse.post("/m/data", data={"email": ADDRESS}, headers=stranger).status == 400
    assert browse.post("/m/data", data={"email": ADDRESS}).status == 400  # without our form


def test_c10_what_is_no_address_is_said_at_the_field(browse):
    wrong = browse.get("/m/data").form(email="mira@").submit()
    assert wrong.status == 422 and wrong.has("This is not an email address.")
    long = f"{'a' * 60}@" + ".".join(["b" * 60] * 3) + ".example" + "xyz"
    assert len(long) == 254 and ask(browse, f"{long}-more").status == 422, "not cut to another's"


def test_c10_the_page_shows_what_is_held_for_a_day(browse, mira, page_of, the_clock):
    path = page_of()
    page = browse.get(path)
    assert page.status == 200 and page.has("Mira Sommer") and page.has("m…a@hafen.example")
    assert page.has("…567") and not page.has("1234567")
    assert page.response.headers["Cache-Control"] == "no-store"
    assert browse.get(path[:-8] + "x/data").status == 404
    the_clock.forward(hours=25)
    late = browse.get(path)
    assert late.status == 410 and late.has("This link is too old.")


def test_c10_who_is_purged_meanwhile_is_gone(browse, mira, page_of):
    path = page_of()
    run(lambda: db.session.execute(delete(Contact).where(Contact.id == mira)))
    gone = browse.get(path)
    assert gone.status == 410 and gone.has("This link is too old.")
    assert browse.post(f"{path}/copy").status == 410


def test_c10_an_address_that_somebody_else_was_given_reads_the_trash_no_more(
    browse, mira, page_of, cast
):
    eva_id, path = cast["Eva"].id, page_of()
    run(lambda: contacts.delete(db.session.get(Contact, mira), db.session.get(User, eva_id)))
    assert [one.id for one in known_at(ADDRESS)] == [mira]
    assert browse.get(path).status == 200
    heir = run(lambda: contacts.create(name="Info desk", emails=[ADDRESS]).id)
    assert [one.id for one in known_at(ADDRESS)] == [heir]
    assert browse.get(path).status == 410


def test_c10_the_copy_holds_all_but_what_is_of_others(browse, mira, page_of):
    path = page_of()
    zipped = browse.get(path).form(f"{path}/copy").submit().response.data
    known = json.loads(zipfile.ZipFile(io.BytesIO(zipped)).read("person.json"))
    assert known["contact_email"][0]["address"] == ADDRESS
    said = [row.get("body") for row in known["entry"]]
    assert "asked about prices" in said and "hush" not in said
    noted = db.session.scalars(select(SecurityEvent.kind)).all()
    assert "data_fetched" in noted


def test_c10_the_copy_leaves_out_what_was_taken_away(mira, cast):
    def hang():
        eva, stray = cast["Eva"], files.Kept
        both = [stray("offer.pdf", "a" * 64, 1), stray("wrong-person.pdf", "b" * 64, 1)]
        activities.add_files(both, by=eva, contact_id=mira)
        for name, is_private in (("gone", False), ("secret", True)):
            note = activities.write_note(by=eva, body=name, contact_id=mira, is_private=is_private)
            db.session.flush()
            kept = stray(f"{name}.pdf", "c" * 64, 1)
            files.attach(kept, by=eva, contact_id=mira, entry_id=note.id)
            if not is_private:
                activities.remove_note(note, eva)
        wrong = Attachment.name == "wrong-person.pdf"
        files.remove(db.session.scalars(select(Attachment).where(wrong)).one(), eva)

    run(hang)
    known = subject.known_of(db.session.get(Contact, mira))
    assert [row["name"] for row in known["attachment"]] == ["offer.pdf"]
    assert [row["title"] for row in known["entry"] if row["kind"] == "file"] == ["offer.pdf"]
    assert not any(word in str(known) for word in ("gone", "secret", "wrong-person"))
    assert "wrong-person" in str(subject.known_of(db.session.get(Contact, mira), cast["Eva"]))


def test_c10_a_correction_becomes_one_task_of_the_owner(browse, mira, page_of, cast):
    eva_id, path = cast["Eva"].id, page_of()
    assert browse.post(f"{path}/correction", data={"said": " "}).status == 422
    for _again in range(2):
        done = browse.post(f"{path}/correction", data={"said": "I am Mira Winter now."})
        assert done.location == f"{path}?done=corrected#done"
    task = db.session.scalars(select(Task)).one()
    assert task.title == "Correct what we hold of Mira Sommer"
    assert (task.owner_id, task.note) == (eva_id, "I am Mira Winter now.")
    assert str(task.due_on) == "2026-12-08"
    assert browse.get(f"{path}?done=corrected").has("Passed on.")


def test_c10_each_consent_is_taken_back_for_itself(browse, mira, page_of):
    path = page_of()
    page = browse.get(path)
    assert len(page.root.all("input", name="purpose")) == 2
    browse.post(f"{path}/withdrawal", data={"purpose": "phone_contact"})
    assert not has_consent(mira, "phone_contact") and has_consent(mira, "marketing")
    assert browse.post(f"{path}/withdrawal", data={"purpose": "else"}).status == 400
    browse.post(f"{path}/withdrawal", data={"purpose": "marketing"})
    assert not has_consent(mira, "marketing") and is_suppressed(ADDRESS, "marketing")
    assert browse.get(path).has("Nothing. Neither mails about our offers nor calls.")


def test_c10_deleting_leaves_what_a_person_must_decide_on(browse, mira, page_of, cast):
    may_erase, path = {cast["Adam"].id, cast["Olga"].id}, page_of()
    asks = browse.get(f"{path}/deletion")
    assert asks.has("It cannot be undone.") and db.session.get(Contact, mira).name == "Mira Sommer"
    for _again in range(2):
        done = asks.form().submit()
        assert done.follow().has("Most of it is deleted")
    db.session.remove()
    assert db.session.get(Contact, mira).name == "Mira Sommer"
    assert not has_consent(mira, "marketing") and is_suppressed(ADDRESS, "marketing")
    task = db.session.scalars(select(Task)).one()
    assert task.title == "Erase Mira Sommer: they asked for it"
    assert task.owner_id in may_erase
    entries = db.session.scalars(select(Entry).where(Entry.kind == "erasure")).all()
    assert len(entries) == 1


def test_c10_what_came_since_goes_too_though_it_was_asked_for_today(browse, mira, page_of):
    path = page_of()
    browse.post(f"{path}/deletion")

    def agrees_again():
        contacts.record_consent(
            db.session.get(Contact, mira), purpose="marketing", is_granted=True, text="yes",
            text_version=1, locale="en", source="staff",
        )  # fmt: skip
        suppression.lift(hashes_of(ADDRESS), scope="marketing")

    run(agrees_again)
    assert has_consent(mira, "marketing") and not is_suppressed(ADDRESS, "marketing")
    browse.post(f"{path}/deletion")
    db.session.remove()
    assert not has_consent(mira, "marketing") and is_suppressed(ADDRESS, "marketing")
    assert len(db.session.scalars(select(Task)).all()) == 1


def test_c10_whom_only_a_quiz_knows_is_gone_at_once(browse, readiness, the_clock, page_of):  # noqa: F811
    walker = Prospect(browse, the_clock)
    walker.finish("Ada", "result_mail", "marketing")
    the_clock.forward(minutes=11)
    path = page_of("Ada@Nordhafen.example")
    run(lambda: db.session.execute(Outbox.__table__.update().values(state="sent")))
    the_clock.forward(minutes=11)
    page_of("ADA@nordhafen.example")
    done = browse.get(f"{path}/deletion").form().submit()
    assert done.follow().has("Nothing names you any more.")
    db.session.remove()
    assert [one.name for one in db.session.scalars(select(Contact))] == ["Deleted on request"]
    assert is_suppressed("ada@nordhafen.example", "marketing")
    links = select(Outbox.state, Outbox.to_address).where(Outbox.kind == "data")
    states = db.session.execute(links.order_by(Outbox.id)).all()
    assert states == [("sent", "deleted@invalid"), ("cancelled", "deleted@invalid")]
    assert browse.get(path).status == 410
    assert browse.post(f"{path}/deletion").status == 303, "pressed again it says the same"


def test_c10_a_purchase_leaves_the_decision_to_an_administrator(readiness, browse, the_clock):  # noqa: F811
    Prospect(browse, the_clock).finish("Ada", "result_mail")
    contact = db.session.scalars(select(Contact)).one()
    assert is_only_from_quizzes(contact)

    def bought():
        activities.take_external_event(
            kind="purchase", title="Invoice 17", source="shop", external_id="17", contact_id=ada
        )

    ada = contact.id
    run(bought)
    assert not is_only_from_quizzes(db.session.get(Contact, ada))


def test_c10_mail_and_page_speak_the_language_of_the_quiz(browse, readiness, the_clock, page_of):  # noqa: F811
    run(lambda: _in_german(readiness))
    walker = Prospect(browse, the_clock)
    page = walker.begin("?lang=de")
    assert page.root.one("html")["lang"] == "de"
    for name, value in [("q_size", "o_1_10"), ("q_role", "o_individual"),
                        ("q_start", "o_looking"), ("q_pain", "4")]:  # fmt: skip
        page = walker.answer(page, name, value).follow()
    the_clock.forward(seconds=5)
    page.form(email="dora@kiosk.example", result_mail="1").submit()
    the_clock.forward(minutes=11)
    path = page_of("dora@kiosk.example")
    assert letter_to("dora@kiosk.example").subject.startswith("Ihre Daten bei")
    assert browse.get(path).has("Was wir gespeichert haben")
    asked = browse.get("/m/data", headers={"Accept-Language": "de-AT,de;q=0.8"})
    assert asked.has("Ihre Daten bei uns") and asked.has("English")


def _in_german(quiz_id):
    from crm.quizzes import actions as quizzes
    from crm.quizzes.models import Quiz
    from crm.quizzes.rules import languages

    quiz = db.session.get(Quiz, quiz_id)
    editing.add(quiz, "de")
    editing.write(quiz, "de", {one.key: f"de: {one.source}" for one in languages.texts(quiz.draft)})
    quizzes.publish(quiz, by=None)


def test_c10_addresses_of_those_who_asked_are_kept_for_two_days(browse, mira, the_clock):
    ask(browse, "nobody@hafen.example")
    run(lambda: db.session.execute(Outbox.__table__.update().values(state="sent")))
    run(actions.forget_askers)
    assert db.session.scalar(select(Outbox.to_address)) == "nobody@hafen.example"
    the_clock.forward(hours=49)
    run(actions.forget_askers)
    db.session.remove()
    assert db.session.scalar(select(Outbox.to_address)) == "deleted@invalid"
