"""Saved views: keeping a list, changing, pinning, sharing and putting views away."""

import json
from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, abort, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from crm.accounts.rules import may
from crm.core.numbers import row_number
from crm.filters import actions
from crm.filters.forms import ViewForm
from crm.filters.models import SavedView
from crm.filters.queries import may_change, shelf_of, view_for
from crm.filters.queries.asking import Asked
from crm.filters.queries.pinned import menus
from crm.filters.queries.views import archived_views
from crm.web.access import needs
from crm.web.page import changed, page, perform, toast

bp = Blueprint("views", __name__, url_prefix="/views")


@bp.get("")
def index():
    shelf = shelf_of(current_user)
    return page(
        "views/index.html",
        views=shelf.views,
        pinned={one.id for one in shelf.pinned},
        archived=archived_views(current_user),
        may_change=lambda view: may_change(current_user, view),
        menus=menus(),
    )


@bp.get("/new")
@needs("edit_records")
def new():
    asked = _asked()
    form = ViewForm(current_user, formdata=None)
    return page("views/new.html", asked=asked, form=form, packed=_packed())


@bp.post("")
def create():
    asked, form = _asked(), ViewForm(current_user)
    view = perform(form, lambda: actions.create_view(
        form.name.data, asked.menu.record, asked.params, by=current_user,
        sharing=form.sharing.data, team_id=_team(form), is_pinned=form.is_pinned.data,
        roles=_roles(form),
    ))  # fmt: skip
    if view:
        toast(_("View saved."), view.name)
        return changed(_url(view))
    return page(
        "views/new.html", status=422, block="view_form", asked=asked, form=form, packed=_packed()
    )


@bp.get("/<int:view_id>/edit")
@needs("edit_records")
def edit(view_id: int):
    view = _mine(view_id)
    now = actions.snapshot(view)
    form = ViewForm(current_user, formdata=None, obj=view, roles=now["roles"], base=json.dumps(now))
    return _edit_page(view, form)


@bp.post("/<int:view_id>")
def update(view_id: int):
    view, form = _mine(view_id, archived=True), ViewForm(current_user)
    if perform(form, lambda: actions.change_view(
        view, current_user, name=form.name.data, sharing=form.sharing.data, team_id=_team(form),
        is_pinned=form.is_pinned.data, roles=_roles(form), base=form.began_with or None,
    )):  # fmt: skip
        toast(_("View saved."), view.name)
        return changed(url_for(".index"))
    form.begin_again()
    return _edit_page(view, form, 422)


@bp.post("/<int:view_id>/content")
def save(view_id: int):
    """What the list shows now becomes the view, for everybody who sees it."""
    view, asked = _the(view_id, archived=True), _asked()
    if asked.menu.record != view.record:
        abort(422)
    if view.archived_at is not None:
        toast(_("Somebody put this view away meanwhile."), _("Save what you see as another one."))
        return changed(_local_url(None, asked))
    base = _unpacked(request.form["base"][:10_000]) if "base" in request.form else None
    if not perform(None, actions.save_over, view, asked.params, current_user, base):
        return changed(_local_url(view, asked))
    toast(_("Saved for everybody who sees it.") if view.sharing != "private" else _("Saved."))
    return changed(_url(view))


@bp.post("/<int:view_id>/pin")
def pin(view_id: int):
    view = _the(view_id)
    perform(None, actions.pin, view, current_user, request.form.get("on") == "1")
    return changed(url_for(".index"))


@bp.post("/<int:view_id>/archival")
def archive(view_id: int):
    view = _the(view_id, archived=True)
    if view.archived_at is not None:
        toast(_("Somebody put this view away already."), view.name)
        return changed(url_for(".index"))
    if not perform(None, actions.archive_view, view, current_user, _seen()):
        return changed(url_for(".edit", view_id=view_id))
    toast(_("View put away."), view.name, undo=url_for(".restore", view_id=view_id))
    return changed(url_for(".index"))


@bp.post("/<int:view_id>/restoration")
def restore(view_id: int):
    view = view_for(current_user, view_id, archived=True) or abort(404)
    if perform(None, actions.restore_view, view, current_user):
        toast(_("View is back."), view.name)
    return changed(url_for(".index"))


@bp.post("/<int:view_id>/deletion")
def delete(view_id: int):
    view = _the(view_id, archived=True)
    if perform(None, actions.delete_view, view, current_user, _seen()):
        toast(_("View deleted."))
    return changed(url_for(".index"))


def _the(view_id: int, *, archived: bool = False) -> SavedView:
    """A view that this person sees; with `archived` also one of theirs that was put away."""
    put_away = view_for(current_user, view_id, archived=True) if archived else None
    return view_for(current_user, view_id) or put_away or abort(404)


def _mine(view_id: int, *, archived: bool = False) -> SavedView:
    """A view that this person may change."""
    view = _the(view_id, archived=archived)
    return view if may_change(current_user, view) else abort(404)


def _seen() -> int | None:
    """The version of the view that the page showed."""
    return row_number(request.form.get("version"))


def _asked() -> Asked:
    """The list whose state the form carries."""
    menu = menus().get(request.values.get("record", "")) or abort(404)
    return Asked(menu, current_user, _unpacked(_packed()))


def _packed() -> str:
    return request.values.get("query", "")[:10_000]


def _unpacked(text: str) -> dict[str, str]:
    """The parameters of a list that were packed into one text."""
    return dict(parse_qsl(text, keep_blank_values=True))


def _url(view: SavedView) -> str:
    return f"{menus()[view.record].url}?view={view.id}"


def _local_url(view: SavedView | None, asked: Asked) -> str:
    """The view with what the list showed instead, not saved yet; the list alone without one."""
    without = dict.fromkeys(view.params, "") if view else {}
    query = urlencode(without | asked.params, safe=":|,()~")
    return f"{_url(view)}&{query}" if view else f"{asked.menu.url}?{query}"


def _edit_page(view: SavedView, form: ViewForm, status: int = 200):
    return page(
        "views/edit.html",
        status=status,
        block="view_form" if status == 422 else None,
        view=view,
        form=form,
        may_share=may(current_user, "share_views"),
    )


def _team(form: ViewForm) -> int | None:
    return form.team_id.data if "team_id" in form else None


def _roles(form: ViewForm) -> list[str]:
    return list(form.roles.data or []) if "roles" in form else []
