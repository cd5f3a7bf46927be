"""The address of a result: closed by its person or the team, run out, opened again, deleted."""

import pytest
from sqlalchemy import func, select

from crm.accounts.models import User
from crm.activities.models import Entry
from crm.core.db import db, run
from crm.core.refusal import Refused
from crm.demo import routing, sequence
from crm.quizzes.actions import links
from crm.quizzes.models import Answer, Attempt, ResultLink
from crm.quizzes.queries import record
from crm.sequences.models import Enrolment


@pytest.fixture
def result(prospect, cast):
    """The address of Ada's result."""
    return prospect.finish("Ada").location


def the_attempt():
    db.session.expire_all()
    return db.session.scalars(select(Attempt)).one()


def the_link():
    db.session.expire_all()
    return db.session.scalars(select(ResultLink)).one()


def said():
    return list(db.session.scalars(select(Entry.title).where(Entry.kind == "result_link")))


def panel(page):
    return page.by_id(f"result-page-{the_attempt().id}")


def test_the_person_closes_the_page_and_reads_what_became_of_it(result, browse):
    page = browse.get(result)
    ask = page.root.one("a", href=f"{result}/withdrawal")
    assert ask.text == "Close this page"
    page = browse.get(ask["href"])
    assert page.status == 200 and the_link().revoked_at is None
    done = page.form().submit()
    assert done.status == 303 and the_link().revoked_at is not None
    page = done.follow()
    assert page.status == 410 and page.has("Its page was closed.")
    assert page.root.one("a", href="/q/readiness").text == "Take the check again"
    assert said() == ["Result page closed"]
    assert db.session.scalar(select(func.count(Answer.id))) == 5
    assert browse.post(f"{result}/withdrawal").status == 303
    assert browse.get(f"{result}/withdrawal").status == 410 and said() == ["Result page closed"]


def test_other_sites_cannot_close_it(result, browse):
    answer = browse.post(f"{result}/withdrawal", headers={"Origin": "https://evil.example"})
    assert answer.status == 400 and the_link().revoked_at is None


@pytest.mark.parametrize("how", ["closed", "ran out"])
def test_deleting_stays_possible_when_the_page_does_not_open(result, browse, the_clock, how):
    if how == "closed":
        browse.post(f"{result}/withdrawal")
    else:
        the_clock.forward(days=181)
        assert browse.get(result).has("Its page was open until 23 May 2027.")
    page = browse.get(browse.get(result).root.one("a", href=f"{result}/deletion")["href"])
    done = page.form().submit().follow()
    assert done.status == 200 and done.has("Your data is deleted")
    assert db.session.scalar(select(func.count(Answer.id))) == 0
    gone = browse.get(result)
    assert gone.status == 410 and gone.has("It was deleted, with all its answers.")
    assert not gone.root.all("a", href=f"{result}/deletion")


def test_the_team_closes_it_and_opens_it_at_a_new_address(result, browse, cast):
    contact_id = the_attempt().contact_id
    olga, url = browse.signed_in("Olga"), f"/quizzes/1/attempts/{the_attempt().id}"
    page = olga.get(url)
    assert "Result page open until Sun, 23 May 2027" in panel(page).text
    done = page.form(action=f"{url}/withdrawal").submit()
    assert done.location == f"/contacts/{contact_id}"
    page = olga.get(url)
    assert "Result page closed on" in panel(page).text
    page.form(action=f"{url}/reopening").submit()
    page = olga.get(url)
    new = panel(page).one("input", readonly=True)["value"]
    new = new[new.index("/q/") :]
    assert new != result
    assert browse.get(new).status == 200
    old = browse.get(result)
    assert old.status == 410 and old.has("It has a new address since.")
    assert browse.post(f"{result}/deletion").status == 303
    assert db.session.scalar(select(func.count(Answer.id))) == 5
    assert said() == ["Result page closed", "Result page opened again"]


def test_the_record_shows_the_page_beside_the_score(result, browse, cast):
    contact_id = the_attempt().contact_id
    page = browse.signed_in("Olga").get(f"/contacts/{contact_id}")
    assert panel(page).one("input", readonly=True)["value"].endswith(result)


def test_mails_still_to_come_lead_to_the_new_address(prospect, browse, cast):
    run(lambda: routing.add(cast, sequence.add(cast)))
    old = prospect.finish("Ben", "marketing").location
    attempt_id = the_attempt().id
    run(lambda: links.withdraw(attempt_id))
    run(lambda: links.reissue(attempt_id, db.session.scalars(select(User)).first()))
    link = db.session.scalars(select(Enrolment)).one().context["result_link"]
    assert not link.endswith(old)
    assert browse.get(link[link.index("/q/") :]).status == 200


def test_one_that_only_ran_out_opens_again_where_it_was(result, browse, the_clock, cast):
    attempt_id = the_attempt().id
    the_clock.forward(days=200)
    assert record.attempts_of(the_attempt().contact_id)[0].page.state == "old"
    run(
        lambda: links.reissue(
            attempt_id, db.session.scalars(select(User).where(User.role == "owner")).one()
        )
    )
    assert browse.get(result).status == 200
    assert (the_link().n, record.attempts_of(the_attempt().contact_id)[0].page.state) == (1, "open")


def test_what_was_deleted_is_not_opened_again(result, browse, cast):
    browse.post(f"{result}/deletion")
    attempt_id, olga = the_attempt().id, cast["Olga"]
    with pytest.raises(Refused, match="deleted"):
        run(lambda: links.reissue(attempt_id, olga))


@pytest.mark.parametrize(("name", "status"), [("Rita", 403), ("Otto", 404)])
def test_who_may_not_work_with_the_record_cannot_close_it(result, browse, cast, name, status):
    attempt_id = the_attempt().id
    answer = browse.signed_in(name).post(f"/quizzes/1/attempts/{attempt_id}/withdrawal")
    assert answer.status == status and the_link().revoked_at is None
