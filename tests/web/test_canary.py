"""Z3: a word that stands only in another team's records is met nowhere."""

import pytest
from sqlalchemy import or_, select

from crm.accounts.models import User
from crm.core.db import db, run
from crm.fields import actions as fields
from crm.fields.models import CustomField
from crm.mail.models import Outbox
from crm.notices.models import Notice
from crm.transfer import jobs as transfer_jobs
from crm.transfer.models import Export
from tests.web.planted import CANARY, OWN
from tests.web.test_every_control import Walk

LISTS = {"contact": "contacts", "company": "companies", "deal": "deals"}
WORDS = (CANARY.lower(), OWN.lower())


def heard(text):
    return [word for word in WORDS if word in text.lower()]


class Canary(Walk):
    """A walk that listens for the word."""

    heard = ()

    def _open(self, path, found_on):
        with self.app.app_context():
            text = self.reader.client.get(path).get_data(as_text=True)
        if heard(text):
            self.heard = (*self.heard, path)
        return super()._open(path, found_on)


@pytest.mark.parametrize("name", ["Otto", "Sam"])
def test_z3_no_page_a_stranger_reaches_says_it(app, planted, browse, name):
    """Otto leads another team, Sam is of none; both may do what managers may."""
    walk = Canary(app, browse.signed_in(name))
    walk.everything()
    assert len(walk.ids) > 15
    assert walk.heard == ()


def test_z3_neither_search_nor_filters_nor_counts_know_it(app, planted, browse):
    otto = browse.signed_in("Otto")
    word = CANARY.lower()
    for path in (
        f"/contacts?q={word[:6]}", f"/companies?q={word[:6]}", f"/search?q={word[:6]}",
        f"/search?q=ann@{word[:6]}", "/contacts?filter=name.has:Ann", "/trash", "/history",
        "/history.csv", "/views", "/segments", "/batches", "/notifications", "/tasks?owner=all",
        f"/contacts?filter=segment.is:{planted.segment_id}",
        f"/contacts?view={planted.view_id}",
    ):  # fmt: skip
        answer = otto.get(path)
        assert answer.status == 200, path
        assert not heard(answer.html), path


def test_z3_what_fields_of_the_house_s_own_say_stays_with_their_team(planted, browse):
    """As column, order, group, filter, choice of values, cell, in search and in the history."""
    for name in ("Otto", "Mona"):
        person = browse.signed_in(name)
        met = [path for path in _ways(planted) if heard(person.get(path).html)]
        assert not met if name == "Otto" else len(met) > 24, met


def _ways(planted):
    for record, plural in LISTS.items():
        key, number = planted.own[record], planted.records[plural]
        table = f"/{plural}?as=table&columns=name,{key}"
        yield from (f"{table}&sort={key}", f"{table}&filter={key}.has:{OWN[:6]}",
                    f"{table}&filter={key}.filled", f"{table}&group={key}",
                    f"{table}&q={OWN[:6]}", f"/cells/{record}/{number}/{key}",
                    f"/{plural}/{number}", f"/{plural}/{number}/fields/{key[3:]}",
                    f"/{plural}/{number}/history", f"/filters/build?record={record}",
                    f"/batches/new?record={record}&all=1&act={plural}.set&picked={key}",
                    f"/exports/new?record={record}")  # fmt: skip
    yield from (f"/search?q={OWN[:8]}", "/history", "/history.csv")


def test_z3_no_file_that_a_stranger_writes_holds_it(planted, browse):
    kept = {}
    for name in ("Otto", "Mona"):
        for record in LISTS:
            said = {"record": record, "kind": "csv", "scope": "all", "columns": "all"}
            number = int(browse.signed_in(name).post("/exports", data=said).location[9:])
            transfer_jobs.write_exports(number)
            db.session.remove()
            kept[name, record] = heard(db.session.get(Export, number).data.decode())
    assert {key for key, words in kept.items() if words} == {("Mona", one) for one in LISTS}


def test_z3_fragments_hold_as_little_as_pages(planted, browse):
    otto = browse.signed_in("Otto")
    for path, target in (
        (f"/contacts/{planted.contact_id}", "section#timeline"),
        (f"/contacts?q={OWN[:6]}", "section#contacts"),
        (f"/search?q={OWN[:6]}", "div#found"),
        (f"/contacts/{planted.contact_id}/colleagues", "ul#colleagues"),
    ):
        assert not heard(otto.htmx("GET", path, target).html), path


def test_z3_a_value_that_must_differ_does_not_tell_whose_it_is(planted, browse):
    run(lambda: _make_unique(planted))
    otto = browse.signed_in("Otto")
    said = {"name": "Own", planted.own["contact"]: OWN}
    answer = otto.htmx("post", "/contacts", "form#contact-form", data=said)
    assert answer.status == 422
    assert "says this already" in answer.html
    assert CANARY.lower() not in answer.html.lower()


def test_z3_what_is_asked_for_by_number_is_not_there(planted, browse):
    otto = browse.signed_in("Otto")
    for kind, number in planted.records.items():
        for path in (f"/{kind}/{number}", f"/{kind}/{number}/edit", f"/{kind}/{number}/history"):
            answer = otto.get(path)
            assert not heard(answer.html), path
            assert answer.status in {403, 404, 405}, path


def test_z3_neither_bell_nor_mail_carries_it_to_strangers(planted):
    others = or_(User.name.like("Otto%"), User.name.like("Sam%"))
    for number in db.session.scalars(select(User.id).where(others)).all():
        for row in db.session.scalars(select(Notice).where(Notice.user_id == number)):
            assert not heard(row.title + row.body)
        for sent in db.session.scalars(select(Outbox).where(Outbox.user_id == number)):
            assert not heard(sent.subject + sent.text + sent.html + str(sent.context))


def test_z3_a_mate_meets_it_everywhere(planted, browse):
    """The word is really there: else the tests above would hold for any product."""
    finn = browse.signed_in("Finn")
    word = CANARY.lower()
    for path in (
        f"/contacts?q={word}", f"/companies?q={word}", f"/search?q={word}", "/segments",
        f"/contacts/{planted.contact_id}", f"/contacts/{planted.contact_id}/history",
        f"/deals/{planted.deal_id}", f"/tasks/{planted.task_id}",
    ):  # fmt: skip
        assert word in finn.get(path).html.lower(), path


def _make_unique(planted):
    field = db.session.get(CustomField, planted.field_id)
    owner = db.session.scalars(select(User).where(User.role == "owner")).one()
    fields.change(field, by=owner, label=field.label, is_unique=True)
