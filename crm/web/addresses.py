"""URL rules that compile what builds their addresses when the first one is asked for.

Compiling both builders of each of 400 rules would take a fifth of a start. Templates build the
addresses of records out of one that was built with other numbers.
"""

from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any

from flask import Flask, has_request_context, request
from werkzeug.routing import Rule

KEPT = 1024
FIRST = 7_000_000_000_000_001  # numbers that stand for others: nothing else in an address has them


class LateRule(Rule):
    """A rule that is ready to match at once and to build at the first address."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        compiled = cache(super()._compile_builder)

        def build(rule: Rule, **values: Any) -> tuple[str, str]:
            return compiled(append_unknown).__get__(rule)(**values)

        return build


def init_app(app: Flask) -> None:
    """Let all pages that follow have such rules."""
    app.url_rule_class = LateRule
    app.url_for = app.jinja_env.globals["url_for"] = _address(app.url_for)  # type: ignore[method-assign]


def _address(build: Callable[..., str]) -> Callable[..., str]:
    @lru_cache(maxsize=KEPT)
    def pattern(_root: str, endpoint: str, names: tuple[str, ...]) -> str:
        marks = {name: FIRST + place for place, name in enumerate(names)}
        text = build(endpoint, **marks).replace("%", "%%")
        for name, mark in marks.items():
            text = text.replace(str(mark), f"%({name})d")
        return text

    def address(
        endpoint: str,
        *,
        _anchor: str | None = None,
        _method: str | None = None,
        _scheme: str | None = None,
        _external: bool | None = None,
        **values: Any,
    ) -> str:
        """`url_for`, at once where only numbers differ from an address built before."""
        is_plain = _anchor is _method is _scheme is _external is None and has_request_context()
        if not is_plain or any(type(value) is not int for value in values.values()):
            how = {"_anchor": _anchor, "_method": _method, "_scheme": _scheme}
            return build(endpoint, **how, _external=_external, **values)
        if endpoint.startswith("."):
            endpoint = f"{request.blueprint or ''}{endpoint}".lstrip(".")
        return pattern(request.root_path, endpoint, tuple(values)) % values

    return address
