"""V2: the filter builder without script: add, change and remove conditions and groups."""

from urllib.parse import unquote, urlencode

import pytest
from sqlalchemy import select

from crm.accounts.models import User
from crm.core.db import db, transaction
from tests.filters.reading import names


def start(browse, query="record=contact&back=/contacts"):
    return browse.signed_in("Eva").get("/filters/build?" + query)


def fill(page, **fields):
    """Send the form with these fields (dashes for underscores) and a button."""
    form = page.form("/filters/build")
    for name, value in fields.items():
        form.values[name.replace("_", "-") if name != "act" else name] = value
    return form.submit()


def test_v2_a_filter_is_built_step_by_step(demo, browse):
    page = start(browse)
    assert page.by_id("f-r-0")
    page = fill(page, f_r_0="lifecycle")
    assert page.by_id("o-r-0") and page.by_id("v-r-0").tag == "select"
    page = fill(page, o_r_0="one_of", act="")
    page = fill(page, v_r_0=["qualified", "customer"], act="add:r")
    page = fill(page, f_r_1="owner", act="")
    page = fill(page, v_r_1="me", act="show")
    assert page.status == 303
    asked = "/contacts?filter=all(lifecycle.one_of:qualified|customer,owner.is:me)"
    assert unquote(page.location) == asked
    assert "Marta Nowak" in names(page.follow())


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("not(owner.is:me)", "not(any(owner.is:me))"),
        ("any(lifecycle.is:customer,not(owner.is:me))",
         "any(lifecycle.is:customer,not(any(owner.is:me)))"),
        ("not(all(lifecycle.is:customer,owner.is:me))",
         "not(any(all(lifecycle.is:customer,owner.is:me)))"),
        ("not(not(owner.is:me))", "not(any(not(any(owner.is:me))))"),
        ("deals.some(not(state.is:open))", "all(deals.some(not(any(state.is:open))))"),
        ("not(any(owner.is:me,owner.empty))", "not(any(owner.is:me,owner.empty))"),
    ],
)  # fmt: skip
def test_v2_the_builder_loses_and_turns_no_condition_that_must_not_hold(browse, cast, said, kept):
    page = start(browse, urlencode({"record": "contact", "back": "/contacts", "filter": said}))
    assert page.by_id("g-r")
    page = fill(page, act="show")
    assert page.status == 303
    assert unquote(page.location) == f"/contacts?filter={kept}"


def test_v2_groups_and_related_records_nest(demo, browse):
    page = start(browse)
    page = fill(page, f_r_0="rel_deals")
    page = fill(page, act="add:r-0")
    page = fill(page, f_r_0_0="state")
    page = fill(page, v_r_0_0="open", act="group:r")
    page = fill(page, g_r_1="none", f_r_1_0="email", act="")
    page = fill(page, o_r_1_0="empty", act="show")
    assert page.location == (
        "/contacts?filter=all(deals.some(all(state.is:open)),not(any(email.empty)))"
    )


def test_v2_a_condition_is_removed(demo, browse):
    page = start(browse, "record=contact&filter=all(lifecycle.is:customer,name.contains:a)")
    page = fill(page, act="drop:r-0")
    page = fill(page, act="show")
    assert page.location == "/contacts?filter=all(name.contains:a)"


def test_v2_what_is_missing_is_said_beside_the_condition(demo, browse):
    page = start(browse, "record=contact&filter=score.gt:1")
    page = start(browse, "record=contact&filter=all(quiz_score.gt:many)")
    assert page.has("“many” is not a number.")
    page = fill(page, act="show")
    assert page.status == 422 and page.has("Some conditions are not complete.")


def test_v1_a_broken_reference_can_be_mended(demo, browse):
    page = start(browse, "record=contact&filter=all(cf_99.is:x)")
    assert page.has("Not known any more: cf_99")
    page = fill(page, f_r_0="name")
    page = fill(page, o_r_0="contains", v_r_0="mira", act="show")
    assert names(page.follow()) == ["Mira Sommer"]


def test_v2_a_company_is_named_and_found(demo, browse):
    page = start(browse, "record=contact&filter=all(company.is)")
    page = fill(page, v_r_0="Hafen GmbH", act="show")
    assert set(names(page.follow())) == {"Mira Sommer", "Holger Petersen"}


def test_v2_htmx_gets_the_form_alone_and_is_led_on(demo, browse):
    eva = browse.signed_in("Eva")
    part = eva.htmx("get", "/filters/build?record=contact&g-r=all&f-r-0=name", "form#builder")
    assert not part.is_page and part.root.children[0]["id"] == "builder"
    url = "/filters/build?record=contact&g-r=all&f-r-0=name&o-r-0=contains&v-r-0=mira&act=show"
    done = eva.htmx("get", url, "form#builder")
    assert done.status == 204
    assert done.headers["HX-Redirect"] == "/contacts?filter=all(name.contains:mira)"


def test_v2_the_builder_leads_nowhere_else(demo, browse):
    page = start(browse, "record=contact&back=https://elsewhere.example/")
    assert "elsewhere" not in page.html
    assert start(browse, "record=password").status == 404


def test_v5_columns_are_ticked_and_numbered(demo, browse):
    eva = browse.signed_in("Eva")
    page = eva.get("/contacts?owner=me")
    chosen = [n["href"] for n in page.root.all("a") if "/filters/columns" in n.get("href", "")]
    form = eva.get(chosen[0]).form("/filters/columns")
    form.values["column"] = ["name", "owner", "email"]
    form.values |= {"at-name": "1", "at-email": "2", "at-owner": "3"}
    done = form.submit()
    assert done.location == "/contacts?owner=me"
    heads = [n["data-column"] for n in done.follow().root.all("th", scope="col")]
    assert [key for key in heads if key] == ["name", "email", "owner"]


def test_v2_a_list_is_filtered_by_every_owner_whose_records_one_sees(demo, cast, browse, write):
    otto, finn = cast["Otto"].id, cast["Finn"].id
    page = start(browse, f"record=contact&filter=all(owner.one_of:{otto})")
    offered = [one.text.split()[0] for one in page.by_id("v-r-0").all("option")]
    assert {"Finn", "Mona", "Sam"} <= set(offered), "though only a manager gives them anything"
    assert "Otto" in offered, "a shared view says whom it names"
    picked = fill(page, v_r_0=[str(finn)], act="show")
    assert picked.follow().status == 200
    other = start(browse)
    other = fill(other, f_r_0="owner", act="")
    assert f"{otto}" not in [one["value"] for one in other.by_id("v-r-0").all("option")]


def built_number(browse, who, field, typed, op="gt", record="deal"):
    """The filter that the builder makes of a number somebody types."""
    asked = {"record": record, "g-r": "all", "f-r-0": field, "o-r-0": op, "v-r-0": typed}
    person = browse.signed_in(who)
    page = person.get("/filters/build?" + urlencode(asked | {"act": "show"}))
    return unquote(page.location or page.text)


def test_v2_numbers_are_read_as_their_writer_writes_them(demo, browse):
    def filtered(what):
        return f"filter=all(amount.gt:{what})"

    assert filtered("10000") in built_number(browse, "Eva", "amount", "10,000")
    assert filtered("1234.50") in built_number(browse, "Eva", "amount", "1,234.50")
    with transaction():
        db.session.scalar(select(User).where(User.name.startswith("Eva"))).locale = "de"
    assert filtered("10000") in built_number(browse, "Eva", "amount", "10.000")
    assert filtered("1234.5") in built_number(browse, "Eva", "amount", "1.234,5")
    many = built_number(browse, "Eva", "amount", "1.000, 2,5", op="one_of")
    assert "filter=all(amount.one_of:1000|2.5)" in many
    kept = browse.signed_in("Eva").get("/filters/build?record=deal&filter=all(amount.gt:1234.5)")
    assert kept.by_id("v-r-0")["value"] == "1234,5"


def test_v2_a_number_with_two_meanings_is_refused(demo, browse):
    page = start(browse, "record=deal&filter=all(amount.gt:1~,000)")
    assert page.has("“1,000” can be read in two ways: leave the comma out.")
