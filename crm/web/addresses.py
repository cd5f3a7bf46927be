"""URL rules that compile what builds their addresses when the first one is asked for.

Compiling both builders of each of 400 rules would take a fifth of a start.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

from flask import Flask
from werkzeug.routing import Rule


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
