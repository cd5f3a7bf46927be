"""C14: one screen says who, how things stand and what comes next, within the list one came from."""

from datetime import timedelta

from crm.contacts.models import Contact
from crm.core import clock
from crm.core.db import db
from crm.filters.actions import note_seen


def test_c14_who_owner_next_step_deal_and_last_word_stand_on_top(demo, browse):
    page = browse.signed_in("Eva").get(f"/contacts/{demo['Mira Sommer']}")
    assert page.by_id("who").text.startswith("Mira Sommer")
    for word in ("Next step", "Owner", "Open deal", "Last word"):
        assert word in page.by_id("promise").text


def test_c14_the_next_and_previous_of_the_same_list_are_linked(demo, browse):
    eva = browse.signed_in("Eva")
    listed = eva.get("/contacts?sort=name&filter=all(name.contains:a)")
    links = [a["href"] for a in listed.root.all("a", class_="name")]
    second = eva.get(links[1])
    there = [a["href"] for a in second.root.all("a", rel="prev") + second.root.all("a", rel="next")]
    assert [url.split("?")[0] for url in there] == [
        links[0].split("?")[0],
        links[2].split("?")[0],
    ]
    assert all("name.contains" in url for url in there)


def test_c14_what_is_new_since_one_looked_is_marked_until_it_is_opened(
    demo, cast, write, browse, the_clock
):
    mira, eva_id = demo["Mira Sommer"], cast["Eva"].id
    write(lambda: note_seen(eva_id, "contact", mira))

    def hear():
        contact = db.session.get(Contact, mira)
        contact.last_in_at = contact.last_touch_at = clock.now() + timedelta(seconds=1)

    write(hear)
    here = browse.signed_in("Eva")
    assert here.get("/contacts?q=mira").by_id(f"contact-{mira}").text.startswith("Mira Sommer New")
    finn = browse.signed_in("Finn")
    row = finn.get("/contacts?q=mira").by_id(f"contact-{mira}")
    assert not row.text.startswith("Mira Sommer New")
    the_clock.forward(minutes=2)
    here.get(f"/contacts/{mira}")
    row = here.get("/contacts?q=mira").by_id(f"contact-{mira}")
    assert not row.text.startswith("Mira Sommer New")
