"""What is measured: each action as requests to the shipped command and to the floor."""

import itertools
import re
import secrets
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass

from tests.bench.measure import Request
from tests.scenarios.walker import Walker, answer

RELATED = urllib.parse.quote("all(lifecycle.one_of:customer,deals.some(amount.gt:100))")
PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}


@dataclass
class Action:
    """One line of the table: how to ask the product, how the floor, how often."""

    name: str
    ours: Iterator[Request]
    floor: Iterator[Request]
    count: int = 300


class Signed:
    """A person signed in: the headers that every request of theirs carries."""

    def __init__(self, url: str, email: str, password: str):
        self.walker = Walker(url)
        page = self.walker.sign_in(email, password)
        assert page.status == 200, f"sign-in answered {page.status}"
        cookies = "; ".join(f"{c.name}={c.value}" for c in self.walker.jar)
        token = re.search(
            r"X-CSRFToken[^:]*:\s*[^A-Za-z0-9]*([\w.\-]+)",
            page.html.replace("&#34;", '"').replace("&quot;", '"'),
        )
        assert token, "no CSRF token in the shell"
        self.headers = {"Cookie": cookies, "X-CSRFToken": token[1]}

    def get(self, path: str, **more: str) -> Request:
        return Request(path, headers=self.headers | more)

    def post(self, path: str, data: dict[str, str], expect: int, **more: str) -> Request:
        return Request(path, urllib.parse.urlencode(data), self.headers | more, (expect,))


def actions(url: str, who: Signed, contacts: int, prepared: list[Request]) -> list[Action]:
    """Every action of docs/spec/speed.md in its order."""
    record = f"/contacts/{1001}"
    question = _open_question(url)
    run = secrets.token_hex(4)  # new names in each run: the data is kept between runs
    board = "/deals?owner=all"
    return [
        Action("quiz_page", itertools.repeat(Request(question)), _floor("/quiz"), 600),
        Action(
            "quiz_submit",
            iter(prepared),
            _posts("/quiz", lambda n: {"email": f"{run}-{n}@floor.example"}, 303),
            len(prepared),
        ),
        Action("list", itertools.repeat(who.get("/contacts")), _floor("/contacts")),
        Action(
            "list_partial",
            itertools.repeat(
                who.get("/contacts?sort=name", **PARTIAL, **{"HX-Target": "div#list"})
            ),
            _floor("/contacts"),
        ),
        Action(
            "list_related",
            itertools.repeat(who.get(f"/contacts?filter={RELATED}")),
            _floor("/contacts"),
        ),
        Action(
            "list_own_field",
            itertools.repeat(
                who.get("/contacts?sort={0}&columns=name,{0}".format(_own_field(who)))
            ),
            _floor("/contacts"),
        ),
        Action("page200", _deep_page(who), _floor("/contacts?after=m")),
        Action("search", itertools.repeat(who.get("/search?q=sommer")), _floor("/search?q=so")),
        Action("contact", itertools.repeat(who.get(record)), _floor(record)),
        Action("board", itertools.repeat(who.get(board)), _floor("/deals"), 150),
        Action(
            "create",
            (_create(who, run, n) for n in itertools.count()),
            _posts("/contacts", lambda n: {"name": "A B", "email": f"{run}{n}@f.example"}, 303),
        ),
        Action(
            "note",
            (_note(who, record, n) for n in itertools.count()),
            _posts(record + "/notes", lambda n: {"body": f"Note {n}"}, 200),
        ),
        Action("today", itertools.repeat(who.get("/")), _floor("/")),
    ]


def _own_field(who: Signed) -> str:
    """The key of the field that the seed adds: the last one that the columns offer."""
    page = who.walker.get("/filters/columns?record=contact&shown=name")
    keys = [n["value"] for n in page.root.all("input") if n.get("name") == "column"]
    return max((key for key in keys if key.startswith("cf_")), key=lambda key: int(key[3:]))


def _create(who: Signed, run: str, n: int) -> Request:
    page = _forms(who, "/contacts/new")
    data = page | {"name": f"Bench {run} {n}", "emails-0-text": f"{run}-{n}@bench.example"}
    return who.post("/contacts", data, 303)


def _note(who: Signed, record: str, n: int) -> Request:
    """A note on a record where this person wrote before; the first draws the list of writers."""
    if not n:
        who.walker.post(record + "/notes", _forms(who, record + "?add=note") | {"body": "First"})
        _seen.clear()
    page = _forms(who, record + "?add=note")
    target = {**PARTIAL, "HX-Target": "section#timeline"}
    return who.post(record + "/notes", page | {"body": f"Note {n}"}, 200, **target)


_seen: dict[str, dict[str, str]] = {}


def _forms(who: Signed, path: str) -> dict[str, str]:
    """The fields of the first posting form of a page as they stand, read once."""
    if path not in _seen:
        doc = who.walker.get(path)
        wanted = "/notes" if "add=note" in path else "/contacts"
        form = next(
            f
            for f in doc.root.all("form")
            if f["action"].endswith(wanted) and f.get("method", "").lower() == "post"
        )
        _seen[path] = dict(doc.pairs(form))
    return _seen[path]


def _floor(path: str) -> Iterator[Request]:
    return itertools.repeat(Request(path))


def _posts(path: str, data, expect: int) -> Iterator[Request]:
    return (
        Request(path, urllib.parse.urlencode(data(n)), expect=(expect,)) for n in itertools.count()
    )


def _deep_page(who: Signed) -> Iterator[Request]:
    """Page 200 by key again and again (or the last page before it), walked to at first."""
    path = "/contacts?sort=name"
    for _ in range(199):
        doc = who.walker.get(path)
        found = [n for n in doc.root.all("a") if n.get("rel") == "next" or n.text == "Next"]
        if not found:
            break
        path = urllib.parse.urljoin(path, found[-1]["href"])
    yield from itertools.repeat(who.get(path))


def _open_question(url: str) -> str:
    page = Walker(url).get("/q/readiness").press("Start")
    return page.path


def gates(url: str, clock, count: int) -> list[Request]:
    """`count` attempts answered up to the gate, as the requests that submit them.

    The clock moves between the pages, so that nobody answers faster than people do.
    """
    requests = []
    for n in range(count):
        page = answer(Walker(url), "Ben", lambda: clock(5))
        page.fill("Email", f"{secrets.token_hex(6)}-{n}@bench.example").fill("Name", "Bea Bench")
        form, _ = page._form("See my result")
        path = urllib.parse.urljoin(page.path, form["action"])
        requests.append(Request(path, urllib.parse.urlencode(page.pairs(form)), expect=(303,)))
    clock(5)
    return requests
