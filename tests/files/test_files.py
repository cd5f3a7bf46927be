"""L9: files on a record, their limits, and who may download them."""

import hashlib
import os
import zipfile
from datetime import timedelta
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import func, select

from crm.activities.models import Entry
from crm.contacts import actions as contacts
from crm.core.db import db
from crm.core.refusal import Refused
from crm.files import actions, queries
from crm.files.models import Attachment, StoredFile
from crm.files.rules import clean_name


@pytest.fixture
def mira(cast, write):
    """A contact of the Sales team, owned by Eva."""
    return write(
        lambda: (
            contacts.create(
                name="Mira Sommer", owner_id=cast["Eva"].id, team_id=cast.sales.id, by=cast["Eva"]
            ).id
        )
    )


def send(page, mira, *files, note=""):
    return page.post(f"/contacts/{mira}/files", data={"files": list(files), "note": note})


def upload(name, data=b"hello"):
    return (BytesIO(data), name)


def picture(kind="PNG", size=(3, 2), **more):
    out = BytesIO()
    Image.new("RGB", size, "teal").save(out, kind, **more)
    return out.getvalue()


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


def test_l9_a_file_is_saved_told_in_the_timeline_and_downloaded_as_it_was(browse, mira):
    eva = browse.signed_in("Eva")
    answer = send(eva, mira, upload("Offer 2026.pdf", b"%PDF-1.7 offer"), note="The offer")
    assert answer.status == 303
    one = db.session.scalars(select(Attachment)).one()
    entry = db.session.scalars(select(Entry).where(Entry.kind == "file")).one()
    assert (entry.title, entry.body, one.entry_id) == ("Offer 2026.pdf", "The offer", entry.id)
    assert eva.get(f"/contacts/{mira}/files").has("Offer 2026.pdf")
    got = eva.get(f"/files/{one.id}")
    assert got.response.data == b"%PDF-1.7 offer"
    assert got.headers["Content-Disposition"].startswith("attachment")
    assert got.headers["Content-Type"] == "application/octet-stream"
    assert "sandbox" in got.headers["Content-Security-Policy"]
    assert got.headers["X-Content-Type-Options"] == "nosniff"


def test_l9_the_same_bytes_are_stored_once(browse, mira):
    eva = browse.signed_in("Eva")
    send(eva, mira, upload("a.txt"), upload("b.txt"))
    send(eva, mira, upload("c.txt"))
    assert count(StoredFile) == 1
    assert count(Attachment) == 3
    assert {path.name for path in actions.folder().iterdir()} == {
        hashlib.sha256(b"hello").hexdigest()
    }


def test_l9_who_may_not_see_the_record_gets_404_for_its_file(browse, mira):
    send(browse.signed_in("Eva"), mira, upload("a.txt"))
    number = db.session.scalar(select(Attachment.id))
    otto = browse.signed_in("Otto")
    for path in (f"/files/{number}", f"/files/{number}/picture", f"/contacts/{mira}/files"):
        assert otto.get(path).status == 404, path
    assert otto.post(f"/files/{number}/deletion").status == 404
    assert send(otto, mira, upload("b.txt")).status == 404
    assert browse.get(f"/files/{number}").status == 303  # signed out


def test_l9_a_file_of_a_private_note_is_its_writers_alone(browse, mira, cast):
    eva = cast["Eva"].id
    values = {"body": "For me", "is_private": "y", "files": [upload("a.txt")]}
    assert browse.signed_in("Eva").post(f"/contacts/{mira}/notes", data=values).status == 303
    one = db.session.scalars(select(Attachment)).one()
    number = one.id
    assert db.session.get(Entry, one.entry_id).private_to_id == eva
    finn = browse.signed_in("Finn")
    assert finn.get(f"/files/{number}").status == 404
    assert not finn.get(f"/contacts/{mira}/files").has("a.txt")
    assert browse.signed_in("Eva").get(f"/contacts/{mira}/files").has("a.txt")


def test_l9_read_only_people_download_but_do_not_send(browse, mira):
    send(browse.signed_in("Eva"), mira, upload("a.txt"))
    rita = browse.signed_in("Rita")
    page = rita.get(f"/contacts/{mira}/files")
    assert page.has("a.txt")
    assert not page.has("Save files")
    assert send(rita, mira, upload("b.txt")).status == 403


def test_i5_pictures_are_written_anew_without_what_cameras_note(browse, mira):
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    data = picture("JPEG", exif=exif) + b"<script>alert(1)</script>"
    eva = browse.signed_in("Eva")
    send(eva, mira, upload("us.jpg", data))
    number = db.session.scalar(select(Attachment.id))
    got = eva.get(f"/files/{number}/picture")
    assert got.headers["Content-Type"] == "image/jpeg"
    assert b"taken at home" not in got.response.data
    assert b"<script>" not in got.response.data
    assert Image.open(BytesIO(got.response.data)).size == (3, 2)


def test_i5_what_only_calls_itself_a_picture_is_refused_and_markup_is_never_shown(browse, mira):
    eva = browse.signed_in("Eva")
    page = send(eva, mira, upload("x.png", b"<html><script>1</script>"), note="Look")
    assert page.status == 422
    assert page.has("“x.png” cannot be read as a picture")
    assert page.has("Look")  # what was typed stays
    assert count(Attachment) == 0
    send(eva, mira, upload("page.svg", b"<svg onload='alert(1)'/>"))
    number = db.session.scalar(select(Attachment.id))
    assert eva.get(f"/files/{number}/picture").status == 404
    assert eva.get(f"/files/{number}").headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("run.exe", b"MZ", "is a program"),
        ("empty.txt", b"", "is empty"),
        ("", b"x", "Choose a file first"),
    ],
)
def test_l9_a_file_that_is_not_taken_says_why(browse, mira, name, data, words):
    page = send(browse.signed_in("Eva"), mira, upload(name, data))
    assert page.status == 422
    assert page.has(words)


def test_l9_a_picture_of_too_many_pixels_is_refused(app):
    bomb = picture("PNG", (5001, 5000))
    with pytest.raises(Refused, match="more than 25 million pixels"):
        actions.keep("big.png", BytesIO(bomb))


def test_i1_bodies_up_to_20_mib_reach_only_signed_in_people(browse, mira):
    large = upload("large.bin", os.urandom(2 * 1024 * 1024))
    assert send(browse.signed_in("Eva"), mira, large).status == 303
    big = upload("huge.bin", b"0" * (20 * 1024 * 1024 + 1))
    answer = send(browse.signed_in("Eva"), mira, big)
    assert answer.status == 422
    assert answer.has("larger than 20 MB")
    page = send(browse.signed_in("Eva"), mira, upload("h", b"0" * (21 << 20)))
    assert page.status == 413
    assert page.has("Files may have 20 MB together.")
    stranger = send(browse, mira, upload("large.bin", b"0" * (2 << 20)))
    assert stranger.status == 413


def test_l9_a_removed_file_can_be_put_back_and_is_gone_after_30_days(browse, mira, the_clock):
    eva = browse.signed_in("Eva")
    send(eva, mira, upload("a.txt"))
    one = db.session.scalars(select(Attachment)).one()
    number, path = one.id, queries.path_of(one)
    eva.post(f"/files/{number}/deletion")
    assert eva.get(f"/files/{number}").status == 404
    eva.post(f"/files/{number}/restoration")
    assert eva.get(f"/files/{number}").response.data == b"hello"
    eva.post(f"/files/{number}/deletion")
    old = path.stat().st_mtime - 2 * 24 * 3600
    the_clock.forward(days=29)
    actions.sweep()
    assert path.exists()
    the_clock.forward(days=2)
    os.utime(path, (old, old))
    actions.sweep()
    assert count(Attachment) == 0
    assert count(StoredFile) == 0
    assert not path.exists()


def test_bytes_that_no_record_names_go_but_not_while_they_are_young(app):
    kept = actions.keep("a.txt", BytesIO(b"nobody came"))
    path = actions.folder() / kept.sha256
    actions.sweep()
    assert path.exists()
    old = path.stat().st_mtime - timedelta(days=2).total_seconds()
    os.utime(path, (old, old))
    actions.sweep()
    assert not path.exists()


def test_names_lose_paths_controls_and_direction_marks():
    assert clean_name("../../etc/passwd") == "passwd"
    assert clean_name("C:\\Users\\eva\\Offer.pdf") == "Offer.pdf"
    assert clean_name("invoice\u202egpj.exe") == "invoicegpj.exe"
    assert clean_name("  ...  ") == "file"
    assert clean_name("CON.txt") == "file-CON.txt"
    assert clean_name("a\r\nb.txt") == "ab.txt"
    assert clean_name("x" * 200 + ".docx") == "x" * 115 + ".docx"


def test_a_zip_file_is_kept_as_it_is(app):
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as pack:
        pack.writestr("a.txt", "a")
    kept = actions.keep("all.zip", BytesIO(out.getvalue()))
    assert (actions.folder() / kept.sha256).read_bytes() == out.getvalue()
