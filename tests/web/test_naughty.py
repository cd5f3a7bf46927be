"""The Big List of Naughty Strings through every field: stored, shown, searched, never executed."""

import csv
import io
import json
from pathlib import Path

import pytest
from sqlalchemy import func, select

from crm.accounts.models import User
from crm.batches import actions as batches
from crm.batches import jobs
from crm.batches.models import Batch
from crm.contacts import actions as contacts
from crm.contacts.models import Contact
from crm.core.db import db, run
from crm.deals.models import Deal, Pipeline, Stage
from crm.fields import actions as fields
from crm.fields.queries import values_of
from crm.filters.rules import dumps
from tests.conftest import SHARED_DATA
from tests.page import FilledForm, Tree

LIST = Path(__file__).resolve().parents[3] / "shared" / "data" / "blns.json"
OWN = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "' OR 1=1 --",
    "1; DROP TABLE contact",
    "{{ 7*7 }} ${7*7} <%= 7*7 %>",
    '=HYPERLINK("http://evil.example")',
    "Ω≈ç√∫˜µ≤≥÷ 田中さん 👾🙇💁🏿",
    "\u202e\u202dtest\u2067 \u200b\ufeff",
    "Ṱ̺̺̕o͞ ̷i̲̬͇̪͙n̝̗͕v̟̜̘̦͟o̶̙̰̠kè͚̮̺̪̹̱̤ ̖t̝͕̳̣̻̪͞h̼͓̲̦̳̘̲e͇̣̰̦̬͎ ̢̼̻̱̘h͚͎͙̜̣̲ͅi̦̲̣̰̤v̻͍e̺̭̳̪̰-m̢iͅn̖̺̞̲̯̰d̵̼̟͙̩̼̘̳",
    "NULL",
    "\x01\x1f\x7f",
    "\ud800",
    "%s%n%d %00 \\\\ ../../etc/passwd",
    "a" * 400,
]


def naughty():
    return [text for text in json.loads(LIST.read_text()) if text]


@pytest.fixture(
    params=[
        "own",
        pytest.param(
            "shared",
            marks=[
                pytest.mark.slow,
                pytest.mark.skipif(not LIST.exists(), reason=SHARED_DATA),
            ],
        ),
    ]
)
def strings(request):
    """The texts as a browser can send them: a lone surrogate is replaced before it leaves.

    A zero byte is refused wherever it stands: test_zero_bytes_are_refused.
    """
    found = OWN if request.param == "own" else naughty()
    return [t.encode("utf-8", "replace").decode() for t in found if "\x00" not in t]


class Hand:
    """Eva, who types what comes; every page she gets is looked at for what would run."""

    def __init__(self, browse):
        self.eva = browse.signed_in("Eva")
        self.token = {"X-CSRFToken": self.eva.csrf()}

    def get(self, url, **query):
        return self._send("get", url, query, query_string=query)

    def post(self, url, **data):
        return self._send("post", url, data, data=data, headers=self.token)

    def _send(self, method, url, typed, **more):
        db.session.remove()
        with self.eva.app.app_context():
            answer = getattr(self.eva.client, method)(url, **more)
        return self._seen(answer, typed)

    def _seen(self, answer, typed):
        assert answer.status_code in {200, 303, 400, 404, 422}, (answer.status_code, typed)
        db.session.remove()
        html = "" if answer.status_code == 303 else answer.get_data(as_text=True)
        for node in Tree(html).root.walk():
            assert not [name for name in node.attrs if name.startswith("on")], typed
            assert node.tag != "script" or "src" in node.attrs, typed
            link = (node.get("href") or "").lower().replace("\t", "").strip()
            assert not link.startswith(("javascript:", "data:", "vbscript:")), typed
        return answer


@pytest.fixture
def hand(app, browse):
    return Hand(browse)


def groups(strings, size):
    """Several texts at a time; the last ones are filled up with the first."""
    for start in range(0, len(strings), size):
        yield (strings[start : start + size] + strings[:size])[:size]


def line(text):
    """What is kept of a text typed into a field of one line."""
    return " ".join(text.split())


def shown(answer):
    """The words of a page, blanks as one."""
    return " ".join(Tree(answer.get_data(as_text=True)).root.text.split())


def test_naughty_contacts_companies_and_tags_are_stored_and_shown(strings, hand):
    taken = 0
    for name, job, tag, street in groups(strings, 4):
        said = {"name": name[:190], "job_title": job[:110], "tags": tag.replace(",", " ")[:50]}
        answer = hand.post("/contacts", **said)
        if answer.status_code == 303:
            taken += 1
            found = db.session.scalars(select(Contact).order_by(Contact.id.desc())).first()
            assert found.name == line(name[:190]), name
            url = f"/contacts/{found.id}"
            page = hand.get(url)
            assert page.status_code == hand.get(url + "/edit").status_code == 200
            assert line(name[:190]) in shown(page), name
        hand.post("/companies", name=name[:190], street=street[:190], city=job[:100])
        hand.get("/contacts/new", name=name, email=job)
    assert taken > len(strings) / 4 * 0.8
    for url in ("/contacts", "/companies"):
        assert hand.get(url).status_code == 200


def test_zero_bytes_are_refused(hand):
    assert hand.post("/contacts", name="a\x00b").status_code == 400
    assert hand.get("/search", q="a\x00b").status_code == 400


@pytest.fixture
def house(cast, write):
    """A deal stage, and a field of the house's own of each kind that takes typed values."""

    def add():
        row = Pipeline(name="Line", created_at=cast["Eva"].created_at)
        row.stages = [Stage(name="New", position=0)]
        db.session.add(row)
        db.session.flush()
        kinds = ("text", "long", "url", "number", "money", "on", "at", "bool", "user")
        keys = {kind: fields.create("deal", kind, kind, by=None).key for kind in kinds}
        listed = fields.create("deal", "list", "select", by=None, options=["One"]).key
        return row.stages[0].id, keys | {"select": listed}

    return write(add)


def test_naughty_deals_and_fields_of_the_house(strings, hand, house, cast):
    stage, keys = house
    base = {"stage_id": stage, "owner_id": cast["Eva"].id}
    for one, two, three in groups(strings, 3):
        said = base | {"name": one[:190], keys["text"]: two[:290], keys["long"]: three}
        if hand.post("/deals", **said).status_code == 303:
            found = db.session.scalars(select(Deal).order_by(Deal.id.desc())).first()
            kept = values_of(found)
            assert line(kept[keys["text"]] or "") == line(two[:290]), two
            assert hand.get(f"/deals/{found.id}").status_code == 200
        odd = {keys[kind]: two for kind in ("url", "number", "money", "on", "at", "bool", "user")}
        hand.post("/deals", **base, name="x", **odd, **{keys["select"]: three})
    assert db.session.scalar(select(func.count()).select_from(Deal)) > len(strings) / 3 * 0.8
    hand.get("/deals", filter="")


def test_naughty_notes_and_tasks(strings, hand, write, cast):
    eva = cast["Eva"].id
    person = write(lambda: contacts.create(name="Bo", owner_id=eva, by=cast["Eva"]).id)
    for some in groups(strings, 12):
        text = "\n\n".join(some)
        assert hand.post(f"/contacts/{person}/notes", body=text).status_code == 303
        assert hand.get(f"/contacts/{person}").status_code == 200
    for title, note in groups(strings, 2):
        answer = hand.post("/tasks", title=title[:190], note=note, owner_id=eva, kind="todo")
        if answer.status_code == 303:
            assert line(title[:190])[:40] in shown(hand.get(answer.location))
    for url in ("/tasks", "/"):
        hand.get(url)


def test_naughty_searches_views_and_segments(strings, hand):
    hand.post("/contacts", name="Bo Bold")
    for text in strings:
        assert hand.get("/search", q=text).status_code == 200
    for one, two in groups(strings, 2):
        hand.get("/contacts", q=one, filter=two, sort=one, columns=two, after=one)
        hand.get("/deals", q=two, view=one, owner=two)
        hand.get("/filters/build", record="contact", filter=one)
        quoted = dumps({"field": "name", "op": "contains", "values": [one[:190]]})
        assert hand.get("/contacts", filter=quoted).status_code == 200
    for one, two in groups(strings[::4], 2):
        hand.post("/views", record="contact", params="", name=one[:75], sharing="private")
        hand.post("/segments", name=two[:75], kind="dynamic", sharing="private", filter="")
    for url in ("/views", "/segments", "/contacts"):
        assert hand.get(url).status_code == 200


def sent(hand, url, name):
    """A form of an import as it stands on its page, sent."""
    forms = Tree(hand.get(url).get_data(as_text=True)).root.all("form")
    wanted = next(one for one in forms if one["action"].endswith(f"/{name}"))
    answer = FilledForm(wanted, hand.eva, {}).submit()
    assert answer.status == 303
    return answer


def test_naughty_cells_are_imported(strings, hand, browse):
    sheet = io.StringIO()
    writer = csv.writer(sheet)
    writer.writerow(["First name", "Last name", "E-Mail", "Job title", "Phone", "Tags", "Note"])
    for n, (one, two, three, four) in enumerate(groups(strings, 4)):
        writer.writerow([f"N{n}", one[:190], "", two, "", three[:60], four])
    file = (io.BytesIO(sheet.getvalue().encode()), "naughty.csv")
    begun = hand.post("/import", record="contact", file=file)
    assert begun.status_code == 303
    number = int(begun.location.rsplit("/", 1)[1])
    sent(hand, f"/import/{number}", "mapping")
    answer = sent(hand, f"/import/{number}/values", "values")  # the tags are new
    batch = int(answer.location.rsplit("/", 1)[1])
    jobs.work_on(batch)
    hand.get(f"/batches/{batch}")
    run(lambda: batches.start(db.session.get(Batch, batch), db.session.get(User, 4)))
    jobs.work_on(batch)
    hand.get(f"/batches/{batch}")
    db.session.remove()
    counts = db.session.get(Batch, batch).counts
    assert sum(counts.values()) == (len(strings) + 3) // 4
    assert counts.get("created", 0) > 0.8 * sum(counts.values())
