"""Who sees whose answers on the pages of a quiz."""

from sqlalchemy import select

from crm.accounts.models import Team, User
from crm.contacts.models import Contact
from crm.core.db import db, run
from crm.quizzes.models import Attempt


def hand_to(name):
    """Give the one contact to a person of Sales, where everyone sees only their own now.

    Returns the number of the contact's attempt.
    """

    def change():
        owner = db.session.scalars(select(User).where(User.name == name)).one()
        db.session.scalars(select(Contact)).one().owner_id = owner.id
        db.session.scalars(select(Team).where(Team.name == "Sales")).one().is_own_only = True

    run(change)
    return db.session.scalars(select(Attempt.id).where(Attempt.contact_id.is_not(None))).one()


def test_a_colleagues_lead_is_nobody_in_the_list_of_a_team_of_own_only(prospect, browse, readiness):
    prospect.finish("Ada")
    attempt_id = hand_to("Eva Lindqvist")
    page = browse.signed_in("Sam").get(f"/quizzes/{readiness}")
    row = page.by_id(f"attempt-{attempt_id}")
    assert "Somebody else’s contact" in row.text and not row.all("a")
    assert not page.has("Ada Example") and not page.has("ada@nordhafen.example")
    assert browse.signed_in("Sam").get(f"/quizzes/{readiness}/attempts/{attempt_id}").status == 404


def test_the_owner_of_a_lead_sees_its_answers_in_a_team_of_own_only(prospect, browse, readiness):
    prospect.finish("Ada")
    attempt_id = hand_to("Sam Okafor")
    sam = browse.signed_in("Sam")
    assert sam.get(f"/quizzes/{readiness}").has("Ada Example")
    assert sam.get(f"/quizzes/{readiness}/attempts/{attempt_id}").has("Answers of Ada Example")
