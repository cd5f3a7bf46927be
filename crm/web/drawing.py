"""How templates call and translate: what they do a hundred times a page, without detours."""

from functools import lru_cache
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any

from flask import Flask, g
from flask_babel import get_translations
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from jinja2.runtime import Context, Macro, Undefined
from markupsafe import Markup

KEPT = 4096
PLAIN = (FunctionType, MethodType, BuiltinFunctionType, type)


class QuickContext(Context):
    """Jinja's context, which asks macros and plain functions fewer questions at each call."""

    def call(self, called: Any, /, *args: Any, **kwargs: Any) -> Any | Undefined:
        """Call a macro or function from a template; anything unusual goes Jinja's own way."""
        kind = type(called)
        if kind is Macro:
            kwargs.pop("_loop_vars", None)
            kwargs.pop("_block_vars", None)
            return called(self.eval_ctx, *args, **kwargs)
        if kind in PLAIN and not hasattr(called, "jinja_pass_arg"):
            kwargs.pop("_loop_vars", None)
            kwargs.pop("_block_vars", None)
            return called(*args, **kwargs)
        return super().call(called, *args, **kwargs)


def init_app(app: Flask) -> None:
    """Draw with the quick context, and write texts without Flask-Babel's look-up for each."""
    app.jinja_env.context_class = QuickContext
    app.jinja_env.globals["_"] = app.jinja_env.globals["gettext"] = gettext
    app.jinja_env.globals["ngettext"] = ngettext


@pass_eval_context
def gettext(context: EvalContext, text: str, /, **values: Any) -> str:
    """`_()` of templates: a text in the reader's language, its values escaped into it."""
    if not values:
        return _text(_catalogue(), text, context.autoescape)
    words = _catalogue().ugettext(text)
    return (_trusted(words) if context.autoescape else words) % values


@pass_eval_context
def ngettext(context: EvalContext, one: str, many: str, number: int, /, **values: Any) -> str:
    """`_()` for a text that depends on a number, which it may show as %(num)s."""
    values.setdefault("num", number)
    words = _catalogue().ungettext(one, many, number)
    return (_trusted(words) if context.autoescape else words) % values


@lru_cache(maxsize=KEPT)
def _text(catalogue: Any, text: str, is_markup: bool) -> str:
    words = catalogue.ugettext(text) % {}  # "%%" is a per cent sign with and without values
    return _trusted(words) if is_markup else words


def _trusted(words: str) -> Markup:
    # Markup: our own texts and their translations, trusted as Jinja's own i18n trusts them.
    return Markup(words)  # noqa: S704


def _catalogue() -> Any:
    found = g.get("catalogue")
    if found is None:
        found = g.catalogue = get_translations()
    return found
