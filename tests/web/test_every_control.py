"""No page offers what its reader may not do: every link opens, every form may be sent."""

from urllib.parse import urljoin, urlsplit

import pytest
from sqlalchemy import select
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from crm.accounts.models import User
from crm.accounts.rules import may
from crm.contacts.models import Contact
from crm.core import clock
from crm.core.db import db
from crm.demo.everything import fill_records
from crm.leads import actions as leads
from crm.web.access import policy
from tests.leads.conftest import ADA
from tests.page import Tree

# Pages of one kind are alike: so many of each are opened.
OF_A_KIND = 3


@pytest.fixture
def house(app, cast, write):
    """The demo with a lead that nobody has, one held back, and a reply that waits."""

    def fill():
        fill_records(cast)
        leads.capture(ADA)
        leads.take_reply(
            contact_id=db.session.scalars(select(Contact.id).order_by(Contact.id)).first(),
            at=clock.now(),
            text="Call me, please.",
        )

    write(fill)


class Walk:
    """A reader who follows every link and looks at every form, without sending any."""

    def __init__(self, app, reader):
        self.app, self.reader, self.wrong = app, reader, []
        self.ids, self.kinds, self.marks = {}, {}, []

    def everything(self):
        waiting = [("/", "start")]
        while waiting:
            path, found_on = waiting.pop()
            if path in self.ids or not self._is_new_of_kind(path):
                continue
            page = self._open(path, found_on)
            if page is None:
                continue
            waiting += self._links(page, path)
            self._forms(page, path)
        for path, mark, found_on in self.marks:
            if mark not in self.ids.get(path, {mark}):
                self.wrong.append(f"{found_on}: link to {path} finds no {mark} there")
        return self.wrong

    def _open(self, path, found_on):
        with self.app.app_context():
            answer = self.reader.client.get(path)
        if answer.status_code >= 400:
            self.wrong.append(f"{found_on}: link to {path} answers {answer.status_code}")
        if answer.status_code != 200 or answer.mimetype != "text/html":
            return None
        page = Tree(answer.get_data(as_text=True)).root
        self.ids[path] = {node["id"] for node in page.walk() if "id" in node.attrs}
        return page

    def _links(self, page, path):
        found = []
        for node in page.walk():
            for name in ("href", "hx-get"):
                target = node.get(name, "") if node.tag != "link" else ""
                parts = urlsplit(urljoin(path, target))
                if not target or target.startswith("#") or parts.scheme or parts.netloc:
                    continue
                to = parts.path + (f"?{parts.query}" if parts.query else "")
                found.append((to, path))
                if parts.fragment and name == "href":
                    self.marks.append((to, parts.fragment, path))
        return found

    def _forms(self, page, path):
        for node in page.walk():
            method = "POST" if node.get("method", "").lower() == "post" else "GET"
            if node.tag == "form" and "action" in node.attrs:
                self._check(method, node["action"], path)
            if "hx-post" in node.attrs:
                self._check("POST", node["hx-post"], path)

    def _check(self, method, action, path):
        action = urljoin(path, action or path)
        try:
            endpoint, _args = self._match(action, method)
        except RequestRedirect:
            return
        except HTTPException:
            self.wrong.append(f"{path}: {method} {action} leads nowhere")
            return
        right = policy(endpoint)[1] if policy(endpoint)[0] == "signed in" else None
        if method == "POST" and right and not self._may(right):
            self.wrong.append(f"{path}: {method} {action} needs {right}")

    def _match(self, path, method):
        return self.app.url_map.bind("localhost").match(urlsplit(path).path, method=method)

    def _may(self, right):
        user = db.session.scalars(select(User).where(User.name.like(f"{self.reader.name} %"))).one()
        return may(user, right)

    def _is_new_of_kind(self, path):
        try:
            endpoint, args = self._match(path, "GET")
        except RequestRedirect:
            return True
        except HTTPException:
            return True
        if endpoint in {"static", "quiz.theme_sheet"} or path.startswith(("/q/", "/logout")):
            return False
        kind = (endpoint, args.get("name"), "add=" in path)
        self.kinds[kind] = self.kinds.get(kind, 0) + 1
        return self.kinds[kind] <= OF_A_KIND


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("Rita", "read_only"),
        ("Eva", "read_only"),  # who had leads, tasks and deals before
        ("Max", "marketer"),
        ("Otto", "rep"),
        ("Eva", "rep"),
        ("Mona", "manager"),
        ("Adam", "admin"),
    ],
)
def test_nobody_is_led_to_what_they_may_not_do(app, house, cast, browse, write, name, role):
    write(lambda: setattr(cast[name], "role", role))
    walk = Walk(app, browse.signed_in(name))
    wrong = walk.everything()
    assert len(walk.ids) > 15
    assert not wrong, "\n".join(sorted(set(wrong)))
