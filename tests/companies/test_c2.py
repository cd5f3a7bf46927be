"""C2: several domains, a parent company without circles, people linked by their mail domain."""

import pytest

from crm.companies import actions, queries
from crm.companies.models import Company
from crm.contacts import actions as contacts
from crm.core.db import db
from crm.core.refusal import Refused


@pytest.fixture
def make(cast, write):
    def make(name, **more):
        eva = cast["Eva"]
        more = {"by": eva, "owner_id": eva.id, "team_id": cast.sales.id} | more
        return write(lambda: actions.create(name, **more).id)

    return make


def get(number):
    return db.session.get(Company, number)


def put_under(write, cast, number, parent, who="Eva"):
    write(lambda: actions.change(get(number), {"parent": parent}, by=cast[who]))


def test_c2_a_company_has_several_domains_and_each_links_its_people(cast, write, make):
    ours = make("Nordwind", domains=["nordwind.example", "nordwind-gruppe.example"])

    def add():
        return [
            contacts.create(name="A", emails=[f"a@{domain}"], team_id=cast.sales.id).company_id
            for domain in ("nordwind.example", "mail.nordwind-gruppe.example", "else.example")
        ]

    assert write(add) == [ours, ours, None]


def test_c2_a_public_domain_never_makes_or_links_a_company(cast, write):
    def add():
        found = actions.find_or_create_by_domain("gmail.com")
        return found, contacts.create(name="A", emails=["a@gmail.com"]).company_id

    assert write(add) == (None, None)
    with pytest.raises(Refused, match="mail provider"):
        write(lambda: actions.create("Ours", domains=["gmail.com"]))


def test_c2_a_domain_has_one_company(make):
    make("Nordwind", domains=["nordwind.example"])
    with pytest.raises(Refused, match="already belongs"):
        make("Other", domains=["www.nordwind.example"])


def test_c2_the_group_is_told_from_the_top_down(cast, write, make):
    top, middle, low, side = make("Top"), make("Middle"), make("Low"), make("Aside")
    put_under(write, cast, middle, "Top")
    put_under(write, cast, low, "middle")
    put_under(write, cast, side, "Top")
    group = queries.group_of(cast["Eva"], get(middle))
    assert [one.name for one in group.above] == ["Top"]
    assert [(depth, one.name) for depth, one in group.below] == [(1, "Low")]
    group = queries.group_of(cast["Eva"], get(top))
    assert [(depth, one.name) for depth, one in group.below] == [
        (1, "Aside"), (1, "Middle"), (2, "Low"),
    ]  # fmt: skip
    assert [one.name for one in queries.group_of(cast["Eva"], get(low)).above] == ["Top", "Middle"]


def test_c2_a_circle_is_refused(cast, write, make):
    top, middle, low = make("Top"), make("Middle"), make("Low")
    put_under(write, cast, middle, "Top")
    put_under(write, cast, low, "Middle")
    for name in ("Low", "Middle", "Top"):
        with pytest.raises(Refused, match="itself"):
            put_under(write, cast, top, name)
    with pytest.raises(Refused, match="no company"):
        put_under(write, cast, top, "Unheard of")


def test_c2_a_circle_in_the_rows_is_still_read(cast, write, make):
    one, other = make("One"), make("Other")

    def close():
        get(one).parent_id, get(other).parent_id = other, one

    write(close)
    assert len(queries.line_of(get(one))) == 13
    assert queries.group_of(cast["Eva"], get(one)).above[0].name == "Other"


def test_c2_a_parent_of_another_team_is_neither_shown_nor_lost(cast, write, make):
    theirs = make("Secret Holding", team_id=cast.partners.id, owner_id=cast["Otto"].id)
    ours = make("Ours")

    def link():
        get(ours).parent_id = theirs

    write(link)
    assert queries.group_of(cast["Eva"], get(ours)).above == []
    assert actions.snapshot(get(ours), cast["Eva"])["parent"] == ""
    put_under(write, cast, ours, "")
    assert get(ours).parent_id == theirs


def test_c2_the_page_shows_the_group_and_the_form_says_why_not(cast, write, make, browse):
    top, low = make("Top"), make("Low")
    eva = browse.signed_in("Eva")
    form = eva.get(f"/companies/{low}/edit").form(parent="Top")
    page = form.submit().follow()
    assert page.has("Group")
    assert page.root.one("a", href=f"/companies/{top}").text == "Top"
    page = eva.get(f"/companies/{top}/edit").form(parent="Low").submit()
    assert page.status == 422
    assert page.has("Low belongs to Top itself")


def test_c2_companies_are_filtered_by_their_parent(cast, write, make, browse):
    top, low = make("Top"), make("Low")
    put_under(write, cast, low, "Top")
    eva = browse.signed_in("Eva")
    page = eva.get("/companies", query_string={"filter": f"all(parent.is:{top})"})
    assert page.has("Low")
    assert not page.root.all("a", class_="name", href=f"/companies/{top}")
