"""The pages of the history: the list, one record's, one change, undo and restore."""

import csv
import io

import pytest
from sqlalchemy import select, update

from crm.accounts.models import User
from crm.contacts import actions as contacts
from crm.contacts.actions import Seed
from crm.contacts.models import Contact
from crm.core.db import db
from crm.deals import actions as deals
from crm.deals.models import Pipeline
from crm.history import writing
from tests.history.conftest import contact, last


@pytest.fixture
def eva(browse):
    return browse.signed_in("Eva")


def rename(eva, ada, name="Ada King"):
    page = eva.get(f"/contacts/{ada}/edit")
    page.form(f"/contacts/{ada}/edit", name=name).submit()
    return last().id


def test_O6_the_list_says_who_changed_what_with_both_values(eva, ada):
    rename(eva, ada)
    page = eva.get("/history")
    assert page.has("Contact edited")
    assert page.has("Eva Lindqvist, Ada King")
    assert page.has("Name: Ada Lorenz → Ada King")
    assert page.statements <= 10


def test_O6_the_list_is_narrowed_by_person_kind_record_and_day(eva, ada, the_clock):
    rename(eva, ada)
    for query, is_there in (
        ("who=1", False),
        ("actor=user", True),
        ("actor=rule", False),
        ("record=contact", True),
        ("record=deal", False),
        (f"record=contact&number={ada}", True),
        ("since=2026-11-24&until=2026-11-24", True),
        ("since=2026-11-25", False),
        ("until=2026-11-23", False),
        ("since=nonsense&who=x", True),
    ):
        assert eva.get(f"/history?{query}").has("Ada King") == is_there, query


def test_the_list_is_paged_by_key(eva, ada, write):
    def work(n):
        db.session.get_one(Contact, ada).job_title = f"No. {n}"

    for n in range(26):
        write(lambda n=n: work(n))
    page = eva.get("/history")
    assert len(page.root.all("li", class_="row")) == 25
    older = page.root.one("a", rel="next")["href"]
    assert len(eva.get(older).root.all("li", class_="row")) == 2


def test_O6_an_outsider_sees_nothing_of_it(browse, eva, ada, write, cast):
    number = rename(eva, ada)
    of_otto = update(User).where(User.name.like("Otto%"))
    write(lambda: db.session.execute(of_otto.values(role="manager")))
    otto = browse.signed_in("Otto")
    assert not otto.get("/history").has("Ada King")
    taken = otto.get("/history.csv")
    assert taken.status == 200 and "Ada" not in taken.html
    assert otto.get(f"/history/{number}").status == 404
    assert otto.get(f"/contacts/{ada}/history").status == 404
    assert otto.post(f"/history/{number}/undo").status == 404
    assert contact(ada).name == "Ada King"


def test_who_only_reads_sees_the_history_and_undoes_nothing(browse, eva, ada):
    number = rename(eva, ada)
    rita = browse.signed_in("Rita")
    page = rita.get(f"/history/{number}")
    assert page.has("Ada King")
    assert not page.root.all("form", action=f"/history/{number}/undo")
    assert rita.post(f"/history/{number}/undo").status == 403


def test_the_record_has_its_own_history_and_a_value_can_be_put_back(eva, ada):
    first = rename(eva, ada)
    rename(eva, ada, "Ada Byron")
    page = eva.get(f"/contacts/{ada}/history")
    assert page.has("Ada King → Ada Byron")
    assert page.has("Ada Lorenz → Ada King")
    show = eva.get(f"/history/{first}")
    form = next(n for n in show.root.all("form") if n["action"].endswith("/restoration"))
    eva.post(form["action"], {"field": "name"})
    found = contact(ada)
    assert (found.name, found.sort_name) == ("Ada Lorenz", "ada lorenz")
    assert (last().kind, last().undo_of_id) == ("history.restore", None)


def test_the_toast_of_a_change_takes_it_back_and_offers_to_do_it_again(eva, ada):
    page = eva.get(f"/contacts/{ada}/edit")
    shown = page.form(f"/contacts/{ada}/edit", name="Ada King").submit().follow()
    undo = shown.by_id("toast").one("form")["action"]
    again = eva.post(undo).follow()
    assert contact(ada).name == "Ada Lorenz"
    eva.post(again.by_id("toast").one("form")["action"])
    assert contact(ada).name == "Ada King"


def test_u_undoes_the_last_change_of_the_person(eva, ada):
    rename(eva, ada)
    page = eva.get("/history")
    assert page.root.one("form", action="/history/undo")
    page.form("/history/undo").submit()
    assert contact(ada).name == "Ada Lorenz"


def test_what_an_undo_leaves_is_shown_field_by_field_before_and_after(browse, eva, ada, write):
    number = rename(eva, ada)
    finn = browse.signed_in("Finn")
    rename(finn, ada, "Ada Byron")
    page = eva.get(f"/history/{number}")
    row = page.by_id("conflicts").one("tbody").text
    assert row == "Ada ByronNameAda LorenzAda KingAda ByronChanged since, so it stays."
    answer = eva.post(f"/history/{number}/undo")
    assert "Nothing was undone" in eva.get(answer.location).text


def test_the_page_of_an_undo_says_what_it_left(eva, ada, act):
    def both(who):
        found = db.session.get_one(Contact, ada)
        contacts.change(found, {"name": "Ada King", "job_title": "Boss"}, by=who)

    number = act("Eva", both)
    act("Finn", lambda finn: contacts.change(
        db.session.get_one(Contact, ada), {"job_title": "Harbour master"}, by=finn))  # fmt: skip
    answer = eva.post(f"/history/{number}/undo").follow()
    assert answer.has("1 value was changed since and stays: Job title.")
    assert answer.root.all("a", href=f"/history/{last().id}")
    page = eva.get(f"/history/{last().id}")
    assert (
        page.by_id("conflicts")
        .one("tbody")
        .text.startswith("Ada LorenzJob titleemptyBossHarbour master")
    )


def test_O6_a_change_of_many_rows_names_the_record_of_each_value_page_by_page(eva, act, write):
    act(
        "Eva",
        lambda who: contacts.create_many(
            [Seed(name=f"No. {n}", facts={"owner_id": who.id}) for n in range(105)], by=who
        ),
    )
    number = write(lambda: writing.open_set("user", "many"))

    def retitle():
        for one in db.session.scalars(select(Contact).where(Contact.name.like("No.%"))):
            one.job_title = "Buyer"

    with writing.acting("user", "many", set_id=number):
        write(retitle)
    page = eva.get(f"/history/{number}")
    rows = page.by_id("values").one("tbody").all("tr")
    assert [len(rows), rows[0].text[:16]] == [100, "No. 0Job titleem"]
    assert rows[0].one("a")["href"].startswith("/contacts/")
    older = eva.get(page.root.one("a", rel="next")["href"])
    rest = older.by_id("values").one("tbody").all("tr")
    assert [len(rest), rest[-1].text[:8]] == [5, "No. 104J"]


def test_the_timeline_says_what_was_undone(eva, ada):
    number = rename(eva, ada)
    eva.post(f"/history/{number}/undo")
    page = eva.get(f"/contacts/{ada}")
    assert page.has("Undone: Contact edited")


def test_O6_the_csv_is_safe_against_formulas_and_kept_as_an_export(eva, browse, ada):
    rename(eva, ada, "=1+1")
    mona = browse.signed_in("Mona")
    rows = list(csv.reader(io.StringIO(mona.get("/history.csv").html)))
    assert rows[0][:4] == ["at", "by", "actor", "what"]
    mine = next(row for row in rows if row[9] == "Name" and row[8] == "update")
    assert mine[10:12] == ["Ada Lorenz", "'=1+1"]
    assert mine[1:6] == ["Eva Lindqvist", "user", "Contact edited", "contact", str(ada)]
    assert mine[12]
    events = browse.signed_in("Adam").get("/history/sign-ins")
    assert events.has("Export")
    assert events.has("What: history")
    assert eva.get("/history/sign-ins").status == 404


def test_O1_only_who_may_export_takes_the_history_along(eva, browse, ada):
    rename(eva, ada)
    assert eva.get("/history.csv").status == 403
    assert not eva.get("/history").has("Download as CSV")
    mona = browse.signed_in("Mona")
    assert mona.get("/history").has("Download as CSV")
    assert mona.get("/history.csv").status == 200


def test_a_deal_says_stage_value_and_person_in_words(eva, ada, write, cast):
    eva_user = cast["Eva"]
    write(deals.create_default_pipeline)
    stages = {s.name: s for s in db.session.scalars(db.select(Pipeline)).one().stages}
    deal = write(lambda: deals.create("Hafen", stage=stages["Lead in"], by=eva_user)).id
    discovery = stages["Discovery"].id
    eva.post(f"/deals/{deal}/stage", {"stage_id": discovery})
    eva.post(f"/deals/{deal}/closure", {"outcome": "won", "amount": "1,000"})
    page = eva.get(f"/deals/{deal}/history")
    assert page.has("Deal moved")
    assert page.has("Stage: Lead in → Discovery")
    assert page.has("Value: empty → €1,000")
    assert page.has("Owner: empty → Eva Lindqvist")


def test_bad_numbers_are_no_pages(eva):
    for path in ("/history/999999", "/history/99999999999999999999", "/deals/999/history"):
        assert eva.get(path).status == 404
    assert eva.post("/history/values/99999999999999999999/restoration").status == 404
    assert (
        eva.get("/history?before=99999999999999999999&number=9999999999999999999999").status == 200
    )
    for name in ("who", "number", "before"):
        assert eva.get(f"/history?{name}=²").status == 200
