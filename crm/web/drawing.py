"""How templates call and translate: what they do a hundred times a page, without detours."""

import re
from functools import lru_cache
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any

from flask import Flask
from flask_babel import get_translations
from flask_babel import gettext as said_at_once
from flask_babel.speaklater import LazyString
from jinja2 import nodes, pass_eval_context
from jinja2.compiler import CodeGenerator, Frame
from jinja2.nodes import EvalContext
from jinja2.runtime import Context, Macro, Undefined
from markupsafe import Markup, escape

from crm.web.here import here

KEPT = 4096
has_marks = re.compile("[&<>'\"]").search
NUMBERS = (int, float)  # hold nothing to escape, and may be asked for with their places
PLAIN = (FunctionType, MethodType, BuiltinFunctionType, type)
# What functions may ask to be handed that is handed to them here: nothing, or how to escape.
GIVEN = (None, getattr(pass_eval_context(lambda context: context), "jinja_pass_arg"))  # noqa: B009


class QuickContext(Context):
    """Jinja's context, which asks macros and plain functions fewer questions at each call."""

    def call(self, called: Any, /, *args: Any, **kwargs: Any) -> Any | Undefined:
        """Call a macro or function from a template; anything unusual goes Jinja's own way."""
        kind = type(called)
        if kind is Macro:
            kwargs.pop("_loop_vars", None)
            kwargs.pop("_block_vars", None)
            return called(self.eval_ctx, *args, **kwargs)
        if kind not in PLAIN or (wants := getattr(called, "jinja_pass_arg", None)) not in GIVEN:
            return super().call(called, *args, **kwargs)
        kwargs.pop("_loop_vars", None)
        kwargs.pop("_block_vars", None)
        return called(self.eval_ctx, *args, **kwargs) if wants else called(*args, **kwargs)


class QuickCode(CodeGenerator):
    """Jinja's compiler for pages that are joined in the end anyway.

    What loops, includes and blocks print is joined where it stands instead of being handed up
    piece by piece through each template around it, and values are escaped by `shown`.
    """

    def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:
        """Begin the template's module with the names that it calls."""
        self.writeline(f"from {__name__} import joined, said, shown")
        super().visit_Template(node, frame)

    def visit_Call(  # type: ignore[override]
        self, node: nodes.Call, frame: Frame, **more: Any
    ) -> None:
        """Write `_("text")` as what it comes to: no template gives that name to anything else."""
        text = _said_by(node)
        if text is None or frame.eval_ctx.volatile or not frame.eval_ctx.autoescape:
            super().visit_Call(node, frame, **more)
        else:
            self.write(f"said({text!r})")

    def visit_For(self, node: nodes.For, frame: Frame) -> None:
        """Write a loop that yields once."""
        if node.recursive:
            super().visit_For(node, frame)
        else:
            self._in_one_piece(super().visit_For, node, frame)

    def visit_Include(self, node: nodes.Include, frame: Frame) -> None:
        """Write an include that yields once."""
        self._in_one_piece(super().visit_Include, node, frame)

    def writeline(self, x: str, node: nodes.Node | None = None, extra: int = 0) -> None:
        """Hand what a block or a layout yields up as one piece."""
        if x.startswith("yield from "):
            x = f"yield joined({x.removeprefix('yield from ')})"
        super().writeline(x, node, extra)

    def _in_one_piece(self, visit: Any, node: nodes.Node, frame: Frame) -> None:
        if frame.buffer is not None:
            visit(node, frame)
            return
        self.buffer(frame)
        pieces = frame.buffer
        visit(node, frame)
        frame.buffer = None
        self.writeline(f"yield joined({pieces})")

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write("shown(" + (finalize.src or ""))


def _said_by(node: nodes.Call) -> str | None:
    """The text that `_("text")` says, None for any other call."""
    is_it = isinstance(node.node, nodes.Name) and node.node.name == "_" and len(node.args) == 1
    if not is_it or node.kwargs or node.dyn_args is not None or node.dyn_kwargs is not None:
        return None
    (text,) = node.args
    return text.value if isinstance(text, nodes.Const) and isinstance(text.value, str) else None


joined = "".join


def shown(value: Any) -> str:
    """`value` as it stands in a page: text is escaped, markup and numbers stand as they are.

    A page prints hundreds of values that hold nothing to escape; the joined page needs no
    Markup for each of them.
    """
    kind = type(value)
    if kind is str:
        return escape(value) if has_marks(value) else value
    if kind is Markup:
        return value
    if kind is LazyString:
        return shown(worded(value))
    return str(value) if kind is int else escape(value)


def worded(value: Any) -> str:
    """A text that may be a lazy one, in the reader's language: `str()` without Flask-Babel's way.

    Rows of a list write the same few words again and again.
    """
    if type(value) is LazyString and value._func is said_at_once and not value._kwargs:
        return _plain(translations(), *value._args)
    return str(value)


def init_app(app: Flask) -> None:
    """Draw with the quick context, and write texts without Flask-Babel's look-up for each."""
    app.jinja_env.context_class = QuickContext
    app.jinja_env.code_generator_class = QuickCode
    app.jinja_env.globals["_"] = app.jinja_env.globals["gettext"] = gettext
    app.jinja_env.globals["ngettext"] = ngettext


def say(text: str, /, **values: Any) -> str:
    """`_()` of modules that write many words for one page: gettext without the look-up for each."""
    words = _plain(translations(), text)
    return words % values if values else words


@pass_eval_context
def gettext(context: EvalContext, text: str, /, **values: Any) -> str:
    """`_()` of templates: a text in the reader's language, its values escaped into it."""
    if not values:
        return _text(translations(), text, context.autoescape)
    words = _plain(translations(), text)
    return _filled(words, values) if context.autoescape else words % values


def said(text: str) -> str:
    """`_("text")` in a template, as `gettext` says it."""
    return _text(translations(), text, True)


@pass_eval_context
def ngettext(context: EvalContext, one: str, many: str, number: int, /, **values: Any) -> str:
    """`_()` for a text that depends on a number, which it may show as %(num)s."""
    values.setdefault("num", number)
    words = translations().ungettext(one, many, number)
    return _filled(words, values) if context.autoescape else words % values


def _filled(words: str, values: dict[str, Any]) -> Markup:
    """Our own words with values escaped into them, as Markup's own % does it."""
    given = {k: v if type(v) in NUMBERS else shown(v) for k, v in values.items()}
    return _trusted(words % given)


@lru_cache(maxsize=KEPT)
def _text(catalogue: Any, text: str, is_markup: bool) -> str:
    words = catalogue.ugettext(text) % {}  # "%%" is a per cent sign with and without values
    return _trusted(words) if is_markup else words


@lru_cache(maxsize=KEPT)
def _plain(catalogue: Any, text: str) -> str:
    return str(catalogue.ugettext(text))


def _trusted(words: str) -> Markup:
    # Markup: our own texts and their translations, trusted as Jinja's own i18n trusts them.
    return Markup(words)  # noqa: S704


def translations() -> Any:
    """The catalogue of the language that is spoken now, the same object each time."""
    this = here()
    found = this.get("catalogue")
    if found is None:
        found = this.catalogue = get_translations()
    return found
