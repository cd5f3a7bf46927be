"""The test client and the page it returns, which already insists on sound markup."""

import re
from collections import Counter
from html.parser import HTMLParser

from sqlalchemy import event, select

from crm.accounts import actions
from crm.accounts.models import User
from crm.core.db import db, run
from crm.web.session import COOKIE

VOID = {
    "area",
    "base",
    "br",
    "col",
    "embed",
    "hr",
    "img",
    "input",
    "link",
    "meta",
    "source",
    "track",
    "wbr",
}
# SVG and optional-end elements are balanced like all others here: our templates close them.
MOST_STATEMENTS = 16
NAMED_BY_LABEL = {"input", "select", "textarea"}
NO_LABEL_TYPES = {"hidden", "submit", "button", "reset", "image"}


class Node:
    def __init__(self, tag, attrs, parent):
        self.tag, self.attrs, self.parent = tag, dict(attrs), parent
        self.children, self.texts = [], []

    def __getitem__(self, name):
        return self.attrs[name]

    def get(self, name, default=None):
        return self.attrs.get(name, default)

    @property
    def text(self):
        return re.sub(
            r"\s+", " ", "".join(part if isinstance(part, str) else part.raw for part in self.texts)
        ).strip()

    @property
    def raw(self):
        return "".join(part if isinstance(part, str) else part.raw for part in self.texts)

    def walk(self):
        for child in self.children:
            yield child
            yield from child.walk()

    def all(self, tag=None, **attrs):
        wanted = {k.rstrip("_").replace("_", "-"): v for k, v in attrs.items()}
        return [
            n
            for n in self.walk()
            if (tag is None or n.tag == tag)
            and all(k in n.attrs and (v is True or n.attrs[k] == v) for k, v in wanted.items())
        ]

    def one(self, tag=None, **attrs):
        found = self.all(tag, **attrs)
        assert len(found) == 1, f"{len(found)} of {tag} {attrs}"
        return found[0]

    def has_class(self, name):
        return name in (self.get("class") or "").split()


class Tree(HTMLParser):
    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.root = self.at = Node("#root", [], None)
        self.feed(html)
        self.close()
        assert self.at is self.root, f"<{self.at.tag}> is never closed"

    def handle_starttag(self, tag, attrs):
        node = Node(tag, attrs, self.at)
        self.at.children.append(node)
        self.at.texts.append(node)
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"<{tag}> repeats an attribute: {names}"
        if tag not in VOID:
            self.at = node

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.at = self.at.parent

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        assert self.at.tag == tag, f"</{tag}> closes <{self.at.tag}>"
        self.at = self.at.parent

    def handle_data(self, data):
        self.at.texts.append(data)


class Page:
    """An answer. Whole pages are checked; `page.form(action)` fills and posts."""

    def __init__(self, response, browse, statements):
        self.response, self.browse, self.statements = response, browse, statements
        self.status = response.status_code
        self.headers = response.headers
        self.location = response.headers.get("Location")
        self.html = (
            response.get_data(as_text=True)
            if response.mimetype.startswith(("text/", "application/json", "image/svg"))
            else ""
        )
        self.is_page = "<html" in self.html
        if response.mimetype == "text/html" and self.html.strip() and not self.location:
            self.root = Tree(self.html).root
            self._check()

    @property
    def text(self):
        return self.root.text

    def has(self, text):
        return text in self.text

    def by_id(self, name):
        return self.root.one(id=name)

    def _check(self):
        ids = Counter(n.attrs["id"] for n in self.root.walk() if "id" in n.attrs)
        assert not [i for i, n in ids.items() if n > 1], f"ids twice: {ids.most_common(3)}"
        labels = {n["for"] for n in self.root.all("label") if "for" in n.attrs}
        for node in self.root.walk():
            self._check_node(node, ids, labels)
        if self.is_page:
            self._check_page()

    def _check_node(self, node, ids, labels):
        where = f"<{node.tag} {node.attrs}>"
        assert "style" not in node.attrs, where
        assert not [a for a in node.attrs if a.startswith(("on", "hx-on"))], where
        if node.tag == "button":
            assert node.get("type") in {"submit", "button", "reset"}, (
                f"button without type: {where}"
            )
            assert node.text or node.get("aria-label"), f"button without name: {where}"
        if node.tag == "a":
            assert node.get("href"), f"link without address: {where}"
            assert node.text or node.get("aria-label") or node.all("svg", role="img"), where
        if node.tag == "form":
            assert node.get("method", "get").lower() in {"get", "post", "dialog"}, where
            assert "action" in node.attrs or node.get("method") == "dialog", (
                f"form without action: {where}"
            )
        if node.tag == "img":
            assert "alt" in node.attrs, where
        if node.tag in NAMED_BY_LABEL and node.get("type") not in NO_LABEL_TYPES:
            named = (
                node.get("id") in labels
                or node.get("aria-label")
                or node.get("aria-labelledby")
                or _inside(node, "label")
            )
            assert named, f"field without label: {where}"
        if self.is_page:
            target = node.get("hx-target", "")
            if target.startswith("#"):
                assert target[1:] in ids, f"swap target {target} is missing"
            for name in ("aria-describedby", "aria-labelledby", "aria-controls"):
                for ref in (node.get(name) or "").split():
                    assert ref in ids, f"{name}={ref} points nowhere: {where}"

    def _check_page(self):
        h1 = self.root.all("h1")
        assert len(h1) == 1, f"{len(h1)} h1"
        assert self.root.one("html").get("lang")
        title = self.root.one("head").one("title").text
        assert h1[0].text and (title.startswith(h1[0].text) or h1[0].text in title), (
            f"title {title!r} does not begin with {h1[0].text!r}"
        )
        assert self.root.one("main")
        assert not [n for n in self.root.all("script") if "src" not in n.attrs], "inline script"
        # A conflict has taken everything back and reads it afresh, to show both.
        most = MOST_STATEMENTS + (4 if self.status == 409 else 0)
        assert self.statements <= most, f"{self.statements} statements"
        # Where people write merge fields, braces are their text.
        if not self.root.all(data_merge_fields=True):
            assert "{{" not in self.html and "{%" not in self.html

    def form(self, action=None, **fields):
        """The form with this action (or the only one), filled; post with `.submit()`."""
        forms = [n for n in self.root.all("form") if action is None or n["action"] == action]
        assert forms, f"no form {action}: {[n['action'] for n in self.root.all('form')]}"
        return FilledForm(forms[0], self.browse, fields)

    def follow(self):
        assert self.location, f"{self.status} leads nowhere"
        return self.browse.get(self.location)


class FilledForm:
    def __init__(self, node, browse, fields):
        self.node, self.browse = node, browse
        self.values = _values(node)
        for name, value in fields.items():
            assert any(n.get("name") == name for n in node.walk()), f"no field {name}"
            self.values[name] = value

    def submit(self, **more):
        self.values.update(more)
        data = {k: v for k, v in self.values.items() if v is not None}
        send = (
            self.browse.post
            if self.node.get("method", "get").lower() == "post"
            else (lambda url, data: self.browse.get(url, query_string=data))
        )
        return send(self.node["action"], data=data)


class Browse:
    """A person at a browser without script; `signed_in(name)` gives another one."""

    def __init__(self, app, name=None):
        self.app, self.name = app, name
        self.client = app.test_client()

    def signed_in(self, name):
        other = Browse(self.app, name)
        user = db.session.scalars(select(User).where(User.name.like(f"{name} %"))).one()
        token = run(lambda: actions.start_session(user)[1])
        other.client.set_cookie(COOKIE, token, domain="localhost")
        db.session.remove()
        return other

    def get(self, url, **more):
        return self._send("get", url, **more)

    def post(self, url, data=None, **more):
        if "csrf_token" not in (data or {}) and self.name and more.pop("csrf", True):
            more["headers"] = {"X-CSRFToken": self.csrf(), **more.get("headers", {})}
        return self._send("post", url, data=data, **more)

    def htmx(self, method, url, target, data=None, **more):
        """Send as htmx does, for the element `target` ("section#deal-stage")."""
        headers = {"HX-Request": "true", "HX-Request-Type": "partial", "HX-Target": target}
        if method == "post":
            return self.post(url, data=data, headers=headers, **more)
        return self.get(url, headers=headers, **more)

    def csrf(self):
        if not hasattr(self, "_csrf"):
            with self.app.app_context():
                page = self.client.get("/settings/profile")
            match = re.search(
                r'X-CSRFToken"\s*:\s*"([^"]+)"',
                page.get_data(as_text=True).replace("&#34;", '"').replace("&quot;", '"'),
            )
            assert match, "the shell carries no CSRF token"
            self._csrf = match[1]
        return self._csrf

    def _send(self, method, url, **more):
        statements = []
        engine = db.engine
        note = lambda *args: statements.append(args[2])  # noqa: E731
        event.listen(engine, "before_cursor_execute", note)
        db.session.remove()
        try:
            # An app context of its own, as outside of tests: `g` is not shared by two requests.
            with self.app.app_context():
                response = getattr(self.client, method)(url, **more)
        finally:
            event.remove(engine, "before_cursor_execute", note)
        db.session.remove()
        reads = [s for s in statements if s.lstrip().upper().startswith("SELECT")]
        return Page(response, self, len(reads))


def _inside(node, tag):
    while node.parent is not None:
        node = node.parent
        if node.tag == tag:
            return True
    return False


def _values(form):
    values = {}
    for node in form.walk():
        name = node.get("name")
        if not name or "disabled" in node.attrs:
            continue
        if node.tag == "input" and node.get("type") in {"radio", "checkbox"}:
            if "checked" in node.attrs:
                values.setdefault(name, node.get("value", "on"))
        elif node.tag == "input" and node.get("type") != "submit":
            values[name] = node.get("value", "")
        elif node.tag == "textarea":
            values[name] = node.raw.removeprefix("\n")
        elif node.tag == "select":
            options = node.all("option")
            if "multiple" in node.attrs:
                values[name] = [o.get("value", o.text) for o in options if "selected" in o.attrs]
                continue
            chosen = [o for o in options if "selected" in o.attrs] or options[:1]
            if chosen:
                values[name] = chosen[0].get("value", chosen[0].text)
    return values
