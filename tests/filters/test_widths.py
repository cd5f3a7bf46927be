"""V1: how wide columns are: in the address, chosen without a pointer, kept in views and for one."""

from tests.filters.reading import names


def widths(page):
    """The class of each head that has a width, by column."""
    heads = page.root.all("th", scope="col")
    said = {n["data-column"]: n["class"].split() for n in heads if n.get("class")}
    return {
        key: one for key, found in said.items() for one in found if one.startswith("w-")
    }  # fmt: skip


def test_v1_widths_stand_in_the_address_and_junk_says_nothing(demo, browse):
    eva = browse.signed_in("Eva")
    page = eva.get("/contacts?widths=name:20,company:12,owner:7,next:x,tier,nonsense:8,:6")
    assert widths(page) == {"name": "w-20", "company": "w-12"}
    assert names(page) == names(eva.get("/contacts"))
    sorted_by_name = next(n["href"] for n in page.root.all("a") if n.text == "Name")
    assert "widths=" in sorted_by_name
    for path in ("/companies", "/tasks", "/deals?as=table"):
        joint = "&" if "?" in path else "?"
        assert eva.get(f"{path}{joint}widths=name:8,title:8").status == 200


def test_v1_widths_are_chosen_by_words_beside_the_columns(demo, browse):
    eva = browse.signed_in("Eva")
    page = eva.get("/contacts?owner=me&widths=name:24")
    link = next(n["href"] for n in page.root.all("a") if n.text == "Columns")
    form = eva.get(link).form("/filters/columns")
    assert form.values["width-name"] == "24"
    form.values["column"] = ["name", "company"]
    form.values |= {"width-name": "", "width-company": "10", "act": "show"}
    done = form.submit()
    shown = eva.get(done.location)
    assert widths(shown) == {"company": "w-10"} and done.location == "/contacts?owner=me"


def test_v1_widths_are_kept_in_a_view_and_changed_there_for_oneself(demo, browse):
    eva = browse.signed_in("Eva")
    page = eva.get("/contacts?widths=name:16")
    link = next(n["href"] for n in page.root.all("a") if n.text == "Save as a view")
    saved = eva.get(link).form("/views", name="Wide names").submit()
    shown = saved.follow()
    assert widths(shown) == {"name": "w-16"} and not shown.has("changed, not saved")
    changed = eva.get(saved.location + "&widths=name:32")
    assert widths(changed) == {"name": "w-32"} and changed.has("changed, not saved")
    assert widths(eva.get(saved.location + "&widths=")) == {}


def columns_form(person, url):
    link = next(n["href"] for n in person.get(url).root.all("a") if n.text == "Columns")
    return person.get(link).form("/filters/columns")


def heads(page):
    return [n["data-column"] for n in page.root.all("th", scope="col") if n.get("data-column")]


def test_v1_chosen_columns_are_the_persons_own_on_every_device(demo, browse):
    eva = browse.signed_in("Eva")
    usual = heads(eva.get("/companies"))
    form = columns_form(eva, "/companies?sort=name")
    form.values["column"] = ["name", "owner"]
    form.values |= {"width-owner": "20", "act": "show"}
    assert form.submit().location == "/companies?sort=name"
    other = browse.signed_in("Eva")
    shown = other.get("/companies")
    assert heads(shown) == ["name", "owner"] and widths(shown) == {"owner": "w-20"}
    # What an address says goes before it, and leaves it as it was; others see what they chose.
    assert heads(other.get("/companies?columns=name,city")) == ["name", "city"]
    assert heads(other.get("/companies?columns=&widths=")) == usual
    assert heads(browse.signed_in("Finn").get("/companies")) == usual
    form = columns_form(eva, "/companies")
    assert form.values["width-owner"] == "20"
    form.values["act"] = "usual"
    form.submit()
    assert heads(other.get("/companies")) == usual and widths(other.get("/companies")) == {}


def test_v1_a_dragged_width_is_kept_but_for_views_and_addresses_of_their_own(demo, browse):
    rita = browse.signed_in("Rita")  # who only reads has lists to read
    said = {"act": "widths", "record": "contact", "widths": "name:24,x:99,owner:8"}
    assert rita.post("/filters/columns", data=said).status == 204
    assert widths(rita.get("/contacts?sort=name")) == {"name": "w-24", "owner": "w-8"}
    assert 'method="post"' in drag_form(rita.get("/contacts?sort=name"))
    assert 'method="get"' in drag_form(rita.get("/contacts?widths=name:6"))
    assert rita.post("/filters/columns", data={"act": "widths", "record": "pin"}).status == 404


def test_v1_views_hold_what_they_were_saved_with_whatever_the_reader_chose(demo, browse):
    eva = browse.signed_in("Eva")
    link = next(n["href"] for n in eva.get("/contacts?owner=me").root.all("a")
                if n.text == "Save as a view")  # fmt: skip
    plain = eva.get(link).form("/views", name="Plain").submit().location
    usual = heads(eva.get(plain))
    form = columns_form(eva, "/contacts")
    form.values["column"] = ["name", "email"]
    form.values["act"] = "show"
    form.submit()
    assert heads(eva.get("/contacts")) == ["name", "email"] and heads(eva.get(plain)) == usual
    number = plain.rpartition("=")[2]
    changed = eva.get(f"{plain}&sort=name")
    changed.form(f"/views/{number}/content").submit()
    assert heads(eva.get(plain)) == usual
    form = columns_form(eva, plain)
    form.values["column"] = ["name", "owner"]
    form.values["act"] = "show"
    assert form.submit().location.endswith(f"view={number}&columns=name,owner&widths=")
    link = next(n["href"] for n in eva.get("/contacts?owner=me").root.all("a")
                if n.text == "Save as a view")  # fmt: skip
    mine = eva.get(link).form("/views", name="Mine").submit().location
    assert heads(browse.signed_in("Mona").get(mine)) != ["name", "email"]
    assert heads(eva.get(mine)) == ["name", "email"]


def drag_form(page):
    (found,) = [n for n in page.root.all("form") if "data-widths-form" in n.attrs]
    return f'method="{found["method"]}"'
