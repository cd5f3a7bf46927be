"""What a result page promises, and what publishing says about promises nobody keeps."""

from sqlalchemy import select

from crm.accounts import queries as people
from crm.core import clock
from crm.core.db import db, run
from crm.demo import routing, sequence
from crm.mail import message
from crm.mail.models import Outbox
from crm.quizzes import letters
from crm.quizzes.models import Attempt
from crm.quizzes.rules import checks
from crm.quizzes.rules.shape import ready
from crm.sequences.models import Sequence

WARNING = "nobody who ticks it is put into a sequence"


def test_a_call_is_promised_only_to_a_number_that_can_be_called(prospect, browse, cast):
    run(lambda: routing.add(cast, sequence.add(cast)))
    done = prospect.finish("Ada", "phone_contact", phone="+49 40 5550318")
    page = done.follow()
    assert page.has("calls you") and page.has("the number you gave us, ending in 318")

    def blur():
        attempt = db.session.scalars(select(Attempt)).one()
        attempt.lead = attempt.lead | {"phone": "ask me"}

    run(blur)
    page = browse.get(done.location)
    assert page.has("gets in touch") and not page.has("calls you")
    assert not page.has("the number you gave us")


def test_who_ticks_no_call_is_promised_none_on_page_and_in_mail(prospect, cast):
    run(lambda: routing.add(cast, sequence.add(cast)))
    page = prospect.finish("Ada", "result_mail", phone="+49 40 5550318").follow()
    row = db.session.scalars(select(Outbox).where(Outbox.kind == "result")).one()
    letter = message.write(row, letters.compose(row), clock.now())
    for text in (page.text, " ".join(letter.text.split()).lower()):
        assert "gets in touch today before 17:00" in text
        for words in ("calls you", "the call", "ending in 318"):
            assert words not in text, words


def test_a_quiz_without_a_box_for_calls_promises_one_to_who_leaves_a_number(prospect, cast):
    run(lambda: routing.add(cast, sequence.add(cast)))
    done = prospect.finish("Ada", phone="+49 40 5550318")

    def unask():
        attempt = db.session.scalars(select(Attempt)).one()
        asked = attempt.consents.items()
        attempt.consents = {name: one for name, one in asked if name != "phone_contact"}

    run(unask)
    assert prospect.browse.get(done.location).has("calls you today before 17:00")


def test_where_nobody_is_told_off_no_time_can_be_chosen_and_no_button_leads_elsewhere(
    prospect, browse
):
    done = prospect.finish("Ada").location
    page = browse.get(done)
    assert not page.has("Choose another time") and page.has("Write to us and a person answers.")
    [button] = [one for one in page.root.all("a") if one.has_class("primary")]
    assert button.text == "Write to us"
    assert button["href"].startswith("mailto:hello@haselbach.example?subject=My%20result")

    def say_nowhere():
        people.workspace().contact_email = ""

    run(say_nowhere)
    page = browse.get(done)
    assert not [one for one in page.root.all("a") if one.has_class("primary")]
    assert page.has("Nobody was asked to call or to write yet") and not page.has("Write to us")


def test_an_owner_told_off_may_be_asked_for_another_time(prospect, cast):
    run(lambda: routing.add(cast, sequence.add(cast)))
    page = prospect.finish("Ada", "phone_contact", phone="+49 40 5550318").follow()
    [button] = [one for one in page.root.all("a") if one.has_class("primary")]
    assert button.text == "Choose another time"
    assert button["href"].startswith("mailto:eva@haselbach.example")


def test_the_shipped_scorecard_leads_to_no_site_of_somebody_else():
    spec = ready("readiness")
    assert "http" not in str(spec) and ".example" not in str(spec)
    assert [tier["id"] for tier in spec["tiers"] if tier.get("offer")] == []
    assert checks.problems(spec) == []
    # Only who ticked the call reads of the enquiry to have in mind: the team is told no more.
    assert "Who ticked the call was asked to have one in mind." in spec["tiers"][2]["rep"]


def test_a_copy_is_said_to_be_on_its_way_only_where_mail_can_leave(app, prospect, browse):
    done = prospect.finish("Ada", "result_mail").location
    assert not browse.get(done).has("A copy is on its way")
    config = app.extensions["tend.config"]
    entered = dict(config.values) | {"SMTP_URL": "smtp://127.0.0.1:1"}
    app.extensions["tend.config"] = type(config)(entered)
    assert browse.get(done).has("A copy is on its way to")


def test_publishing_warns_and_goes_on_when_the_box_for_mails_leads_nowhere(browse, readiness):
    ask = browse.signed_in("Max").get(f"/quizzes/{readiness}/publication")
    assert ask.has(WARNING) and ask.has("they wait for a manager")
    assert ask.form(f"/quizzes/{readiness}/publication").submit().status in (200, 303)


def test_the_warning_goes_as_soon_as_a_rule_leads_to_a_live_sequence(browse, cast, readiness):
    run(lambda: routing.add(cast, sequence.add(cast)))
    max_ = browse.signed_in("Max")
    page = max_.get(f"/quizzes/{readiness}/publication")
    assert not page.has(WARNING) and not page.has("they wait for a manager")

    def pause():
        db.session.scalars(select(Sequence)).one().state = "paused"

    run(pause)
    assert max_.get(f"/quizzes/{readiness}/publication").has(WARNING)
