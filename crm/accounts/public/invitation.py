"""Taking an invitation: name, password, and in."""

from flask import Blueprint, g

from crm.accounts import actions, queries
from crm.accounts.forms import AcceptForm
from crm.accounts.public import tries
from crm.accounts.public.gone import gone
from crm.accounts.public.reset import hashed
from crm.accounts.public.sign_in import enter
from crm.web.access import public
from crm.web.page import page, perform

bp = Blueprint("invitation", __name__)


@bp.get("/invite/<text>")
@public("the form behind an invitation; opening it uses nothing up")
def show(text):
    invitation = queries.token("invite", text)
    if invitation is None:
        return gone("invite")
    house = queries.workspace()
    form = AcceptForm(formdata=None, data={"timezone": house.timezone if house else "UTC"})
    return page("accounts/invitation.html", form=form, invitation=invitation)


@bp.post("/invite/<text>")
@public("makes the invited account: 256 random bits, once, within 48 hours")
def accept(text):
    invitation, form = queries.token("invite", text), AcceptForm()
    if invitation is None:
        return gone("invite")
    token = form.validate() and perform(form, _join, text, form, hashed(form))
    if token:
        return enter(token, False, None)
    if queries.token("invite", text) is None:  # another post of this link was first
        return gone("invite")
    return page("accounts/invitation.html", status=422, form=form, invitation=invitation)


def _join(text: str, form: AcceptForm, password_hash: str) -> str:
    user = actions.accept(
        text,
        name=form.name.data,
        timezone=form.timezone.data,
        password_hash=password_hash,
    )
    return actions.sign_in(user, how="invitation", old=g.get("login_session"), **tries.browser())
