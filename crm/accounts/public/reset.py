"""Choosing a new password by a mailed link."""

from flask import Blueprint, flash, redirect
from flask_babel import gettext as _

from crm.accounts import actions, queries
from crm.accounts.forms import AddressForm, NewPasswordForm
from crm.accounts.public import tries
from crm.accounts.public.gone import gone
from crm.mail import letters
from crm.web.access import public
from crm.web.page import page, perform
from crm.web.session import forget_in

bp = Blueprint("reset", __name__)


@bp.get("/login/reset")
@public("asks for a link to a new password")
def new():
    return page("accounts/reset.html", form=AddressForm(formdata=None))


@bp.post("/login/reset")
@public("mails a link to a new password; 5 an hour from a network, 3 an hour to an address")
def create():
    form = AddressForm()
    if not form.validate():
        return page("accounts/reset.html", status=422, form=form)
    if tries.may_mail("reset", form.email.data):
        perform(None, letters.send_reset, form.email.data)
    return page(
        "accounts/sent.html", title=_("Look into your mail"), email=form.email.data, back="/login"
    )


@bp.get("/login/reset/<text>")
@public("the form behind a mailed link; opening it uses nothing up")
def show(text):
    if queries.token("reset", text) is None:
        return gone("reset")
    return page("accounts/reset_open.html", form=NewPasswordForm(formdata=None))


@bp.post("/login/reset/<text>")
@public("stores a new password: 256 random bits, once, within the hour")
def use(text):
    form = NewPasswordForm()
    if queries.token("reset", text) is None:
        return gone("reset")
    if form.validate() and perform(form, actions.reset_password, text, hashed(form)):
        flash(_("Your new password is saved. Sign in with it."), "said")
        return forget_in(redirect("/login", 303))
    if queries.token("reset", text) is None:  # another post of this link was first
        return gone("reset")
    return page("accounts/reset_open.html", status=422, form=form)


def hashed(form) -> str:
    """The hash of the form's new password, made before the transaction opens."""
    return actions.hash_password(form.password.data)
