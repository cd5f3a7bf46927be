"""V1: what a list is asked to be laid out by and is not is said as broken filters are."""

import pytest

from crm.fields import actions as fields
from crm.filters import actions
from tests.filters.reading import names

NOTICE = "Part of how this list is laid out is not known and is left out."
SAID = {
    "/companies?group=city": "The list cannot be in groups by “City”.",
    "/companies?group=planet": "The list was to be in groups by “planet”, which is not there any",
    "/contacts?sort=job_title": "The list cannot be sorted by “Job title”.",
    "/contacts?sort=cf_99": "The list was to be sorted by “cf_99”, which is not there any more.",
    "/contacts?columns=name,cf_99,email": "The column “cf_99” is not there any more.",
    "/contacts?columns=name,first_name": "“First name” cannot be a column.",
    "/deals?as=table&group=who": "The list cannot be in groups by “Who”.",
    "/tasks?sort=mood": "The list was to be sorted by “mood”, which is not there any more.",
}


@pytest.mark.parametrize(("url", "words"), SAID.items())
def test_v1_what_a_list_cannot_be_laid_out_by_is_said_and_left_out(demo, browse, url, words):
    eva = browse.signed_in("Eva")
    page = eva.get(url)
    assert page.status == 200
    assert page.has(NOTICE) and page.has(words)
    [link] = [one for one in page.root.all("a") if one.text == "Leave it out"]
    assert not eva.get(link["href"]).has(NOTICE)


@pytest.mark.parametrize(
    "url",
    [
        "/contacts?sort=score&turned=1",
        "/contacts?columns=name,tier,next,email&group=lifecycle",
        "/companies?columns=name,people&sort=name",
        "/deals?as=table&columns=name,who,next&group=stage",
        "/tasks?sort=due&group=owner",
    ],
)
def test_v1_what_a_list_offers_is_not_said_to_be_lost(demo, browse, url):
    assert not browse.signed_in("Eva").get(url).has(NOTICE)


def test_v1_a_view_whose_group_and_column_are_gone_is_shown_said_and_mended(
    demo, browse, cast, write
):
    params = {"group": "cf_9", "columns": "name,cf_8,email", "filter": "name.contains:mira"}
    number = write(lambda: actions.create_view("Old", "contact", params, by=cast["Mona"]).id)
    mona = browse.signed_in("Mona")
    page = mona.get(f"/contacts?view={number}")
    assert names(page) == ["Mira Sommer"]
    assert page.has("in groups by “cf_9”") and page.has("The column “cf_8” is not there")
    [link] = [one for one in page.root.all("a") if one.text == "Leave it out"]
    mended = mona.get(link["href"])
    assert not mended.has(NOTICE) and names(mended) == ["Mira Sommer"]
    mended.form(f"/views/{number}/content").submit()
    assert not mona.get(f"/contacts?view={number}").has(NOTICE)


def test_v1_columns_of_sums_are_not_said_to_be_lost_to_whom_sums_are_hidden(
    demo, browse, cast, write
):
    params = {"columns": "name,amount,stage"}
    number = write(
        lambda: actions.create_view("Sums", "deal", params, by=cast["Mona"], sharing="all").id
    )
    assert not browse.signed_in("Max").get(f"/deals?as=table&view={number}").has(NOTICE)


def test_v1_a_field_that_was_archived_is_named_as_people_knew_it(demo, browse, cast, write):
    def old():
        row = fields.create("contact", "Languages", "text", by=cast["Olga"])
        fields.archive(row, cast["Olga"])
        return f"cf_{row.id}"

    key = write(old)
    page = browse.signed_in("Eva").get(f"/contacts?filter={key}.is:x&sort={key}&columns=name,{key}")
    assert page.has("The field “Languages” was archived.")
    assert page.has("Languages (archived)")
    assert page.has("sorted by “Languages”, which is not there")
    assert page.has("The column “Languages” is not there any more.")
    assert not page.has(key + "”")
