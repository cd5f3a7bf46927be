"""Signing in with a link by mail, for those without their password at hand."""

from flask import Blueprint, g
from flask_babel import gettext as _

from crm.accounts import actions, queries
from crm.accounts.forms import AddressForm
from crm.accounts.public import tries
from crm.accounts.public.gone import gone
from crm.accounts.public.sign_in import enter
from crm.mail import letters
from crm.web.access import public
from crm.web.forms import Form
from crm.web.page import page, perform

bp = Blueprint("mail_link", __name__)


@bp.get("/login/mail")
@public("asks for a sign-in link")
def new():
    return page("accounts/mail_link.html", form=AddressForm(formdata=None))


@bp.post("/login/mail")
@public("mails a sign-in link; 5 an hour from a network, 3 an hour to an address")
def create():
    form = AddressForm()
    if not form.validate():
        return page("accounts/mail_link.html", status=422, form=form)
    if tries.may_mail("login", form.email.data):
        perform(None, letters.send_sign_in_link, form.email.data)
    return page(
        "accounts/sent.html", title=_("Look into your mail"), email=form.email.data, back="/login"
    )


@bp.get("/login/mail/<text>")
@public("shows the button of a mailed link; opening it uses nothing up")
def show(text):
    if queries.token("login", text) is None:
        return gone("login")
    return page("accounts/mail_link_open.html", form=Form())


@bp.post("/login/mail/<text>")
@public("signs in with a mailed link: 256 random bits, once, within the hour")
def use(text):
    form = Form()
    if queries.token("login", text) is None:
        return gone("login")
    done = perform(
        form, actions.sign_in_by_link, text, old=g.get("login_session"), **tries.browser()
    )
    if done:
        return enter(done[1], False, None)
    if queries.token("login", text) is None:  # another post of this link was first
        return gone("login")
    return page("accounts/mail_link_open.html", status=422, form=form)
