"""A browser without script over real HTTP: cookies, redirects, forms by label and button."""

import http.cookiejar
import re
import urllib.error
import urllib.parse
import urllib.request

from tests.page import Tree

FORM = "application/x-www-form-urlencoded"


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args, **kwargs):
        return None


class Walker:
    """One person at one browser."""

    def __init__(self, base: str):
        self.base = base.rstrip("/")
        self.jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(self.jar), _NoRedirect
        )

    def get(self, path: str) -> "Doc":
        return self._open(urllib.parse.urljoin(self.base + "/", path))

    def post(self, path: str, pairs: list[tuple[str, str]], follow: bool = True) -> "Doc":
        body = urllib.parse.urlencode(pairs).encode()
        return self._open(urllib.parse.urljoin(self.base + "/", path), body, follow)

    def upload(self, path: str, pairs: list[tuple[str, str]], **files) -> "Doc":
        """Post with `name=(filename, bytes)` as a browser sends files."""
        mark = "----walker"
        parts = [f'name="{name}"\r\n\r\n{value}'.encode() for name, value in pairs]
        parts += [
            f'name="{name}"; filename="{file}"\r\n'.encode()
            + b"Content-Type: text/plain\r\n\r\n"
            + data
            for name, (file, data) in files.items()
        ]
        head = f"--{mark}\r\nContent-Disposition: form-data; ".encode()
        body = b"".join(head + part + b"\r\n" for part in parts) + f"--{mark}--\r\n".encode()
        url = urllib.parse.urljoin(self.base + "/", path)
        return self._open(url, body, kind=f"multipart/form-data; boundary={mark}")

    def sign_in(self, email: str, password: str) -> "Doc":
        page = self.get("/login")
        page.fill("Email", email)
        page.fill("Password", password)
        return page.press("Sign in")

    def _open(self, url, body=None, follow=True, kind=FORM) -> "Doc":
        for _ in range(10):
            request = urllib.request.Request(url, data=body)
            if body is not None:
                request.add_header("Content-Type", kind)
            try:
                answer = self.opener.open(request, timeout=30)
            except urllib.error.HTTPError as error:
                answer = error
            doc = Doc(self, url, answer)
            if not follow or doc.status not in (301, 302, 303, 307, 308):
                return doc
            url, body = urllib.parse.urljoin(url, doc.headers["Location"]), None
        raise AssertionError("redirects in a circle")


class Doc:
    """A page as it came; fields are found by their label, forms by their button."""

    def __init__(self, walker, url, answer):
        self.walker, self.url, self.status = walker, url, answer.status
        self.headers = answer.headers
        self.html = answer.read().decode("utf-8", "replace")
        is_html = answer.status // 100 != 3 and "text/html" in (
            answer.headers.get("Content-Type") or ""
        )
        self.root = Tree(self.html).root if is_html and self.html.strip() else None
        self.values: dict[int, str | bool] = {}

    @property
    def text(self):
        return self.root.text

    @property
    def h1(self):
        return self.root.one("h1").text

    @property
    def path(self):
        return urllib.parse.urlsplit(self.url).path

    def data(self, name):
        """The value of a data attribute that stands once on the page."""
        return self.root.one(**{name: True})[name]

    def field(self, label):
        for node in self.root.all("label"):
            if _plain(node.text).startswith(label) or _plain(node.text).endswith(label):
                inside = [n for n in node.walk() if n.tag in ("input", "select", "textarea")]
                return inside[0] if inside else self.root.one(id=node["for"])
        raise AssertionError(
            f"no field labelled {label!r}: {[n.text for n in self.root.all('label')]}"
        )

    def fill(self, label, value):
        self.values[id(self.field(label))] = value
        return self

    def choose(self, *labels):
        for label in labels:
            self.values[id(self.field(label))] = True
        return self

    def tick(self, name):
        self.values[id(self.root.one("input", name=name))] = True
        return self

    def link(self, text):
        found = [n for n in self.root.all("a") if text in n.text]
        assert found, f"no link {text!r}: {[n.text for n in self.root.all('a')]}"
        return self.walker.get(urllib.parse.urljoin(self.url, found[0]["href"]))

    def press(self, button, follow=True):
        form, node = self._form(button)
        pairs = self.pairs(form)
        if node.get("name"):
            pairs.append((node["name"], node.get("value", "")))
        url = urllib.parse.urljoin(self.url, node.get("formaction") or form["action"] or self.url)
        if form.get("method", "get").lower() == "get":
            return self.walker.get(url + "?" + urllib.parse.urlencode(pairs))
        return self.walker.post(url, pairs, follow)

    def press_with(self, button, **files):
        """Press it with a file in each named field: `file=("people.csv", b"…")`."""
        form, _node = self._form(button)
        pairs = [(name, value) for name, value in self.pairs(form) if name not in files]
        return self.walker.upload(form["action"] or self.path, pairs, **files)

    def pairs(self, form):
        """What a browser would send of `form`, without its button."""
        pairs = []
        picked = {
            n["name"] for n in form.all("input", type="radio") if self.values.get(id(n)) is True
        }
        for node in form.walk():
            name, mine = node.get("name"), self.values.get(id(node))
            if not name or node.tag not in ("input", "select", "textarea"):
                continue
            kind = node.get("type", "text")
            if kind in ("radio", "checkbox"):
                stays = "checked" in node.attrs and not (kind == "radio" and name in picked)
                if mine is True or (mine is None and stays):
                    pairs.append((name, node.get("value", "on")))
            elif node.tag == "select":
                pairs.append((name, mine if mine is not None else _chosen(node)))
            elif kind not in ("submit", "button"):
                now = node.raw.removeprefix("\n") if node.tag == "textarea" else node.get("value")
                pairs.append((name, mine if mine is not None else now or ""))
        return pairs

    def _form(self, button):
        for form in self.root.all("form"):
            for node in form.all("button"):
                if node.text == button and node.get("type", "submit") == "submit":
                    return form, node
        raise AssertionError(
            f"no button {button!r} on {self.url}: {[n.text for n in self.root.all('button')]}"
        )


def _plain(text):
    return re.sub(r"\s+", " ", text).strip()


def _chosen(select):
    options = select.all("option")
    picked = [o for o in options if "selected" in o.attrs] or options[:1]
    return picked[0].get("value", picked[0].text) if picked else ""


ANSWERS = {
    "Ada": [
        "51 to 500",
        "I decide, or own the budget",
        "Now, within the next four weeks",
        ["A CRM", "Automation"],
        "Many wait too long",
    ],
    "Cleo": [
        "11 to 50",
        "I decide, or own the budget",
        "Now, within the next four weeks",
        ["A CRM"],
        "Many wait too long",
    ],
    "Ben": [
        "51 to 500",
        "I decide, or own the budget",
        "This quarter",
        ["A CRM", "Automation"],
        "It depends who is in",
    ],
    "Dora": ["1 to 10", "I talk to customers myself", "I am just looking", "A few slip through"],
}


def answer(walker, who, moved=lambda: None, start="/q/readiness"):
    """Walk the readiness quiz as `who` up to the gate; `moved` lets time pass before each post."""
    page = walker.get(start)
    moved()
    page = page.press("Start")
    for choice in ANSWERS[who]:
        page.choose(*([choice] if isinstance(choice, str) else choice))
        moved()
        page = page.press("Next")
    return page
