"""A record with dozens of tags and empty fields of the house: each stands once, the rest folds."""

from crm.contacts import actions as contacts
from crm.contacts.models import Contact
from crm.core.db import db
from crm.fields import actions as fields


def test_C14_dozens_of_tags_and_empty_fields_fold(demo, write, browse, cast):
    mira = demo["Mira Sommer"]

    def fill():
        row = db.session.get_one(Contact, mira)
        contacts.tag_all(row, [f"tag {n}" for n in range(20)])
        for n in range(5):
            fields.create("contact", f"Own {n}", "text", by=db.session.merge(cast["Olga"]))
        return len(row.tags)

    count = write(fill)
    eva = browse.signed_in("Eva")
    page = eva.get(f"/contacts/{mira}")
    more = page.by_id("who").one("a", href="#tags")
    assert more.text == f"+{count - 8} more tags"
    sheet = page.by_id("tags")
    assert len(sheet.all("ul")[0].all("li")) == 8
    assert len(sheet.one("details").all("li")) == count - 8
    assert sheet.one("summary").text == f"Show all {count}"
    empty = page.by_id("empty-facts")
    assert empty.one("summary").text == "5 fields are empty: show"
    assert len(empty.all("div", class_="fact")) == 5
    own = next(node for node in empty.all("a") if "Own 3" in node.text)["href"]
    put = eva.htmx("post", f"/contacts/{mira}/tags", "section#tags", data={"name": "last"})
    assert "open" in put.by_id("tags").one("details").attrs
    assert eva.get(own).status == 200
