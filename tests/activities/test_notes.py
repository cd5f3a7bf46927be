"""L4: notes with mentions, answers, privacy, former texts, drafts and files."""

from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import func, select

from crm.accounts.models import User
from crm.activities.mentions import mentioned, unheard
from crm.activities.models import Entry, EntryText, NoteDraft
from crm.contacts.models import Contact
from crm.core import clock
from crm.core.db import db
from crm.files.models import Attachment
from crm.filters.queries import marks
from crm.notices.models import Notice

CANARY = "Canary: he drinks."


def newest():
    return db.session.scalars(select(Entry).order_by(Entry.id.desc())).first()


def told():
    """Who was told what: (person, title), in order."""
    return [tuple(row) for row in db.session.execute(
        select(Notice.user_id, Notice.title).where(Notice.kind.in_(("mention", "reply")))
        .order_by(Notice.id)
    )]  # fmt: skip


def add(page, ben_id, body, **more):
    answer = page.post(f"/contacts/{ben_id}/notes", data={"body": body, **more})
    assert answer.status == 303
    return newest().id


def test_l4_names_are_read_from_a_text():
    names = {1: "Eva Brandt", 2: "Eva Brandtner", 3: "Mona Keller", 4: "Finn O’Hara"}
    assert mentioned("@Mona please", names) == [3]
    assert mentioned("@eva brandtner, and @Eva Brandt.", names) == [2, 1]
    assert mentioned("@Eva is two people", names) == []
    assert mentioned("mail@mona.example and @Monas", names) == []
    assert mentioned("@Finn @Finn @finn o’hara", names) == [4]
    assert mentioned("@Mona Klein and @Finn Meier, look at @Finn O’Brien", names) == []
    assert mentioned("@Jörg Weiß und", {5: "Jörg Weiß"}) == [5]
    for text in ("@Mona, Klein", "@Mona K", "@Mona PDF is here", "@Mona I think", "@Mona\nHallo"):
        assert mentioned(text, names) == [3], text


def test_l4_names_that_reach_nobody_are_read_from_a_text():
    told, others = {1: "Eva Brandt", 2: "Mona Keller"}, {3: "Otto Weber", 4: "Eva Lind"}
    assert unheard("@Mona, @Eva Brandt and mail@zed.example at @5pm", told, others) == {}
    assert unheard("@Zed and @otto weber, @Zed.", told, others) == {"Zed": None, "otto weber": 3}
    assert unheard("@Otto’s", told, others) == {"Otto": 3}
    assert unheard("@Eva", told | {5: "Eva Zorn"}, others) == {"Eva": 4}
    assert unheard("@Mona Klein and @Otto Meier", told, others) == {
        "Mona Klein": None, "Otto Meier": None,
    }  # fmt: skip
    assert unheard("@Ben", told, {6: "Ben A", 7: "Ben B"}) == {"Ben": 0}


def test_l4_who_writes_hears_who_was_not_told(browse, ben_id, cast, ids, write):
    write(lambda: setattr(db.session.get(User, ids["Finn"]), "deactivated_at", clock.now()))
    eva, text = browse.signed_in("Eva"), "@Otto, @Finn, @Zed and @Mona: look."
    notes = f"/contacts/{ben_id}/notes"
    said = eva.htmx("post", notes, "section#timeline", data={"body": text}).text
    words = (
        "Not told: @Otto (may not see this record), @Finn (can no longer sign in), "
        "@Zed (nobody here has this name)."
    )
    assert words in said
    assert [user for user, _title in told()] == [ids["Mona"]]
    # The edit of the note says it as long as it is so, and after saving again.
    number = newest().id
    edit = eva.get(f"/entries/{number}/edit")
    assert words in edit.by_id("not-told").text
    edit.form(f"/entries/{number}", body="@Mona and @Olga").submit()
    assert not eva.get(f"/entries/{number}/edit").has("Not told")
    # An answer says it as well, and so does a note that is for nobody else.
    form = eva.get(f"/entries/{number}").form(f"/entries/{number}/replies", body="@Zed?")
    assert form.submit().follow().has("Not told: @Zed (nobody here has this name).")
    form = eva.get(f"/entries/{number}").form(f"/entries/{number}/replies", body="@Mona Klein?")
    assert form.submit().follow().has("@Mona Klein (nobody here is called so; “@Mona,” names Mona)")
    form = eva.get(f"/contacts/{ben_id}").form(notes, body="@Mona", is_private="y")
    assert form.submit().follow().has("Not told: @Mona (the note is only for you).")


def test_l4_a_mention_tells_who_may_see_the_record_once(browse, ben_id, ids):
    eva = browse.signed_in("Eva")
    number = add(eva, ben_id, "@Mona and @Otto, look at this. @Eva")
    assert [user for user, _title in told()] == [ids["Mona"]]
    notice = db.session.scalars(select(Notice).where(Notice.kind == "mention")).one()
    assert notice.url == f"/contacts/{ben_id}?entry={number}#event-{number}"
    assert "Ben Achterberg" in notice.title
    # Edited, it tells only whom it names anew.
    text = "@Mona and @Finn, look at this."
    eva.get(f"/entries/{number}/edit").form(f"/entries/{number}", body=text).submit()
    assert [user for user, _title in told()] == [ids["Mona"], ids["Finn"]]


def test_l4_whom_one_can_name_is_who_may_see_the_record(browse, ben_id):
    eva, url = browse.signed_in("Eva"), f"/contacts/{ben_id}/colleagues"
    page = eva.get(f"/contacts/{ben_id}")
    box = page.root.one("textarea", id="note-body")
    assert box["aria-controls"] == f"mentions-{ben_id}" and box["aria-autocomplete"] == "list"
    assert page.by_id(f"mentions-{ben_id}").get("role") == "listbox"
    whole = eva.get(url)
    assert whole.has("@Mona ") and not whole.has("Otto") and not whole.has("@Eva ")
    part = eva.htmx("get", url, f"ul#mentions-{ben_id}")
    names = [one["data-name"] for one in part.root.all("li", role="option")]
    assert any(name.startswith("Mona") for name in names)
    assert not any(name.startswith(("Otto", "Eva")) for name in names)
    assert browse.signed_in("Otto").get(url).status == 404


def test_l4_answers_stand_under_the_note_and_its_writer_is_told(browse, ben_id, ids):
    number = add(browse.signed_in("Eva"), ben_id, "Budget resets in May.")
    mona = browse.signed_in("Mona")
    form = mona.get(f"/entries/{number}").form(f"/entries/{number}/replies", body="Then we wait.")
    assert form.submit().status == 303
    page = browse.signed_in("Eva").get(f"/contacts/{ben_id}")
    assert page.root.one("ol", class_="answers").text.count("Then we wait.") == 1
    [(user, title)] = told()
    assert user == ids["Eva"]
    assert title.endswith("answered your note")
    answer = newest().id
    assert mona.post(f"/entries/{answer}/replies", data={"body": "no"}).status == 422


def test_l4_a_private_note_is_seen_by_nobody_else(browse, cast, write, ben_id, ids):
    eva = browse.signed_in("Eva")
    before = db.session.get(Contact, ben_id).last_touch_at
    number = add(
        eva, ben_id, f"{CANARY} @Mona", is_private="y", files=[(BytesIO(b"x"), "canary.txt")]
    )
    assert told() == []
    assert db.session.get(Contact, ben_id).last_touch_at == before
    assert eva.get(f"/contacts/{ben_id}").has("Only for you")
    assert eva.get(f"/contacts/{ben_id}/files").has("canary.txt")
    file_id = db.session.scalars(select(Attachment.id)).one()
    for name in ("Mona", "Olga", "Rita"):
        other = browse.signed_in(name)
        for url in (
            f"/contacts/{ben_id}",
            f"/contacts/{ben_id}?entry={number}",
            f"/contacts/{ben_id}?show=notes",
            f"/contacts/{ben_id}/files",
            f"/contacts/{ben_id}/history",
            "/contacts",
            "/search?q=canary",
        ):
            page = other.get(url)
            assert page.status == 200
            assert not page.has("Canary")
            assert not page.has("canary.txt")
        assert other.get(f"/entries/{number}").status == 404
        assert other.post(f"/entries/{number}/replies", data={"body": "x"}).status in {403, 404}
        assert other.get(f"/files/{file_id}").status == 404
    counts = browse.signed_in("Mona").get(f"/contacts/{ben_id}").by_id("timeline").text
    assert "Notes 0" in " ".join(counts.split())


def test_l4_followers_are_not_told_of_private_notes(browse, ben_id, write, ids):
    def follow():
        from_mark = marks.Mark(
            user_id=ids["Mona"], kind="follow", record="contact", record_id=ben_id,
            at=newest().created_at,
        )  # fmt: skip
        db.session.add(from_mark)

    write(follow)
    before = len(marks.news())
    add(browse.signed_in("Eva"), ben_id, CANARY, is_private="y")
    assert len(marks.news()) == before


def test_l4_an_edit_keeps_the_former_text(browse, ben_id):
    eva = browse.signed_in("Eva")
    number = add(eva, ben_id, "He has €15,000.")
    form = eva.get(f"/entries/{number}/edit").form(f"/entries/{number}", body="He has €25,000.")
    assert form.submit().status == 303
    assert form.submit().status == 422  # the same form again: written over another text
    shown = eva.get(f"/contacts/{ben_id}")
    assert shown.has("He has €25,000.")
    assert not shown.has("He has €15,000.")
    assert shown.has("edited")
    assert eva.get(f"/entries/{number}").has("He has €15,000.")
    assert db.session.scalars(select(EntryText.body)).all() == ["He has €15,000."]
    mona = browse.signed_in("Mona")
    assert mona.get(f"/entries/{number}/edit").status == 404
    assert mona.post(f"/entries/{number}", data={"body": "x", "seen": "y"}).status == 404


def test_l4_a_note_is_taken_away_and_put_back_with_its_answers(browse, ben_id):
    eva = browse.signed_in("Eva")
    number = add(eva, ben_id, "Wrong person.", files=[(BytesIO(b"x"), "wrong.txt")])
    eva.post(f"/entries/{number}/replies", data={"body": "Indeed."})
    page = eva.htmx("post", f"/entries/{number}/deletion", "section#timeline")
    assert not page.has("Wrong person.")
    assert not eva.get(f"/contacts/{ben_id}").has("Indeed.")
    assert not eva.get(f"/contacts/{ben_id}/files").has("wrong.txt")
    assert eva.get(f"/entries/{number}").status == 404
    assert browse.signed_in("Otto").post(f"/entries/{number}/restoration").status == 404
    assert eva.post(f"/entries/{number}/restoration").status == 303
    back = eva.get(f"/contacts/{ben_id}")
    assert back.has("Wrong person.")
    assert back.has("Indeed.")


def test_l4_only_the_writer_or_the_house_takes_a_note_away(browse, ben_id):
    number = add(browse.signed_in("Eva"), ben_id, "Mine.")
    browse.signed_in("Mona").post(f"/entries/{number}/deletion")
    assert browse.signed_in("Eva").get(f"/contacts/{ben_id}").has("Mine.")
    browse.signed_in("Olga").post(f"/entries/{number}/deletion")
    assert not browse.signed_in("Eva").get(f"/contacts/{ben_id}").has("Mine.")


def test_l4_what_is_being_written_is_kept_for_its_writer(browse, ben_id):
    eva = browse.signed_in("Eva")
    url = f"/contacts/{ben_id}/notes/draft"
    for text in ("He sa", "He said"):
        kept = eva.htmx("post", url, "p#draft-state", data={"body": text})
        assert kept.has("Draft kept.")
    field = eva.get(f"/contacts/{ben_id}").by_id("note-body")
    assert (field.raw.strip(), field["hx-post"]) == ("He said", url)
    mona = browse.signed_in("Mona")
    assert mona.get(f"/contacts/{ben_id}").by_id("note-body").raw.strip() == ""
    assert browse.signed_in("Otto").post(url, data={"body": "x"}).status == 404
    eva = browse.signed_in("Eva")
    add(eva, ben_id, "He said yes.")
    assert db.session.scalar(select(func.count()).select_from(NoteDraft)) == 0
    assert eva.get(f"/contacts/{ben_id}").by_id("note-body").raw.strip() == ""


def test_l4_a_picture_stands_in_the_note(browse, ben_id):
    out = BytesIO()
    Image.new("RGB", (3, 2), "teal").save(out, "PNG")
    eva = browse.signed_in("Eva")
    add(eva, ben_id, "The shop", files=[(BytesIO(out.getvalue()), "image.png")])
    picture = eva.get(f"/contacts/{ben_id}").root.one("img", alt="")
    assert eva.get(picture["src"]).status == 200
    assert browse.signed_in("Otto").get(picture["src"]).status == 404


def test_l4_a_refused_file_keeps_the_text(browse, ben_id):
    eva = browse.signed_in("Eva")
    data = {"body": "Long text", "files": [(BytesIO(b"x"), "virus.exe")]}
    page = eva.post(f"/contacts/{ben_id}/notes", data=data)
    assert page.status == 422
    assert page.by_id("note-body").raw.strip() == "Long text"
    assert page.has("is a program")


@pytest.mark.parametrize("noun", ["notes", "meetings", "events"])
def test_l3_l4_l11_who_only_reads_writes_nothing(browse, ben_id, noun):
    rita = browse.signed_in("Rita")
    assert rita.post(f"/contacts/{ben_id}/{noun}", data={"body": "x"}).status == 403
    otto = browse.signed_in("Otto")
    assert otto.post(f"/contacts/{ben_id}/{noun}", data={"body": "x"}).status == 404


def test_l1_a_long_note_folds_and_a_short_one_does_not(browse, ben_id):
    eva = browse.signed_in("Eva")
    short = add(eva, ben_id, "\n".join(["Short"] * 20))  # one paragraph of two lines
    lines = add(eva, ben_id, "\n".join(["- One more line"] * 13))
    words = add(eva, ben_id, "He said a lot. " * 90)
    page = eva.get(f"/contacts/{ben_id}")
    assert not page.by_id(f"event-{short}").all("details")
    for number in (lines, words):
        entry = page.by_id(f"event-{number}")
        assert entry.one("summary").text.startswith("Show all")
        assert entry.one("div", class_="folded").one("div", class_="text prose")
