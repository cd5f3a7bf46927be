"""The tags of the house: who may change them, which stay, and whose contacts are counted."""

import pytest
from sqlalchemy import select

from crm.contacts import actions
from crm.contacts import actions as contacts
from crm.contacts.models import Contact, Tag
from crm.core.db import db


@pytest.fixture
def tags(demo, write):
    """Numbers of the tags by name; Mira also wears two that a quiz set."""

    def add():
        mira = db.session.get(Contact, demo["Mira Sommer"])
        actions.tag_all(mira, ["quiz:readiness", "tier:hot"], set_by="quiz")
        return {tag.name: tag.id for tag in db.session.scalars(select(Tag))}

    return write(add)


@pytest.mark.parametrize("name", ["Eva", "Otto", "Rita"])
def test_only_who_manages_tags_changes_them(tags, browse, name):
    person, url = browse.signed_in(name), f"/settings/tags/{tags['vip']}"
    for path in ("/edit", "/merger", "/deletion"):
        assert person.post(url + path, data={"name": "x", "into": tags["solar"]}).status == 403
    assert person.get("/settings/tags").status == 403
    assert person.get(url + "/edit").status == 403
    assert db.session.get(Tag, tags["vip"]).name == "vip"


@pytest.mark.parametrize("name", ["quiz:readiness", "tier:hot"])
def test_what_a_quiz_set_stays_as_it_is(tags, browse, name):
    mona, url = browse.signed_in("Mona"), f"/settings/tags/{tags[name]}"
    renamed = mona.post(url + "/edit", data={"name": "other"})
    assert renamed.status == 422
    assert renamed.has(f"Quizzes set “{name}” by themselves")
    merged = mona.post(url + "/merger", data={"into": tags["vip"]})
    assert merged.status == 422
    assert merged.has(f"Quizzes set “{name}” by themselves")
    assert mona.post(url + "/deletion").follow().has(f"Quizzes set “{name}” by themselves")
    assert db.session.get(Tag, tags[name]).name == name


def test_nobody_makes_a_tag_look_like_one_of_a_quiz(tags, browse):
    mona, url = browse.signed_in("Mona"), f"/settings/tags/{tags['vip']}"
    assert mona.post(url + "/edit", data={"name": "tier:warm"}).status == 422
    assert mona.post(url + "/merger", data={"into": tags["tier:hot"]}).status == 422
    assert db.session.get(Tag, tags["vip"]).name == "vip"


def test_only_contacts_that_one_may_see_are_counted(tags, browse, write, cast):
    otto_id = cast["Otto"].id

    def promote():
        otto = db.session.get(type(cast["Otto"]), otto_id)
        otto.role = "manager"

    write(promote)
    row = browse.signed_in("Otto").get("/settings/tags").by_id(f"tag-{tags['newsletter']}")
    assert row.text.startswith("newsletter0")


def test_c6_a_tag_has_one_of_twelve_colours_everywhere_it_stands(browse, write, cast):
    def add():
        ada = contacts.create(name="Ada", team_id=cast.sales.id, by=cast["Eva"])
        return ada.id, contacts.tag(ada, "vip", by=cast["Eva"]).tag.id

    ada, number = write(add)
    mona = browse.signed_in("Mona")
    url = f"/settings/tags/{number}/edit"
    assert len(mona.get(url).root.all("input", name="colour")) == 12
    assert mona.post(url, data={"name": "vip", "colour": "12"}).status == 422
    assert mona.post(url, data={"name": "VIP", "colour": "6"}).status == 303
    links = mona.get(f"/contacts/{ada}").root.all("a", href="/contacts?tag=VIP")
    assert any(link.has_class("hue-6") for link in links)
    assert mona.post(url, data={"name": "Big"}).status == 303
    assert mona.get("/settings/tags").root.one("a", href="/contacts?tag=Big").has_class("hue-6")


def test_c6_the_field_for_a_new_tag_offers_those_in_use(browse, write, cast):
    write(lambda: contacts.tag(contacts.create(name="Ada", team_id=cast.sales.id), "vip"))
    eva = browse.signed_in("Eva")
    offered = eva.htmx("get", "/settings/tags/names", "datalist#tag-names")
    assert [one["value"] for one in offered.root.all("option")] == ["vip"]
    assert eva.get("/settings/tags/names").has("vip")


COMMA = "“a,b” holds a comma, which stands between two tags."


def test_c6_one_tag_with_a_comma_is_refused_in_words_wherever_it_is_typed(tags, browse, demo):
    mona, mira = browse.signed_in("Mona"), demo["Mira Sommer"]
    before = set(db.session.scalars(select(Tag.name)))
    for url, said in (
        (f"/contacts/{mira}/tags", {"name": "a,b"}),
        (f"/settings/tags/{tags['vip']}/edit", {"name": "a,b", "colour": "1"}),
        ("/batches", {"record": "contact", "act": "contacts.tag", "ids": str(mira), "tag": "a,b"}),
    ):
        answer = mona.post(url, data=said)
        assert answer.status == 422, url
        assert answer.has(COMMA), url
    assert set(db.session.scalars(select(Tag.name))) == before


def test_c6_a_tag_that_is_too_long_is_refused_not_cut(tags, browse, demo):
    mona, url = browse.signed_in("Mona"), f"/contacts/{demo['Mira Sommer']}/edit"
    answer = mona.get(url).form(url, tags="vip, " + "x" * 61).submit()
    assert answer.status == 422
    assert answer.has("A tag has at most 60 characters.")
    assert mona.get(url).form(url, tags="vip, " + "x" * 60).submit().status == 303
    assert db.session.scalars(select(Tag).where(Tag.name == "x" * 60)).one()


def test_c6_a_tag_that_is_there_in_other_letters_is_said_to_be_there(tags, browse, demo):
    mona, url = browse.signed_in("Mona"), f"/contacts/{demo['Mira Sommer']}/tags"
    assert mona.post(url, {"name": "Food"}).follow().has("Tag added.")
    again = mona.post(url, {"name": "fóód"}).follow()
    assert again.has("It has this tag already.") and not again.has("Tag added.")
    long = mona.post(url, {"name": "x" * 80})
    assert long.status == 422


def test_c6_what_no_person_typed_is_made_to_fit(write, cast):
    def add():
        ada = contacts.create(name="Ada", team_id=cast.sales.id)
        contacts.tag_all(ada, ["tier:ready, set"], set_by="quiz")
        contacts.tag_all(ada, ["tier:ready, set"], set_by="quiz")
        return [tag.name for tag in ada.tags]

    assert write(add) == ["tier:ready set"]
