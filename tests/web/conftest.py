"""The page kit alone: templates, controls, formats and files in a small app without records."""

from types import SimpleNamespace

import pytest
from flask import Flask, g, render_template_string
from flask_babel import Babel
from flask_wtf.csrf import CSRFProtect
from sqlalchemy import event

from crm.core.db import db
from crm.web import assets, components, formats, pieces
from crm.web.shell import ShellItem
from tests.web.planted import planted  # noqa: F401 - a fixture

EVA = SimpleNamespace(
    name="Eva Lindqvist", initials="EL", theme="dark", density="compact", keys_on=True,
    role="rep", is_authenticated=True,
)  # fmt: skip
TODAY = ShellItem("Today", "/", icon="calendar", is_hot=True)
BELL = {"unread": 3, "is_here": False}
SHELL = SimpleNamespace(
    sidebar={"nav": ((TODAY, True, 8),), "views": (), "at": ""},
    topbar={"may_edit": True, "name": EVA.name, "initials": EVA.initials, **BELL},
    bottombar={"nav": ((TODAY, True),), "may_edit": True},
    bell=BELL, banner=None,
)  # fmt: skip


def from_berlin():
    g.zone, g.locale = "Europe/Berlin", "en"


@pytest.fixture
def kit():
    """A Flask app with the page kit, Eva looking at it from Berlin."""
    app = Flask("crm", static_folder=None)
    app.config["SECRET_KEY"] = "k" * 32
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    Babel(app, locale_selector=lambda: "en")
    CSRFProtect(app)
    formats.init_app(app)
    components.init_app(app)
    assets.init_app(app)
    pieces.init_app(app)
    app.context_processor(lambda: {"current_user": EVA, "shell": SHELL, "may": lambda right: True})
    app.before_request(from_berlin)
    with app.test_request_context("/"):
        from_berlin()
        yield app


@pytest.fixture
def render(kit):
    """Render a piece of template text as a page would."""
    return render_template_string


@pytest.fixture
def asked(app):
    """The statements of this process, BEGIN left out; clear it before the request."""
    found = []

    def note(_connection, _cursor, statement, *_rest):
        if not statement.startswith("BEGIN"):
            found.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield found
    event.remove(db.engine, "before_cursor_execute", note)
