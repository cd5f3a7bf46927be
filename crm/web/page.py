"""page(), changed(), perform(): whole page or fragment is decided here and nowhere else."""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from flask import (
    Response,
    current_app,
    flash,
    g,
    get_flashed_messages,
    make_response,
    redirect,
    render_template,
    request,
)
from jinja2_fragments.flask import render_block
from markupsafe import Markup
from sqlalchemy.exc import IntegrityError
from werkzeug.exceptions import HTTPException

from crm.core import once
from crm.core.db import run
from crm.core.refusal import Conflict, Refused
from crm.web.forms import Form
from crm.web.here import asked, here
from crm.web.session import reader
from crm.web.shell import counts_anew

VARY = "HX-Request, HX-Request-Type, HX-Target"


@dataclass(frozen=True)
class Toast:
    """What happened, in words, the URL that undoes it, and the page that tells all of it."""

    word: str
    text: str = ""
    undo: str | None = None
    is_bad: bool = False
    more: str | None = None


def page(
    template: str,
    *,
    status: int = 200,
    block: str | None = None,
    part: str | None = None,
    **context: Any,
) -> Response:
    """Answer with the whole page, or with the fragment htmx asked for.

    The fragment is the block named after the id in HX-Target; for an id with a number it is
    `part`. `block` names another block to answer with (HX-Retarget is sent).
    """
    if status == 422:
        status = g.get("refused_status", 422)
    target = _target()
    if target is None:
        return _answer(render_template(template, **context), status)
    if part and re.search(r"\d", target):
        return _answer(render_template(part, **context) + _extras(), status)
    name = block or target.replace("-", "_")
    if name not in current_app.jinja_env.get_template(template).blocks:
        return _answer(render_template(template, **context), status)
    response = _answer(render_block(template, name, **context) + _extras(), status)
    if block and block != target.replace("-", "_"):
        response.headers["HX-Retarget"] = "#" + block.replace("_", "-")
    return response


def changed(
    url: str,
    template: str | None = None,
    *blocks: str,
    part: str | None = None,
    is_moved: bool = False,
    **context: Any,
) -> Response:
    """Answer a change that worked: 303 to `url`, or to htmx the changed blocks of `template`.

    Without blocks and part, htmx is sent on to `url`. The first block (or `part`) answers the
    target, the others come as partials. `is_moved`: the first block answers less than the target
    (HX-Retarget is sent).
    """
    if not is_htmx():
        _keep_toasts()
        _lead_repeats_to(url)
        return _answer(redirect(url, 303))
    if not template or not (blocks or part):
        _keep_toasts()
        _lead_repeats_to(url)
        response = _answer("", 204)
        response.headers["HX-Redirect"] = url
        return response
    html = render_template(part, **context) if part else ""
    for place, (name, piece) in enumerate(_blocks(template, blocks, context)):
        html += piece if place == 0 and not part else partial(name.replace("_", "-"), piece)
    response = _answer(html + _extras())
    if is_moved:
        response.headers["HX-Retarget"] = "#" + blocks[0].replace("_", "-")
    return response


def perform(
    form: Form | None,
    action: Callable[..., Any],
    *args: Any,
    leads_to: Callable[[Any], str] | None = None,
    **kwargs: Any,
) -> Any:
    """Validate `form`, run `action` in the transaction; its result (or True), None if refused.

    A refusal undoes everything and stands at the form afterwards. A form with `ui.once()` that
    arrives again raises Repeated (answered like the first time: `leads_to` gives the address from
    the result, so that it is kept in the same transaction). A form over a stored record takes over
    what others changed first: its action reads it only then.
    """
    if form is not None and not form.validate():
        return None
    key = _form_key()
    try:
        result = run(lambda: _act(form, key, leads_to, action, *args, **kwargs))
    except (Refused, IntegrityError, HTTPException) as error:
        if key and once.is_taken(key):
            raise once.Repeated(key) from None
        if not isinstance(error, Refused):
            raise
        _refuse(form, error)
        return None
    return True if result is None else result


def _refuse(form: Form | None, refusal: Refused) -> None:
    g.refused_status = 409 if isinstance(refusal, Conflict) else 422
    if form is None:
        toast(refusal.message, is_bad=True)
    else:
        form.refuse(refusal)


def _form_key() -> str:
    req = asked()
    render = req.form.get("form_key", "")
    if not render:
        return ""
    pairs = [
        (name, value)
        for name, values in req.form.lists()
        for value in values
        if name not in {"csrf_token", "form_key"}
    ]
    key = here().form_key = once.key_of(f"{reader().id} {req.path}", render[:64], pairs)
    return key


def _act(
    form: Form | None,
    key: str,
    leads_to: Callable[[Any], str] | None,
    action: Callable[..., Any],
    /,
    *args: Any,
    **kwargs: Any,
) -> Any:
    """The action, then the form's key: what a second sending did is undone with its key refused."""
    if form is not None:
        form.merge()
    result = action(*args, **kwargs)
    if key:
        once.take(key, leads_to(result) if leads_to else "")
        if leads_to:
            g.pop("form_key", None)
    return result


def _lead_repeats_to(url: str) -> None:
    key = g.pop("form_key", "")
    if key:
        run(lambda: once.remember(key, url))


def toast(
    word: str,
    text: str = "",
    undo: str | bool | None = None,
    is_bad: bool = False,
    *,
    tells_more: bool = False,
) -> None:
    """Say what happened at the foot of the next answer.

    `undo` is the URL to post to, or True for taking back what the last transaction changed;
    `tells_more`: the history of that transaction tells what the text only counts.
    """
    held = here()
    kept = f"/history/{held.change_set}" if "change_set" in held else None
    if undo is True:
        undo = f"{kept}/undo" if kept else None
    more = kept if tells_more else None
    held.setdefault("toasts", []).append(Toast(word, text, undo or None, is_bad, more))


def toasts() -> list[Toast]:
    """The toasts waiting for this answer, those of the request before included."""
    from_before = [Toast(*json.loads(entry)) for entry in _flashed()]
    return from_before + g.pop("toasts", [])


def _keep_toasts() -> None:
    """The next page says it, since this answer is only a redirect."""
    for left in g.pop("toasts", []):
        flash(json.dumps([left.word, left.text, left.undo, left.is_bad, left.more]), "toast")


def is_htmx() -> bool:
    """Whether htmx asked, and not for a whole page."""
    return (
        request.headers.get("HX-Request") == "true"
        and request.headers.get("HX-Request-Type", "partial") != "full"
    )


def partial(target: str, html: str) -> str:
    """`html` for another place of the page, as htmx takes it beside the main piece."""
    piece = Markup('<hx-partial hx-target="#{}" hx-swap="outerMorph">{}</hx-partial>').format(
        target,
        Markup(html),  # noqa: S704 - rendered by our own templates, escaped there
    )
    # A plain text: joined to Markup, the main piece would be escaped.
    return str(piece)


def _blocks(
    template: str, names: Sequence[str], context: dict[str, Any]
) -> Iterator[tuple[str, str]]:
    """Each of these blocks with its name, drawn with what is made ready for all of them once."""
    app: Any = current_app
    app.update_template_context(context)
    whole = app.jinja_env.get_template(template)
    shared = whole.new_context(context)
    for name in names:
        yield name, "".join(whole.blocks[name](shared))


def _target() -> str | None:
    if not is_htmx():
        return None
    return request.headers.get("HX-Target", "").rpartition("#")[2] or None


def _extras() -> str:
    """What comes beside the pieces of any answer: numbers of the sidebar, what happened."""
    marks = "".join(partial(name, piece) for name, piece in counts_anew())
    if not g.get("toasts"):
        return marks
    # It asks for nothing that processors of the context give.
    drawn = current_app.jinja_env.get_template("ui/_toast.html").render(toasts=toasts())
    return marks + partial("toast", drawn)


def _flashed() -> list[Any]:
    return list(get_flashed_messages(category_filter=["toast"]))


def _answer(body: Any, status: int | None = None) -> Response:
    response = make_response(body)
    if status is not None:
        response.status_code = status
    response.headers["Vary"] = VARY
    return response
