"""create_app(): settings, core, the page kit and the features, in this order."""

import gc
import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask

from crm.core import clock, config, db
from crm.fields.rules import Catalogue
from crm.history import writing
from crm.web import (
    access,
    addresses,
    assets,
    bookkeeping,
    components,
    csrf,
    errors,
    formats,
    headers,
    health,
    limits,
    locale,
    pieces,
    session,
    shell,
)

# The order is the order of the layers: a feature may know those above it.
FEATURES = (
    "accounts",
    "notices",
    "history",
    "files",
    "batches",
    "activities",
    "fields",
    "filters",
    "companies",
    "contacts",
    "deals",
    "mail",
    "sequences",
    "leads",
    "quizzes",
    "duplicates",
    "search",
    "today",
    "transfer",
    "help",
)
EDGES = ("routes", "public")
KIT = (
    addresses, health, session, bookkeeping, headers, access, csrf, locale, limits, errors, formats,
    components, assets, pieces,
)  # fmt: skip


class Tend(Flask):
    """Flask that does not look, at each call of a view or hook, whether it is a coroutine."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func


def create_app(settings: config.Config | None = None) -> Flask:
    """The application of one process, with `settings` (default: read from the environment)."""
    app = Tend(__name__, static_folder=None)
    settings = settings or config.load()
    app.extensions["tend.config"] = settings
    app.config["SECRET_KEY"] = settings["SECRET_KEY"]
    app.config["SECRET_KEY_FALLBACKS"] = list(settings["SECRET_KEY_FALLBACKS"])
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    clock.use_file(str(settings["CLOCK_FILE"]))
    db.init_app(app)
    for part in KIT:
        part.init_app(app)
    offers: dict[str, list[Any]] = {
        "SHELL": [], "MAILS": [], "HEALTH": [], "METRICS": [], "FIELDS": [], "MODELS": [],
        "HISTORY": [], "ACTS": [],
        "BATCHES": [], "HOLDINGS": [], "KEEPERS": [],
        "LISTS": [],
        "SETTINGS": [], "NAMING": [],
    }  # fmt: skip
    for feature in FEATURES:
        _register(app, feature, offers)
    writing.track(*offers["HISTORY"])
    app.extensions["tend.acts"] = dict(offers["ACTS"])
    shell.init_app(app, offers["SHELL"])
    app.extensions["tend.health"] = dict(offers["HEALTH"])
    app.extensions["tend.metrics"] = dict(offers["METRICS"])
    app.extensions["tend.catalogue"] = Catalogue(models=dict(offers["MODELS"]))
    app.extensions["tend.catalogue"].add(*offers["FIELDS"])
    app.extensions["tend.batches"] = {kind.key: kind for kind in offers["BATCHES"]}
    app.extensions["tend.holdings"] = offers["HOLDINGS"]
    app.extensions["tend.keepers"] = offers["KEEPERS"]
    app.extensions["tend.settings"] = offers["SETTINGS"]
    app.extensions["tend.naming"] = dict(offers["NAMING"])
    app.extensions["tend.lists"] = {menu.record: menu for menu in offers["LISTS"]}
    app.extensions["tend.mails"] = {mail.kind: mail for mail in offers["MAILS"]}
    _look_for_garbage()
    return app


def _look_for_garbage() -> None:
    """From now on, and only among what came after loading: crm/core/__init__.py turned it off."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


def _register(app: Flask, feature: str, offers: dict[str, list[Any]]) -> None:
    """Load a feature's tables and pages; collect what it offers to frame and mail."""
    folder = Path(__file__).parent / feature
    for name in ("models", *EDGES, "fields", "history"):
        if not (folder / f"{name}.py").exists() and not (folder / name).is_dir():
            continue
        module = importlib.import_module(f"crm.{feature}.{name}")
        for blueprint in getattr(module, "BLUEPRINTS", ()):
            app.register_blueprint(blueprint)
        if hasattr(module, "init_app"):
            module.init_app(app)
        for kind, found in offers.items():
            found.extend(getattr(module, kind, ()))
