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
# Rows and cells of lists that a process keeps, of 2 KB at most.
LINES = 4000
# All that a piece has beside what it is told: what these answer depends on the language alone.
NAMES = ("_", "ngettext", "lucide", "asset")


def init_app(app: Flask) -> None:
    """Make `piece` and `lines` known to templates."""
    app.jinja_env.globals["piece"] = pieces(app.jinja_env)
    app.jinja_env.globals["lines"] = lines(app.jinja_env)


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


def lines(environment: Environment) -> Callable[..., Callable[..., Markup]]:
    """`lines(template, **told)`: what draws rows by the template's macro `line`.

    As with a piece, the macro sees what all rows are told, what its own row is told, and nothing
    else: neither who reads nor the clock. Rows that were drawn before are not drawn again.
    """

    @lru_cache(maxsize=KEPT)
    def macro(name: str, _words: Any, _language: str, told: tuple[tuple[str, Any], ...]) -> Any:
        template = environment.get_template(name)
        module: Any = template.make_module(_names(environment, told), shared=True)
        return module.line

    @lru_cache(maxsize=LINES, typed=True)  # a text and the same as markup are not alike
    def kept(draw: Callable[..., Markup], *row: Any) -> Markup:
        return draw(*row)

    def line_of(name: str, /, **told: Any) -> Callable[..., Markup]:
        plain = tuple([(key, _plain(value)) for key, value in told.items()])
        draw = macro(name, translations(), formats.language(), plain)

        def line(*row: Any) -> Markup:
            return kept(draw, *row)

        return draw if environment.auto_reload else line

    return line_of


def _plain(value: Any) -> Any:
    kind = type(value)
    if kind is tuple or kind is list:
        return tuple([_plain(one) for one in value])
    return worded(value) if kind is LazyString else value


def _drawn(environment: Environment, name: str, told: Iterable[tuple[str, Any]]) -> Markup:
    template = environment.get_template(name)
    # Shared: no other global of the environment is in reach.
    context = template.new_context(_names(environment, told), shared=True)
    # Markup: a template of our own, which escapes what it is told.
    return Markup("".join(template.root_render_func(context)))  # noqa: S704


def _names(environment: Environment, told: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    return {known: environment.globals[known] for known in NAMES} | dict(told)
