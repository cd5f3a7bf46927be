"""Pools: who takes turns, in which order, and who is next."""

from flask import Blueprint, abort, url_for
from flask_babel import gettext as _
from flask_login import current_user

from crm.accounts import queries as people
from crm.core import clock
from crm.leads import queries
from crm.leads.actions import rulebook
from crm.leads.forms import PoolForm, TurnForm
from crm.leads.models import Pool
from crm.web.access import needs
from crm.web.page import changed, page, perform, toast

bp = Blueprint("pools", __name__, url_prefix="/settings/routing/pools")


@bp.get("/new")
@needs("manage_routing")
def new():
    return _edit(None, PoolForm(formdata=None))


@bp.post("")
@needs("manage_routing")
def create():
    return _save(None)


@bp.get("/<int:pool_id>")
@needs("manage_routing")
def show(pool_id: int):
    pool = the_pool(pool_id)
    return _edit(pool, PoolForm(pool))


@bp.post("/<int:pool_id>")
@needs("manage_routing")
def update(pool_id: int):
    return _save(the_pool(pool_id))


@bp.post("/<int:pool_id>/turn")
@needs("manage_routing")
def turn(pool_id: int):
    pool, form = the_pool(pool_id), TurnForm()
    if perform(form, rulebook.set_turn, pool, form.user.data):
        toast(_("The turn was set."))
    return changed(url_for(".show", pool_id=pool_id))


@bp.post("/<int:pool_id>/deletion")
@needs("manage_routing")
def delete(pool_id: int):
    if perform(None, rulebook.delete_pool, the_pool(pool_id)):
        toast(_("Pool deleted."))
        return changed(url_for("routing.index"))
    return changed(url_for(".show", pool_id=pool_id))


def the_pool(pool_id: int) -> Pool:
    """A pool, or 404."""
    pool = queries.pool_by_id(pool_id)
    if pool is None:
        abort(404)
    return pool


def _save(pool: Pool | None):
    form = PoolForm()
    if pool is not None:
        form.over(lambda: PoolForm(pool))
    saved = perform(form, lambda: rulebook.save_pool(
        pool, name=form.name.data, availability=form.availability.data,
        members=form.members, caps=form.caps, by=current_user,
    ))  # fmt: skip
    if saved is None:
        return _edit(the_pool(pool.id) if pool else None, form, status=422)
    toast(_("Pool saved."))
    return changed(url_for(".show", pool_id=saved.id))


def _edit(pool: Pool | None, form: PoolForm, status: int = 200):
    turn_ = queries.turn_of(pool, clock.now()) if pool else None
    return page(
        "leads/pools/show.html" if pool else "leads/pools/new.html",
        status=status,
        block="pool_form" if status == 422 else None,
        pool=pool,
        form=form,
        turn=turn_,
        lines=_lines(form),
    )


def _lines(form: PoolForm) -> list[dict]:
    """Everybody who could be in the pool: who is in it in their order, then the others."""
    places = {user: place for place, user in enumerate(form.members, start=1)}
    users = sorted(people.workers(), key=lambda user: places.get(user.id, 999))
    return [
        {"user": user, "place": places.get(user.id), "cap": form.caps.get(user.id)}
        for user in users
    ]
