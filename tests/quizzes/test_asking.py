"""V2: what was answered in a quiz is asked of contacts, segments and routing rules."""

from sqlalchemy import select

from crm.accounts.models import User
from crm.contacts.models import Contact
from crm.core.db import db, run
from crm.filters.queries import Engine
from crm.filters.rules import brokens, loads
from crm.leads import queries as leads
from crm.leads.rules import Lead
from crm.quizzes import asking
from crm.quizzes.models import Answer
from tests.filters.reading import names
from tests.page import Browse
from tests.quizzes.conftest import Prospect


def asked(text):
    """The contacts that a filter leaves, by SQL and by the judge of each: the same."""
    engine = Engine(db.session.scalars(select(User).filter_by(role="owner")).one())
    node = engine.tree(loads(text), "contact")
    assert not brokens(node)
    rows = db.session.scalars(select(Contact).where(engine.condition(node, "contact"))).all()
    judged = {c.id for c in db.session.scalars(select(Contact)) if engine.holds(node, c)}
    assert {row.id for row in rows} == judged
    return {row.name.split()[0] for row in rows}


def test_v2_contacts_are_asked_for_by_what_they_answered(app, readiness, the_clock):
    for person in ("Ada", "Ben", "Dora"):
        Prospect(Browse(app), the_clock).finish(person)
    n = readiness
    assert asked(f"answers.some(choice.is:{n}.q_start.o_now)") == {"Ada"}
    assert asked(f"answers.some(choice.one_of:{n}.q_start.o_now|{n}.q_start.o_quarter)") == {
        "Ada", "Ben"}  # fmt: skip
    assert asked(f"answers.some(choice.is:{n}.q_tools.o_crm)") == {"Ada", "Ben"}
    assert asked(f"answers.none(choice.is:{n}.q_tools.o_crm)") == {"Dora"}
    assert asked(f"answers.none(question.is:{n}.q_tools)") == {"Dora"}
    assert asked(f"answers.some(choice.is:{n + 1}.q_start.o_now)") == set()
    assert asked(f"answers.some(all(question.is:{n}.q_pain,choice.is_not:{n}.q_pain.2))") == {
        "Ben", "Dora"}  # fmt: skip
    assert asked(f"answers.some(all(quiz.is:{n},answered_at.in:today))") == {"Ada", "Ben", "Dora"}
    assert asked("answers.some(choice.is:%.q_start.o_now)") == set()

    def supersede():
        for one in db.session.scalars(select(Answer).filter_by(question_id="q_start")):
            one.is_superseded = True

    run(supersede)
    assert asked(f"answers.some(choice.is:{n}.q_start.o_now)") == set()


def test_v2_the_list_and_a_segment_ask_for_answers(readiness, prospect, browse):
    prospect.finish("Ada")
    eva = browse.signed_in("Eva")
    text = f"all(answers.some(all(choice.is:{readiness}.q_start.o_now)))"
    page = eva.get(f"/contacts?filter={text}")
    assert names(page) == ["Ada Example"]
    assert page.has("has Quiz answers where Answer is When would you like better follow-up to be"
                    " in place? Now, within the next four weeks")  # fmt: skip
    page = eva.get(f"/filters/build?record=contact&filter={text}")
    chosen = page.root.one("select", id="v-r-0-0").one("option", value=f"{readiness}.q_tools.o_crm")
    assert "A CRM" in chosen.text
    made = eva.get(f"/segments/new?filter={text}").form("/segments", name="Soon").submit().follow()
    assert made.has("Ada Example")


def test_v2_routing_asks_for_answers_and_areas_of_a_quiz(readiness):
    n = readiness
    [start] = [one for one in asking.answer_fields() if one.key == f"answer_{n}_q_start"]
    assert str(start.label) == "Answer to “When would you like better follow-up to be in place?”"
    now = {"field": f"answer_{n}_q_start", "op": "is", "values": ["o_now"]}
    fit = {"field": f"area_{n}_cat_fit", "op": "gte", "values": ["50"]}
    lead = {"quiz": "readiness", "answers": {"q_start": ["o_now"]}, "categories": {"cat_fit": 60}}
    assert leads.fits([now, fit], Lead(lead))
    assert not leads.fits([now], Lead(lead | {"quiz": "another"}))
    assert not leads.fits([fit], Lead(lead | {"categories": {"cat_fit": 49}}))
    older = [{"field": "answer:q_start", "op": "eq", "value": "o_now"},
             {"field": "category:cat_fit", "op": "gt", "value": 50}]  # fmt: skip
    assert leads.fits(older, Lead(lead | {"quiz": "another"}))
    words = [str(node.field.label) for node in leads.nodes_of(older)]
    assert words == [str(start.label), "Score in Fit"]
