"""What a result page promises, and what publishing says about promises nobody keeps."""

from sqlalchemy import select

from crm.core.db import db, run
from crm.demo import routing, sequence
from crm.quizzes.models import Attempt
from crm.sequences.models import Sequence

WARNING = "nobody who ticks it is put into a sequence"


def test_a_call_is_promised_only_to_a_number_that_can_be_called(prospect, browse, cast):
    run(lambda: routing.add(cast, sequence.add(cast)))
    done = prospect.finish("Ada", phone="+49 40 5550318")
    page = done.follow()
    assert page.has("calls you") and page.has("the number you gave us, ending in 318")

    def blur():
        attempt = db.session.scalars(select(Attempt)).one()
        attempt.lead = attempt.lead | {"phone": "ask me"}

    run(blur)
    page = browse.get(done.location)
    assert page.has("gets in touch") and not page.has("calls you")
    assert not page.has("the number you gave us")


def test_publishing_warns_and_goes_on_when_the_box_for_mails_leads_nowhere(browse, readiness):
    ask = browse.signed_in("Max").get(f"/quizzes/{readiness}/publication")
    assert ask.has(WARNING)
    assert ask.form(f"/quizzes/{readiness}/publication").submit().status in (200, 303)


def test_the_warning_goes_as_soon_as_a_rule_leads_to_a_live_sequence(browse, cast, readiness):
    run(lambda: routing.add(cast, sequence.add(cast)))
    max_ = browse.signed_in("Max")
    assert not max_.get(f"/quizzes/{readiness}/publication").has(WARNING)

    def pause():
        db.session.scalars(select(Sequence)).one().state = "paused"

    run(pause)
    assert max_.get(f"/quizzes/{readiness}/publication").has(WARNING)
