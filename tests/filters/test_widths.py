"""V1: how wide columns are stands in the address, is chosen without a pointer and kept in views."""

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
    assert widths(shown) == {"company": "w-10"} and "owner=me" in done.location


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
