"""I3: a file is read before a transaction opens, so that nobody waits with their writing."""

import pytest
from sqlalchemy import func, select

from crm.batches import jobs
from crm.core.db import db, in_transaction
from crm.transfer import jobs as jobs_of_files
from crm.transfer import opening
from crm.transfer.models import ImportKey
from tests.transfer.test_imports import batch, mapped, upload

DATA = "Name;E-Mail;Sector\n" + "".join(f"P {n};p{n}@x.example;Crafts\n" for n in range(70))


@pytest.fixture
def reads(monkeypatch):
    """Of each time that a file was opened, whether a transaction was open."""
    seen, opens = [], opening.open_csv

    def watched(*args, **values):
        seen.append(in_transaction())
        return opens(*args, **values)

    monkeypatch.setattr(opening, "open_csv", watched)
    return seen


def test_i3_no_file_is_read_while_others_wait_to_write(browse, reads):
    mona = browse.signed_in("Mona")
    number = upload(mona, DATA.encode())
    assert reads == [False]
    page = mona.get(f"/import/{number}")
    page.form(f"/import/{number}/reading", encoding="cp1252", delimiter=";").submit()
    assert reads == [False, False]
    run = mapped(mona, number, **{"column-2": "new:select"})
    jobs.work_on(run)
    assert batch(run).counts == {"creates": 70}
    db.session.remove()
    kept = select(func.count()).select_from(ImportKey)
    assert db.session.scalar(kept) > 0
    jobs_of_files.forget_files()  # what the dry run noted for itself
    assert db.session.scalar(kept) == 0
    assert len(reads) >= 5 and not any(reads), reads


def test_i1_the_way_to_a_file_stands_where_records_are_missing(browse):
    mona = browse.signed_in("Mona")
    for path, record in (("/companies", "company"), ("/deals?as=table&q=nobody", "deal")):
        links = {one.get("href") for one in mona.get(path).root.all("a")}
        assert f"/import?record={record}" in links, path
    assert "/import" in {one.get("href") for one in mona.get("/settings").root.all("a")}
    rita = browse.signed_in("Rita")
    links = {one.get("href") or "" for one in rita.get("/companies").root.all("a")}
    assert not any("/import" in link for link in links)
