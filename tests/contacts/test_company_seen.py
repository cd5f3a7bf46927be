"""A company of another team is neither linked nor named to who may not see it."""

from crm.contacts import actions, queries
from crm.contacts.models import Contact
from crm.core.db import db


def test_a_mail_domain_tells_nobody_of_another_teams_company(demo, browse):
    otto = browse.signed_in("Otto")
    form = otto.get("/contacts/new").form("/contacts", name="New Person")
    made = form.submit(**{"emails-0-text": "newperson2@hafen.example"})
    assert made.status == 303
    assert "Hafen" not in made.follow().text.replace("hafen.example", "")
    new = db.session.get(Contact, int(made.location.rsplit("/", 1)[1]))
    assert new.company_id is None


def test_who_sees_the_company_and_what_arrives_by_itself_are_linked(demo, cast, write):
    def add():
        by_eva = actions.create(name="Ada", emails=["ada@hafen.example"], by=cast["Eva"])
        arrived = actions.create(name="Bea", emails=["bea@hafen.example"])
        return [by_eva.company_id, arrived.company_id]

    assert write(add) == [demo["Hafen GmbH"]] * 2


def test_a_link_that_is_there_is_neither_shown_nor_lost_by_an_outsider(demo, cast, browse, write):
    otto_id = cast["Otto"].id

    def give():
        made = actions.create(name="Cleo Marsh", emails=["cleo@hafen.example"])
        made.owner_id, made.team_id = otto_id, None
        return made.id

    url = f"/contacts/{write(give)}"
    otto = browse.signed_in("Otto")
    for page in ("/contacts", url, url + "/edit", url + "/facts/company", "/search?q=Cleo"):
        shown = otto.get(page)
        assert shown.status == 200
        assert "Hafen" not in shown.html, page
    assert otto.get(url + "/edit").form(url + "/edit", job_title="Buyer").submit().status == 303
    db.session.expire_all()
    cleo = queries.by_email("cleo@hafen.example")[0]
    assert (cleo.job_title, cleo.company_id) == ("Buyer", demo["Hafen GmbH"])
    assert browse.signed_in("Olga").get(url).has("Hafen GmbH")
