"""Each built-in field is to be had as form, column, condition, cell, and in files both ways."""

import pytest

from crm.accounts.models import User
from crm.core.db import db
from crm.fields.queries import catalogue
from crm.fields.setting import setting_of
from crm.transfer.lines import Content
from crm.transfer.models import Export
from crm.transfer.queries import labels

RECORDS = {"contact": "contacts", "company": "companies", "deal": "deals"}
LISTS = {"contact": "/contacts", "company": "/companies", "deal": "/deals?as=table"}
# What nobody types: it follows from something else, or is set by an act of its own.
FOLLOWS = {
    "contact": {
        "team", "lifecycle_at", "quiz_score", "quiz_tier", "quiz_level", "last_touch_at",
        "last_in_at", "last_out_at", "created_at", "updated_at", "source", "email_state",
        "first_name", "last_name",
    },
    "company": {"team", "created_at", "updated_at"},
    "deal": {
        "team", "created_at", "updated_at", "state", "stage_since", "probability", "currency",
        "source", "closed_on", "lost_reason", "pipeline",
    },
}  # fmt: skip
# The two halves of a name are columns of files alone: lists show the name.
NO_COLUMN = {("contact", "first_name"), ("contact", "last_name")}
# How the whole form calls its input; the lifecycle is moved with its reason on its own page.
INPUTS = {
    ("contact", "email"): "emails-0-text",
    ("contact", "phone"): "phones-0-text",
    ("contact", "owner"): "owner_id",
    ("company", "domain"): "domains",
    ("company", "owner"): "owner_id",
    ("deal", "owner"): "owner_id",
    ("deal", "stage"): "stage_id",
    ("contact", "lifecycle"): None,
}


def built_in(record):
    return catalogue().fields[record]


def typed(record):
    return [key for key in built_in(record) if key not in FOLLOWS[record]]


@pytest.fixture
def numbers(mira, hafen, deal):
    """Of one record of each kind, all Eva's."""
    return {"contact": mira.id, "company": hafen.id, "deal": deal.id}


@pytest.mark.parametrize("record", RECORDS)
def test_each_field_is_a_column_a_condition_and_goes_into_a_file(numbers, browse, record):
    eva, fields = browse.signed_in("Eva"), built_in(record)
    columns = eva.get(f"/filters/columns?record={record}")
    offered = {one["value"] for one in columns.root.all("input", name="column")}
    listed = {key for key in fields if (record, key) not in NO_COLUMN}
    assert offered >= listed
    built = eva.get(f"/filters/build?record={record}&back={LISTS[record]}")
    asked = {one.get("value") for one in built.root.all("option")}
    assert asked >= set(fields)
    mark = "&" if "?" in LISTS[record] else "?"
    for some in (sorted(listed)[:12], sorted(listed)[12:]):
        page = eva.get(f"{LISTS[record]}{mark}columns=name,{','.join(some)}")
        assert page.status == 200 and not page.has("cannot be a column")
    reader = db.session.scalar(db.select(User).where(User.role == "manager"))
    whole = Export(record=record, kind="csv", scope="all", has_all_fields=True, query="", ids=[])
    assert set(Content(whole, reader).keys) >= listed


@pytest.mark.parametrize("record", RECORDS)
def test_what_is_typed_has_a_form_a_cell_and_a_column_of_files(numbers, browse, record):
    eva = browse.signed_in("Eva")
    reader = db.session.scalar(db.select(User).where(User.role == "manager"))
    form = eva.get(f"/{RECORDS[record]}/{numbers[record]}/edit")
    inputs = {one.get("name") for tag in ("input", "select") for one in form.root.all(tag)}
    sent = set(labels(record))
    for key in typed(record):
        name = INPUTS.get((record, key), key)
        assert name is None or name in inputs, f"{record}.{key} is not in the form"
        assert setting_of(record, key, reader) is not None, f"{record}.{key} has no cell"
        assert key in sent, f"{record}.{key} is not in files"
        cell = eva.get(f"/cells/{record}/{numbers[record]}/{key}")
        assert cell.status == 200, f"{record}.{key} cannot be changed in its cell"


def test_street_postcode_and_size_of_a_company_are_changed_in_their_cells(numbers, browse):
    eva, number = browse.signed_in("Eva"), numbers["company"]
    for key, text in {"street": "Kai 4", "postcode": "20457", "size": "11–50"}.items():
        url = f"/cells/company/{number}/{key}"
        assert eva.get(url).form(url).submit(value=text).status == 303
    page = eva.get("/companies?columns=name,street,postcode,size&q=hafen")
    assert page.has("Kai 4") and page.has("20457") and page.has("11–50")
    url = f"/cells/company/{number}/postcode"
    assert eva.get(url).form(url).submit(value="9" * 21).status == 422
    url = f"/cells/company/{number}/size"
    assert eva.post(url, {"value": "many", "base": '"11–50"'}).status == 422
