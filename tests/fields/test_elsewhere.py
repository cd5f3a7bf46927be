"""C7: custom fields in search, in mails and in the trash; and what people type who mean harm."""

import json

import pytest

from crm.accounts.models import User
from crm.contacts import actions as contacts
from crm.contacts.models import Contact
from crm.core.db import db
from crm.fields import actions, queries
from crm.search import narrowing as search
from crm.sequences.filling import values
from crm.sequences.rules.fields import fill, problems
from tests.filters.reading import names

NAUGHTY = (
    "",
    "null",
    "1/0",
    "<script>alert(123)</script>",
    "' OR 1=1 -- 1",
    "{{7*7}}",
    "田中さんにあげて下さい",
    "ﷺ",
    "Z̮̞̠͙͔ͅḀ̗̞͈̻̗Ḷ͙͎̯̹̞͓G̻O̭̗̮",
    "🏳0🌈️",
    "\u202e\u2066test\u2067",
    "a\x00b",
    "../../etc/passwd",
    "%s%s%s%n",
    "\ufeff﻿bom",
    "$HOME",
)


def test_c7_naughty_texts_are_kept_found_and_never_run(cast, write, add, mira):
    key, mira_id = add("contact", "Notes", "text"), mira.id
    for text in NAUGHTY:
        row = db.session.get(Contact, mira_id)
        write(lambda row=row, text=text: actions.set_values(row, {key: text}, None))
        kept = queries.values_of(db.session.get(Contact, mira_id))[key]
        assert (kept or "") == " ".join(text.replace("\x00", "").split())
        json.dumps(kept).encode()


def test_c7_naughty_texts_stand_on_the_page_as_text(browse, write, add, mira):
    key, mira_id = add("contact", "Notes", "long"), mira.id
    text = "\n".join(word for word in NAUGHTY if "{{" not in word)
    write(lambda: actions.set_values(db.session.get(Contact, mira_id), {key: text}, None))
    page = browse.signed_in("Eva").get(f"/contacts/{mira_id}")
    assert "<script>alert(123)" not in page.html
    assert "<script>alert(123)</script>" in page.by_id("fact-cf-1").text


def test_c7_search_finds_what_custom_fields_say_while_they_are_in_use(cast, write, add, mira):
    eva, mira_id = cast["Eva"].id, mira.id
    key = add("contact", "Customer number", "text")
    row = db.session.get(Contact, mira_id)
    write(lambda: actions.set_values(row, {key: "Kürbis-4711"}, None))

    def hits(text):
        return search.ids(db.session.get(User, eva), "contact", text)

    assert hits("kurbis") == [mira_id]
    assert hits("4711") == [mira_id]
    write(lambda: actions.set_values(db.session.get(Contact, mira_id), {key: "Melone"}, None))
    assert hits("kurbis") == []
    assert hits("melone") == [mira_id]


@pytest.mark.parametrize(
    ("currency", "minor", "asked", "misses"),
    [("JPY", 5000, "5000", "50"), ("KWD", 5250, "5.25", "52.5"), ("EUR", 5250, "52.5", "5250")],
)
def test_c7_sums_are_asked_for_as_their_currency_is_written(
    browse, write, add, mira, currency, minor, asked, misses
):
    key, mira_id = add("contact", "Fee", "money", currency=currency), mira.id
    row = db.session.get(Contact, mira_id)
    write(lambda: actions.set_values(row, {key: [minor, currency]}, None))
    eva = browse.signed_in("Eva")
    found = eva.get(f"/contacts?filter={key}.is:{asked}")
    assert names(found) == ["Mira Sommer"] and found.has(f"Fee is {asked}")
    assert names(eva.get(f"/contacts?filter={key}.is:{misses}")) == []


def test_c7_a_mail_says_what_the_contact_says_in_its_language(cast, write, add, mira):
    budget = add("contact", "Budget", "money")
    ends = add("contact", "Ends", "on")
    row = db.session.get(Contact, mira.id)

    def say():
        row.locale = "de"
        actions.set_values(row, {budget: [1_440_050, "EUR"], ends: "2027-06-30"}, None)

    write(say)
    text = 'Bis {{ %s }}: {{ %s }}, {{ cf_99 | default: "bald" }}' % (ends, budget)  # noqa: UP031
    assert problems(text) == []
    told = fill(text, values(db.session.get(Contact, mira.id), None, {}))
    assert told == "Bis 30. Juni 2027: 14.400,50 €, bald"


def test_c7_a_unique_value_is_free_while_its_record_lies_in_the_trash(
    cast, write, add, mira, holger
):
    eva, ids = cast["Eva"].id, (mira.id, holger.id)
    key = add("contact", "Customer number", "text", is_unique=True)

    def rows():
        return db.session.get(User, eva), *(db.session.get(Contact, one) for one in ids)

    def trash():
        by, her, _him = rows()
        actions.set_values(her, {key: "K-1"}, by)
        contacts.delete(her, by)

    def back():
        by, her, _him = rows()
        return contacts.restore(her, by)

    write(trash)
    write(lambda: actions.set_values(rows()[2], {key: "K-1"}, None))
    assert write(back) == ["Customer number K-1"]
    assert queries.values_of(rows()[1])[key] is None
    assert queries.values_of(rows()[2])[key] == "K-1"
