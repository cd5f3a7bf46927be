"""Junk to every public address but the quiz's (tests/quizzes): readable 4xx, no 500, no row."""

import re
import socket
import sqlite3
import urllib.parse
from pathlib import Path

import pytest
from sqlalchemy import select

from crm import create_app
from crm.accounts import actions as accounts
from crm.accounts.models import User
from crm.core import clock, config, signing
from crm.core.db import db, run
from tests.failures.crowd import LOST, SECRET, Browser, inside, until_quiet
from tests.page import Tree
from tests.scenarios.conftest import House
from tests.scenarios.walker import Walker

LIST = Path(__file__).parents[1] / "public.txt"
ELSEWHERE = ("quiz.",)
BOOKKEEPING = {"heartbeat", "lease", "security_event", "sqlite_sequence", "delivery_event"}
# Machines post these; what they say is only logged.
TAKES_ANYTHING = {"/csp-report"}
FORGED = "x.y.z"
TOKENS = (
    FORGED,
    "1",
    "0",
    "-1",
    "%00",
    "%ff%fe",
    "%ed%a0%80",
    "..%2f..%2fetc%2fpasswd",
    "%2e%2e",
    "a" * 3000,
    "%F0%9F%92%A9",
    "'%20OR%201=1--",
    "{{7*7}}",
    "%0d%0aSet-Cookie:%20a=b",
)
QUERIES = (
    "next=//evil.example",
    "next=https://evil.example",
    "a=%00",
    "a=%ff",
    "next=%ed%a0%80",
    "&".join(f"a={n}" for n in range(500)),
    "q=" + "x" * 8000,
    "a[]=1&a[b]=2&%5b%5d",
)
FORM = "application/x-www-form-urlencoded"
BODIES = {
    "nothing": (b"", FORM),
    "unknown fields": (b"role=owner&is_admin=1&email=", FORM),
    "forged token": (b"csrf_token=" + b"f" * 90 + b"&email=a%40b.example", FORM),
    "everything twice": (b"email=a%40b.example&email=c%40d.example&password=1&password=2", FORM),
    "a thousand fields": ("&".join(f"f{n}=1" for n in range(2000)).encode(), FORM),
    "huge field": (b"email=" + b"a" * 400_000, FORM),
    "huge body": (b"email=" + b"a" * 1_200_000, FORM),
    "nul": (b"email=a%00b%40c.example&password=%00", FORM),
    "bytes": (b"email=\xff\xfe\xfd&password=\x80", FORM),
    "percent bytes": (b"email=%ff%fe&name=%ed%a0%80", FORM),
    "json": (b'{"email": ["a"], "role": {"x": 1}}', "application/json"),
    "broken json": (b'{"email": ' + b"[" * 5000, "application/json"),
    "text": (b"email=a@b.example", "text/plain"),
    "xml": (b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', "text/xml"),
    "broken multipart": (b"--x\r\nContent-Disposition: form-data\r\n\r\n", "multipart/form-data"),
    "cut multipart": (
        b'--x\r\nContent-Disposition: form-data; name="email"\r\n\r\na',
        "multipart/form-data; boundary=x",
    ),
    "no such type": (b"\x00\x01", "////"),
}
STRANGERS = (
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Host": "evil.example"},
    {"Cookie": "tend_session=" + "x" * 2000 + "; session=forged"},
    {"HX-Request": "true", "HX-Target": "main#\u00e9<script>"},
    {"Accept-Language": "xx-" + "y" * 500, "X-Forwarded-For": "1.2.3.4, nonsense"},
    {"Authorization": "Bearer nonsense", "Content-Encoding": "br"},
)


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    found = House(tmp_path_factory.mktemp("junk"), SECRET_KEY=SECRET, METRICS_TOKEN="m" * 32)
    until_quiet(found)
    yield found
    found.stop()


@pytest.fixture(scope="module")
def rules(tmp_path_factory):
    """(address with {} for each part, methods) of every public endpoint listed."""
    names = {line.split(":")[0] for line in LIST.read_text().splitlines() if line[:1] not in "#"}
    folder = tmp_path_factory.mktemp("rules")
    app = create_app(config.load({}, DATA_DIR=folder, SECRET_KEY=SECRET))
    clock.use_file("")
    found = {}
    for rule in app.url_map.iter_rules():
        if rule.endpoint in names and not rule.endpoint.startswith(ELSEWHERE):
            address = re.sub(r"<[^>]+>", "{}", rule.rule)
            found[address] = found.get(address, set()) | rule.methods
    assert len(found) > 20
    return list(found.items())


@pytest.fixture
def untouched(house):
    """Fails a test after which any table but bookkeeping has another number of rows."""
    before = rows(house)
    yield
    assert rows(house) == before


def rows(house):
    with sqlite3.connect(house.tend.data / "tend.sqlite3") as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        names = {name for (name,) in tables if "_fts" not in name} - BOOKKEEPING
        return {
            name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]
            for name in names
        }


def send(house, method, path, body=None, **headers):
    """Send it; the status. Whatever is refused is a page with a heading, in words."""
    said = method, path[:100], (body or b"")[:60], headers
    try:
        status, got, text = Browser(house.url).send(method, path, body, **headers)
    except LOST as error:
        # The server hangs up on a body that is too large while it is still being sent.
        assert body is not None and len(body) > 1_000_000, (said, error)
        return 413
    assert status < 500, said
    if status >= 400 and method != "HEAD" and "HX-Request" not in headers:
        assert got["Content-Type"].startswith("text/html"), (said, status, text[:200])
        root = Tree(text.decode()).root
        assert root.one("h1").text and "Traceback" not in root.text, said
    return status


def filled(address, value=FORGED):
    return address.replace("{}", value)


def test_forged_and_senseless_tokens_lead_nowhere(house, rules, untouched):
    for address, methods in rules:
        if "{}" not in address:
            continue
        for token in TOKENS:
            if "GET" in methods:
                assert send(house, "GET", filled(address, token)) in (303, 400, 404, 410)
            if "POST" in methods:
                assert send(house, "POST", filled(address, token), b"a=1") in (400, 404, 405, 410)


def test_senseless_questions_are_ignored_or_refused(house, rules, untouched):
    for address, methods in rules:
        for query in QUERIES if "GET" in methods else ():
            status = send(house, "GET", f"{filled(address)}?{query}")
            assert status in (200, 303, 400, 404, 410, 414), (address, query[:50], status)


def test_nobody_is_sent_to_another_site(house, rules):
    for address, methods in rules:
        for query in QUERIES[:2] if "GET" in methods else ():
            path = f"{filled(address)}?{query}"
            status, headers, _ = Browser(house.url).send("GET", path)
            where = urllib.parse.urlsplit(headers.get("Location") or "")
            assert where.netloc in ("", urllib.parse.urlsplit(house.url).netloc), (path, status)


@pytest.mark.parametrize("name", BODIES)
def test_senseless_bodies_are_refused_in_words(house, rules, untouched, name):
    body, kind = BODIES[name]
    for address, methods in rules:
        if "POST" in methods and address not in TAKES_ANYTHING:
            status = send(house, "POST", filled(address), body, **{"Content-Type": kind})
            assert status in (400, 404, 410, 413, 415, 422), (address, status)


SENSELESS = (
    "",
    "\0",
    "a\0b@c.example",
    "\ud800",
    "\u202e\u200b@\u202e.example",
    "a" * 90_000,
    "a@b",
    "@",
    "a@b.example\r\nBcc: c@d.example",
    "<script>alert(1)</script>@b.example",
    "💩" * 200,
    "-1",
    "1e309",
)


@pytest.fixture(scope="module")
def invitation(house):
    """The text of an invitation's link."""
    with inside(house):
        olga = db.session.scalars(select(User).where(User.email.like("olga@%"))).one()
        give = {"role": "rep", "team_ids": [], "by": olga}
        return run(lambda: accounts.invite("new@haselbach.example", **give)[1])


@pytest.mark.parametrize("path", ["/login", "/login/mail", "/login/reset", "/invite/{}"])
def test_senseless_words_in_an_honest_form_are_refused(house, invitation, untouched, path):
    """The form's own token is right here: what is refused is what was typed."""
    page = Walker(house.url).get(filled(path, invitation))
    form = next(f for f in page.root.all("form") if f.all("input", name="csrf_token"))
    honest = page.pairs(form)
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in page.walker.jar)
    for value in SENSELESS:
        pairs = [(n, v if n == "csrf_token" else value) for n, v in honest]
        pairs += [("role", value), ("password", value), ("next", value)]
        body = urllib.parse.urlencode(pairs, errors="surrogatepass").encode()
        status = send(house, "POST", page.path, body, Cookie=cookies)
        assert status in (400, 413, 422, 429), (path, value[:20], status)


def test_senseless_choices_behind_a_good_link_change_no_more_than_the_link_may(house, untouched):
    with inside(house):
        token = signing.sign("mail", [0, 0, ""])
        wrong = [signing.sign("mail", what) for what in ([], [1], {}, "x", [None] * 3)]
        wrong += [signing.sign("go", what) for what in ([], ["contact"], ["user", 1], ["x", "y"])]
    for verb in ("unsubscribe", "resubscribe", "reason", "preferences", "stop"):
        for value in SENSELESS:
            pairs = [("pace", value), ("list", value), ("reason", value), ("list", value)]
            body = urllib.parse.urlencode(pairs, errors="surrogatepass").encode()
            assert send(house, "POST", f"/m/{token}/{verb}", body) in (303, 400, 422), verb
        for other in wrong:
            assert send(house, "POST", f"/m/{other}/{verb}", b"") in (303, 404), (verb, other)
    for other in wrong:
        assert send(house, "GET", f"/go/{other}") == 404, other
    with inside(house):
        gone = [signing.sign("go", what) for what in (["contact", 10**9], ["deal", -1])]
    for other in gone:
        assert send(house, "GET", f"/go/{other}") == 303  # to the sign-in, like any other link


def test_reports_of_browsers_are_only_logged(house, untouched):
    for body, kind in BODIES.values():
        for path in TAKES_ANYTHING:
            assert send(house, "POST", path, body, **{"Content-Type": kind}) in (204, 400, 413)


@pytest.mark.parametrize("headers", STRANGERS, ids=lambda one: next(iter(one)))
def test_what_comes_from_elsewhere_changes_nothing(house, rules, untouched, headers):
    headers = {name: value.encode("utf-8").decode("latin-1") for name, value in headers.items()}
    for address, methods in rules:
        path = filled(address)
        if "GET" in methods:
            assert send(house, "GET", path, **headers) in (200, 204, 303, 400, 404, 410)
        if "POST" in methods and address not in TAKES_ANYTHING:
            status = send(house, "POST", path, b"email=a%40b.example", **headers)
            assert status in (400, 404, 410), (path, status)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "HEAD", "FETCH"])
def test_a_wrong_method_is_named_as_such(house, rules, untouched, method):
    for address, methods in rules:
        status = send(house, method, filled(address))
        if method in methods:
            assert status in (200, 303, 404, 410), (address, status)
        else:
            assert status in (400, 404, 405, 501), (address, status)


@pytest.mark.parametrize(
    "path",
    [
        "/" + "a/" * 1500,
        "/static/" + "../" * 30 + "etc/passwd",
        "/static/%2e%2e/%2e%2e/crm/core/config.py",
        "/static/css//app.css",
        "/static/" + "a" * 4000,
        "/robots.txt/x",
        "/embed.js/..;/login",
        "//evil.example/login",
        "/login/../login",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/healthz/%00",
        "/m/x/y/z",
        "/go/",
        "/invite/",
        "/\u00e4".encode().decode("latin-1"),
    ],
)
def test_paths_that_lead_out_or_down_are_no_pages(house, untouched, path):
    assert send(house, "GET", urllib.parse.quote(path, safe="/%.;")) in (303, 308, 400, 404, 414)


@pytest.mark.parametrize(
    "words",
    [
        b"GET /login\x00 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"GET /log\xff\xfein HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -5\r\n\r\n",
        b"POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 99999999999\r\n\r\nx",
        b"POST /csp-report HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET /login HTTP/1.1\r\nHost: a b c\r\n\r\n",
        b"GET /login HTTP/1.1\r\n\r\n",
        b"GET /login HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"y" * 100_000 + b"\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"hello\r\n\r\n",
    ],
    ids=range(11),
)
def test_what_is_no_http_disturbs_nobody(house, untouched, words):
    host, _, port = urllib.parse.urlsplit(house.url).netloc.partition(":")
    with socket.create_connection((host, int(port)), timeout=3) as client:
        try:
            client.sendall(words)
            client.shutdown(socket.SHUT_WR)
            answer = client.recv(4096)
        except OSError:
            answer = b""  # hung up on
    assert not re.match(rb"HTTP/1\.1 5", answer) or answer[9:12] in (b"501", b"505"), answer[:200]
    assert Browser(house.url).send("GET", "/login")[0] == 200


def test_numbers_of_the_house_need_their_token(house):
    assert send(house, "GET", "/metrics") == 404
    assert send(house, "GET", "/metrics", Authorization="Bearer " + "m" * 31) == 404
    right = {"Authorization": "Bearer " + "m" * 32}
    assert send(house, "GET", "/metrics", **right) == 200


def test_nothing_of_all_this_was_an_error_of_ours(house):
    text = house.tend.output
    assert "Traceback" not in text, text[text.index("Traceback") - 500 :][:3000]
