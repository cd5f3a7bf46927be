"""Inviting people, taking an invitation, and the first set-up."""

import pytest
from sqlalchemy import delete, select

from crm.accounts import actions, queries
from crm.accounts.models import Membership, Team, Token, User, Workspace
from crm.core.db import db
from crm.core.refusal import Refused
from crm.deals.models import Pipeline
from crm.history.models import ChangeSet
from crm.mail.letters import compose_invite
from crm.mail.models import MailAccount, Outbox

WORDS = "seven green kettles"


def invite(browse, **fields):
    page = browse.get("/settings/users")
    return page.form(
        "/settings/users/invitations", **{"email": "karl@haselbach.example", **fields}
    ).submit()


def test_without_a_mail_server_there_is_a_link_to_copy(browse, cast):
    sales = cast.sales.id
    olga = browse.signed_in("Olga")
    page = invite(olga, role="rep", team_ids=str(sales)).follow()
    link = page.by_id("link")["value"]
    assert link.startswith("http://localhost/invite/")
    assert not olga.get("/settings/users").root.all(id="link"), "shown once"
    assert not list(db.session.scalars(select(Outbox)))
    path = link.removeprefix("http://localhost")
    form = browse.get(path).form(path, name="Karl Weiß", password=WORDS)
    assert form.values["timezone"] == "Europe/Berlin"
    assert form.submit().location == "/"
    karl = queries.user_by_email("karl@haselbach.example")
    assert (karl.name, karl.role, karl.team_ids) == ("Karl Weiß", "rep", [sales])
    assert browse.get(path).status == 410
    assert browse.get("/settings/profile").has("Karl")


def test_with_a_mail_server_it_goes_by_mail_too(browse, cast, write):
    from crm.core import clock, signing

    write(
        lambda: db.session.add(
            MailAccount(
                sealed_url=signing.seal("smtp://localhost:25"),
                from_address="crm@haselbach.example",
                updated_at=clock.now(),
            )
        )
    )
    page = invite(browse.signed_in("Olga")).follow()
    row = db.session.scalars(select(Outbox)).one()
    assert (row.kind, row.to_address) == ("invite", "karl@haselbach.example")
    letter = compose_invite(row)
    assert letter.subject == "Olga Haselbach invites you to Haselbach on Tend"
    assert letter.context["link"] == page.by_id("link")["value"]


def test_a_second_invitation_ends_the_first_and_one_can_be_withdrawn(browse, cast):
    olga = browse.signed_in("Olga")
    first = invite(olga).follow().by_id("link")["value"].removeprefix("http://localhost")
    second = invite(olga).follow().by_id("link")["value"].removeprefix("http://localhost")
    assert browse.get(first).status == 410
    assert browse.get(second).status == 200
    number = queries.open_invitations()[0].id
    olga.post(f"/settings/users/invitations/{number}/withdrawal")
    assert browse.get(second).status == 410


def test_people_who_are_here_and_owners_by_admins_are_refused(browse, cast):
    adam = browse.signed_in("Adam")
    assert invite(adam, email="Eva@haselbach.example").status == 422
    refused = invite(adam, role="owner")
    assert refused.status == 422 and refused.has("Only an owner can invite an owner.")
    assert invite(adam, email="not an address").has("This is not a mail address")
    assert not list(db.session.scalars(select(Token)))


def test_an_invitation_is_worth_as_much_as_the_one_who_made_it(cast, write):
    text = write(
        lambda: actions.invite("karl@x.example", role="admin", team_ids=[], by=cast["Adam"])[1]
    )
    write(lambda: actions.deactivate(cast["Adam"], cast["Olga"]))
    with pytest.raises(Refused):
        write(lambda: actions.accept(text, name="Karl", timezone="UTC", password_hash="x"))


def test_z4_an_invited_person_cannot_choose_role_or_address(browse, cast, write):
    text = write(
        lambda: actions.invite("karl@x.example", role="rep", team_ids=[], by=cast["Olga"])[1]
    )
    page = browse.get(f"/invite/{text}")
    page.form(name="Karl", password=WORDS).submit(role="owner", email="boss@x.example")
    karl = queries.user_by_email("karl@x.example")
    assert karl.role == "rep" and queries.user_by_email("boss@x.example") is None


@pytest.fixture
def nobody(app, write):
    """An empty database."""
    write(lambda: [db.session.execute(delete(model)) for model in (Membership, User, Workspace)])
    write(lambda: db.session.execute(delete(Team)))


ANSWERS = {
    "company": "Nordwind",
    "name": "Nora Vogt",
    "email": "Nora@nordwind.example",
    "password": WORDS,
    "timezone": "Europe/Oslo",
    "opens": "08:00",
    "closes": "16:30",
}


def test_a7_set_up_makes_owner_team_and_pipeline_and_signs_in(browse, nobody, write):
    path = write(actions.setup_link).removeprefix("http://localhost")
    assert browse.get("/login").has("Nobody has an account yet")
    assert browse.get(path).status == browse.get(path).status == 200
    page = browse.get(path)
    assert page.form(path, **{**ANSWERS, "password": "password123"}).submit().status == 422
    assert page.form(path, **ANSWERS).submit().location == "/"
    nora = queries.user_by_email("nora@nordwind.example")
    house = queries.workspace()
    assert (nora.role, house.name, house.timezone) == ("owner", "Nordwind", "Europe/Oslo")
    assert nora.team_ids == [house.default_team_id]
    assert queries.calendar_of(nora).weekly[0] == [(480, 990)]
    assert db.session.scalars(select(Pipeline)).first() is not None
    assert browse.get("/settings/profile").status == 200
    page = browse.get("/history")
    assert page.has("Nora Vogt") and page.has("Pipeline added") and not page.has("The prospect –")
    # The days that the cast of tests brought are noted as well.
    [made] = db.session.scalars(select(ChangeSet).where(ChangeSet.kind != "command"))
    assert (made.actor, made.user_id) == ("user", nora.id)


def test_a7_the_link_dies_with_use_with_time_and_with_a_new_one(browse, nobody, write, the_clock):
    first = write(actions.setup_link).removeprefix("http://localhost")
    second = write(actions.setup_link).removeprefix("http://localhost")
    assert browse.get(first).status == 410
    assert browse.get(first).has("Start Tend again")
    assert browse.get("/setup").has("Start Tend again")
    the_clock.forward(minutes=61)
    assert browse.get(second).status == 410
    third = write(actions.setup_link).removeprefix("http://localhost")
    other = type(browse)(browse.app)
    page, late = browse.get(third), other.get(third)
    page.form(third, **ANSWERS).submit()
    assert late.form(third, **ANSWERS).submit().location == "/login"
    assert browse.get("/setup").location == "/login"
    assert write(actions.setup_link) is None
    assert len(list(db.session.scalars(select(User)))) == 1


def test_a7_a_guessed_link_makes_nobody(browse, nobody, write):
    write(actions.setup_link)
    assert browse.get("/setup/guess").status == 410
    page = browse.get("/login")
    token = page.form("/login").values["csrf_token"]
    answer = browse.post("/setup/guess", data={**ANSWERS, "csrf_token": token})
    assert answer.status == 410
    assert not list(db.session.scalars(select(User)))
