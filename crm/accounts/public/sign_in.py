"""Signing in with a password, and out."""

from flask import Blueprint, g, redirect, request
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from crm.accounts import actions, queries
from crm.accounts.actions.passwords import renewed
from crm.accounts.actions.sessions import ABSOLUTE
from crm.accounts.forms import SignInForm
from crm.accounts.models import User
from crm.accounts.public import tries
from crm.core.db import run
from crm.core.refusal import Refused
from crm.web.access import KEPT, public, safe_next
from crm.web.page import page, perform
from crm.web.session import forget_in, remember_in

bp = Blueprint("accounts", __name__)
PAGE = "accounts/sign_in.html"


@bp.get("/login")
@public("the way in; ten tries in 15 minutes an account and network, then one a minute")
def sign_in():
    target = safe_next(request.args.get("next"))
    if current_user.is_authenticated:
        return redirect(target, 303)
    form = SignInForm(formdata=None, data={"next": target})
    return page(PAGE, form=form, is_set_up=queries.is_set_up())


@bp.post("/login")
@public("the way in; limited as the page above")
def start():
    form = SignInForm()
    if not form.validate():
        return page(PAGE, status=422, form=form, is_set_up=True)
    if not tries.may_try(form.email.data):
        return _wait(form)
    try:
        user, new_hash = _proved(form.email.data, form.password.data)
    except Refused as busy:
        return _refused(form, busy.message)
    if user is None:
        return _wrong(form)
    tries.was_right(form.email.data)
    token = perform(form, actions.sign_in, user, new_hash=new_hash, old=g.get("login_session"),
                    remember=form.remember.data, **tries.browser())  # fmt: skip
    return enter(token, form.remember.data, form.next.data) if token else _wrong(form)


@bp.post("/logout")
@public("ends a sign-in; needs the form token, harmless without one")
def sign_out():
    session = g.get("login_session")
    if session is not None:
        run(lambda: actions.revoke(session, session.user))
    return forget_in(redirect("/login", 303))


def enter(token: str, is_remembered: bool, target: str | None) -> Response:
    """Send somebody who is in to where they wanted, with their cookie."""
    seconds = int(ABSOLUTE.total_seconds()) if is_remembered else None
    first = "/kept-forms" if KEPT in request.cookies else "/"
    session = queries.session_by_token(token)
    response = remember_in(redirect(safe_next(target, first), 303), token, seconds)
    return tries.make_known(response, session.user.email) if session else response


def _proved(email: str, password: str) -> tuple[User | None, str | None]:
    """The person whose password this is, with a stronger hash of it if one is due."""
    user = queries.user_by_email(email)
    if not actions.is_right(user, password) or user is None:
        return None, None
    return user, renewed(user, password)


def _wrong(form: SignInForm) -> Response:
    tries.was_wrong(form.email.data)
    email, address = form.email.data, request.remote_addr or ""
    run(lambda: actions.note("sign_in_refused", queries.user_by_email(email), address=address))
    return _refused(form, _("Email and password do not belong together. Try again, or let us"
                            " send you a link."))  # fmt: skip


def _refused(form: SignInForm, message: str) -> Response:
    form.password.errors = [message]
    return page(PAGE, status=422, form=form, is_set_up=True)


def _wait(form: SignInForm) -> Response:
    form.password.errors = [_("Too many tries: wait a minute before the next one, or let us send"
                              " you a link. That works at once.")]  # fmt: skip
    response = page(PAGE, status=429, form=form, is_set_up=True)
    response.headers["Retry-After"] = str(tries.WAIT_SECONDS)
    return response
