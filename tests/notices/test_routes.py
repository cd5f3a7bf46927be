"""The bell in the frame and its page."""

from crm.notices import queries
from tests.notices.test_actions import tell


def test_the_bell_counts_and_its_page_lists(browse, cast, write):
    write(lambda: [tell(cast["Eva"], f"lead:{n}", title=f"Call {n}") for n in range(3)])
    eva = browse.signed_in("Eva")
    page = eva.get("/notifications")
    assert page.has("3 new notices") and page.has("Call 2") and page.has("Unread 3")
    assert eva.get("/notifications/bell?seen=3").status == 204
    other = eva.htmx("get", "/notifications/bell?seen=2", "span#bell")
    assert other.status == 200 and other.by_id("bell").get("hx-get").endswith("seen=3")
    assert browse.signed_in("Finn").get("/notifications").has("Nothing new")


def test_one_is_marked_read_with_and_without_htmx(browse, cast, write):
    write(lambda: [tell(cast["Eva"], f"lead:{n}") for n in range(2)])
    first, second = [n.id for n in queries.notices_for(cast["Eva"])]
    eva = browse.signed_in("Eva")
    assert eva.post(f"/notifications/{first}/reading").location == "/notifications"
    row = f"li#notice-{second}"
    answer = eva.htmx("post", f"/notifications/{second}/reading", row)
    assert "New" not in answer.by_id(f"notice-{second}").text
    assert answer.by_id("bell").get("hx-get").endswith("seen=0")


def test_opening_marks_it_and_leads_on(browse, cast, write):
    write(lambda: tell(cast["Eva"]))
    number = queries.notices_for(cast["Eva"])[0].id
    eva, finn = browse.signed_in("Eva"), browse.signed_in("Finn")
    assert finn.post(f"/notifications/{number}/opening").status == 404
    assert finn.post(f"/notifications/{number}/reading").status == 404
    assert eva.post(f"/notifications/{number}/opening").location == "/contacts/1"
    assert eva.get("/notifications").has("0 new notices")


def test_all_that_was_shown_is_marked_read(browse, cast, write):
    write(lambda: [tell(cast["Rita"], f"lead:{n}") for n in range(3)])
    rita = browse.signed_in("Rita")
    assert rita.get("/notifications").form("/notifications/reading").submit().status == 303
    assert rita.get("/notifications").has("0 new notices")
    assert rita.get("/notifications?show=unread").has("Nothing new")


def test_pages_go_on_by_key(browse, cast, write):
    write(lambda: [tell(cast["Eva"], f"lead:{n}", title=f"No. {n};") for n in range(30)])
    eva = browse.signed_in("Eva")
    first = eva.get("/notifications")
    assert first.has("No. 29;") and first.has("No. 5;") and not first.has("No. 4;")
    older = [a["href"] for a in first.root.all("a", rel="next")]
    second = eva.get(older[0])
    assert second.has("No. 4;") and second.has("No. 0;") and not second.has("No. 5;")


def test_many_of_a_kind_and_day_are_one_line_that_opens(browse, cast, write, the_clock):
    write(lambda: [tell(cast["Eva"], f"mention:{n}", kind="mention") for n in range(2)])
    write(lambda: [tell(cast["Eva"], f"lead:{n}", title=f"Call {n};") for n in range(3)])
    the_clock.forward(days=1)
    write(lambda: tell(cast["Eva"], "lead:new"))
    eva = browse.signed_in("Eva")
    page = eva.get("/notifications")
    [bundle] = page.root.all("details")
    assert bundle.one("summary").text.startswith("3 leads are yours")
    assert len(bundle.all("li")) == 3 and page.has("Unread 6")
    form = next(one for one in page.root.all("form") if one.all("input", name="ids"))
    posted = {"ids": form.one("input", name="ids")["value"]}
    assert browse.signed_in("Finn").post("/notifications/reading", data=posted).status == 303
    assert eva.get("/notifications").has("Unread 6"), "one marks one's own alone"
    eva.post("/notifications/reading", data=posted)
    assert eva.get("/notifications").has("Unread 3")


def test_a_bundle_is_marked_where_it_is_read(browse, cast, write):
    write(lambda: [tell(cast["Eva"], f"lead:{n}", title=f"Call {n};") for n in range(3)])
    eva = browse.signed_in("Eva")
    page = eva.get("/notifications?show=unread")
    form = next(one for one in page.root.all("form") if one.all("input", name="ids"))
    ids = {"ids": form.one("input", name="ids")["value"]}
    assert form["action"] == "/notifications/reading?show=unread"
    left = eva.htmx("post", form["action"], "div#notices", data=ids)
    assert left.has("Nothing new") and not left.has("Call 0;")
    assert eva.post(form["action"], data=ids).location == "/notifications?show=unread"


def test_numbers_that_no_row_has_are_no_failure(browse, cast, write):
    write(lambda: tell(cast["Eva"]))
    eva, huge = browse.signed_in("Eva"), "9" * 40
    assert eva.get(f"/notifications?before={huge}").has("1 new notice")
    for posted in ({"ids": f"{huge},x"}, {"up_to": huge}):
        assert eva.post("/notifications/reading", data=posted).status == 303
    assert eva.get("/notifications").has("1 new notice")


def test_a_bundle_names_what_it_is_about_and_opens_it(browse, cast, write):
    def told():
        for n, (name, url) in enumerate(
            [("Mira", "/contacts/1?entry=4#event-4"), ("Mira", "/contacts/1"), ("Ada", "/deals/2")]
        ):
            tell(cast["Eva"], f"follow:{n}", kind="follow", title=f"News on {name}", url=url)

    write(told)
    newest = queries.notices_for(cast["Eva"])[0].id
    page = browse.signed_in("Eva").get("/notifications")
    row = page.by_id(f"notices-from-{newest}")
    named = row.all("p", class_="reason")[0]
    assert [(one.text, one["href"]) for one in named.all("a")] == [
        ("News on Ada", "/deals/2"), ("News on Mira", "/contacts/1"),
    ]  # fmt: skip
