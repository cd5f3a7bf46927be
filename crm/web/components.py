"""The controls: every macro of templates/ui/ under one name, `ui`, and the icons."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any

from flask import Flask
from jinja2 import Environment
from lucide.jinja import lucide as drawn
from markupsafe import Markup

from crm.web import charts, drawing, page
from crm.web.drawing import shown

Macro = Callable[..., Markup]
LEVELS = {"hot": "hot", "warm": "warm", "cool": "cool", "cold": "cool"}
HEAD = ("html", "hidden", "label", "class", "key", "order", "sort")
MACRO = re.compile(r"\{%-?\s*macro\s+([a-z]\w*)\(")


class Controls:
    """`ui.button(…)` calls the macro `button`, wherever in templates/ui/ it stands."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment

    def __getattr__(self, name: str) -> Macro:
        if name.startswith("_") or name not in self._files:
            raise AttributeError(f"no control named {name}")
        module = self._environment.get_template(self._files[name]).module
        macro: Macro = getattr(module, name)
        if not self._environment.auto_reload:
            setattr(self, name, macro)  # found without this look-up from now on
        return macro

    @cached_property
    def _files(self) -> dict[str, str]:
        """Which file holds which macro; files with a leading underscore are partials."""
        found: dict[str, str] = {}
        environment = self._environment
        assert environment.loader is not None
        for path in environment.list_templates(filter_func=is_control):
            source, _, _ = environment.loader.get_source(environment, path)
            for name in MACRO.findall(source):
                if name in found:
                    raise ValueError(f"macro {name} stands in {found[name]} and in {path}")
                found[name] = path
        return found


def is_control(path: str) -> bool:
    """Whether a template holds macros for `ui`."""
    return path.startswith("ui/") and path.endswith(".html") and not path.startswith("ui/_")


@lru_cache(maxsize=512)
def icon(name: str, size: int = 18, label: str | None = None, **attributes: str) -> Markup:
    """A lucide icon, hidden from readers unless it has a label of its own."""
    attributes.setdefault("class", "icon")
    if label:
        attributes |= {"role": "img", "aria_label": label}
    else:
        attributes["aria_hidden"] = "true"
    # Markup: lucide's own XML writer has escaped the attribute values.
    return Markup(" ".join(drawn(name, size=size, **attributes).split()))  # noqa: S704


def level_class(level: str | None) -> str:
    """The class that colours a tier's look; "" for one that has none."""
    return LEVELS.get((level or "").lower(), "")


def attrs(values: dict[str, Any]) -> Markup:
    """Attributes of an element: `hx_post` becomes `hx-post`, None and False are left out."""
    written = ""
    for name, value in values.items():
        if value is not None and value is not False:
            word = shown(name.rstrip("_").replace("_", "-"))
            written += f" {word}" if value is True else f' {word}="{shown(value)}"'
    return Markup(written)  # noqa: S704 - each name and value is escaped above


def head_columns(head: Sequence[Mapping[str, Any]]) -> tuple[tuple[Any, ...], ...]:
    """What a table's head is told of its columns, as a piece takes it."""
    return tuple([tuple([one.get(name) for name in HEAD]) for one in head])


def init_app(app: Flask) -> None:
    """Make `ui`, `lucide` and what the macros compute with known to templates."""
    app.jinja_env.globals["ui"] = Controls(app.jinja_env)
    app.add_template_global(icon, "lucide")
    app.add_template_filter(attrs, "attrs")
    app.add_template_filter(level_class, "level_class")
    app.add_template_global(page.toasts, "toasts")
    app.add_template_global(head_columns, "head_columns")
    charts.init_app(app)
    drawing.init_app(app)
