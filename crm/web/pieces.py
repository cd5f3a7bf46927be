"""Pieces that look the same on page after page: drawn once for what they are told, then kept."""

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from flask import Flask
from flask_babel.speaklater import LazyString
from jinja2 import Environment
from markupsafe import Markup

from crm.web import formats
from crm.web.drawing import translations, worded

# Pieces a process keeps, of about 3 KB each.
KEPT = 600
# All that a piece has beside what it is told: what these answer depends on the language alone.
NAMES = ("_", "ngettext", "lucide", "asset")


def init_app(app: Flask) -> None:
    """Make `piece` known to templates."""
    app.jinja_env.globals["piece"] = pieces(app.jinja_env)


def pieces(environment: Environment) -> Callable[..., Markup]:
    """`piece(template, **told)`: a template drawn from `told` and nothing else.

    It sees neither the request nor who reads nor the clock, so what was drawn for one person is
    right for whoever is told the same in the same language, and never goes stale. What is told
    has to be hashable (lists are taken as tuples, lazy texts as their words); formats that depend
    on a zone or on rights are no business of a piece.
    """

    @lru_cache(maxsize=KEPT)
    def kept(name: str, _words: Any, _language: str, told: tuple[tuple[str, Any], ...]) -> Markup:
        return _drawn(environment, name, told)

    def piece(name: str, /, **told: Any) -> Markup:
        plain = tuple([(key, _plain(value)) for key, value in told.items()])
        if environment.auto_reload:
            return _drawn(environment, name, plain)
        return kept(name, translations(), formats.language(), plain)

    return piece


def _plain(value: Any) -> Any:
    kind = type(value)
    if kind is tuple or kind is list:
        return tuple([_plain(one) for one in value])
    return worded(value) if kind is LazyString else value


def _drawn(environment: Environment, name: str, told: Iterable[tuple[str, Any]]) -> Markup:
    template = environment.get_template(name)
    names = {known: environment.globals[known] for known in NAMES}
    # Shared: no other global of the environment is in reach.
    context = template.new_context(names | dict(told), shared=True)
    # Markup: a template of our own, which escapes what it is told.
    return Markup("".join(template.root_render_func(context)))  # noqa: S704
