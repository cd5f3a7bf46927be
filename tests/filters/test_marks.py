"""V9: favourites, what was opened last, and being told of what one follows."""

from sqlalchemy import func, inspect, select

from crm.accounts.models import User
from crm.activities import actions as activities
from crm.contacts.models import Contact
from crm.core.db import db
from crm.filters import jobs
from crm.filters.models import Mark
from crm.notices.models import Notice


def person(user):
    """The same person in this session: a page had closed the last one."""
    return db.session.get(User, inspect(user).identity[0])


def told(user):
    return db.session.scalars(
        select(Notice.title).where(Notice.user_id == person(user).id, Notice.kind == "follow")
    ).all()


def test_v9_the_last_twenty_records_opened_are_listed(demo, browse, cast, the_clock):
    eva = browse.signed_in("Eva")
    numbers = [row.id for row in db.session.scalars(select(Contact).order_by(Contact.id))][:22]
    for number in numbers:
        the_clock.forward(seconds=1)
        assert eva.get(f"/contacts/{number}").status == 200
    kept = db.session.scalar(select(func.count()).where(Mark.kind == "seen"))
    assert kept == 20
    seen = eva.get("/marks").by_id("seen")
    assert [n["href"] for n in seen.all("a")][:2] == [f"/contacts/{n}" for n in numbers[:-3:-1]]


def test_v9_a_star_is_set_and_taken_away(demo, browse):
    eva, mira = browse.signed_in("Eva"), demo["Mira Sommer"]
    eva.get(f"/marks/contact/{mira}").form(f"/marks/contact/{mira}/star").submit()
    assert eva.get("/marks").by_id("starred").all("a")[0].text == "Mira Sommer"
    eva.post(f"/marks/contact/{mira}/star", {"on": "0"})
    assert eva.get("/marks").by_id("starred").all("a") == []
    assert browse.signed_in("Otto").get(f"/marks/contact/{mira}").status == 404
    assert eva.post(f"/marks/contact/{mira}/like", {"on": "1"}).status == 404


def test_v9_who_follows_is_told_once_of_what_others_do(demo, cast, browse, write, the_clock):
    mira = demo["Mira Sommer"]
    browse.signed_in("Eva").post(f"/marks/contact/{mira}/follow", {"on": "1"})
    the_clock.forward(minutes=1)
    write(lambda: activities.write_note(by=person(cast["Finn"]), body="Hello", contact_id=mira))
    write(lambda: activities.write_note(by=person(cast["Eva"]), body="My own", contact_id=mira))
    the_clock.forward(minutes=1)
    jobs.tell_followers()
    jobs.tell_followers()
    assert told(cast["Eva"]) == ["News on Mira Sommer"]
    said = db.session.scalar(select(Notice.body).where(Notice.kind == "follow"))
    assert said == "Note: Hello, by Finn Aalto"
    assert told(cast["Finn"]) == []


def test_v9_nobody_is_told_of_what_they_may_not_see_any_more(demo, cast, browse, write, the_clock):
    mira = demo["Mira Sommer"]
    browse.signed_in("Eva").post(f"/marks/contact/{mira}/follow", {"on": "1"})

    def move():
        contact = db.session.get(Contact, mira)
        otto = person(cast["Otto"])
        contact.team_id, contact.owner_id = otto.team_ids[0], otto.id

    write(move)
    the_clock.forward(minutes=1)
    write(lambda: activities.write_note(by=person(cast["Otto"]), body="Secret", contact_id=mira))
    jobs.tell_followers()
    assert told(cast["Eva"]) == []
