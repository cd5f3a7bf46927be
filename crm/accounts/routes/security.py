"""A person's password and the browsers in which they are signed in."""

from flask import Blueprint, abort, g, url_for
from flask_babel import gettext as _
from flask_login import current_user

from crm.accounts import actions, queries
from crm.accounts.actions.sessions import ABSOLUTE
from crm.accounts.forms import PasswordForm
from crm.accounts.public import tries
from crm.core.db import run
from crm.web.access import anyone_signed_in
from crm.web.page import changed, page, perform, toast
from crm.web.session import remember_in

bp = Blueprint("security", __name__, url_prefix="/settings/security")
PAGE = "accounts/security.html"


@bp.get("")
def show():
    return _page(PasswordForm(formdata=None))


@bp.post("/password")
@anyone_signed_in
def change_password():
    form = PasswordForm()
    if not form.validate() or not _is_proved(form):
        return _page(form, status=422)
    token = perform(form, _change, actions.hash_password(form.password.data))
    toast(_("Password saved."), _("You are signed out everywhere else."))
    session = g.login_session
    seconds = int(ABSOLUTE.total_seconds()) if session.is_remembered else None
    return remember_in(changed(url_for(".show")), token, seconds)


@bp.post("/sessions/<int:session_id>/revocation")
@anyone_signed_in
def revoke(session_id):
    found = [one for one in queries.sessions_of(current_user) if one.id == session_id]
    if not found:
        abort(404)
    perform(None, actions.revoke, found[0], current_user)
    toast(_("Signed out there."))
    return changed(url_for(".show"), PAGE, "sessions", **_context())


@bp.post("/sessions/revocation")
@anyone_signed_in
def revoke_others():
    run(lambda: actions.revoke_all(current_user, current_user, keep=g.login_session))
    toast(_("Signed out everywhere else."))
    return changed(url_for(".show"), PAGE, "sessions", **_context())


def _is_proved(form: PasswordForm) -> bool:
    """Whether the present password is right; each try counts as a sign-in does."""
    if not tries.may_try(current_user.email):
        form.current.errors = [_("Too many tries: wait a minute before the next one.")]
    elif not actions.is_right(current_user, form.current.data):
        form.current.errors = [_("This is not your present password.")]
    else:
        tries.was_right(current_user.email)
        return True
    return False


def _change(password_hash: str) -> str:
    """Store the password and give this browser a new session; all others end."""
    old = g.login_session
    actions.change_password(current_user, password_hash)
    return actions.sign_in(
        current_user, how="new password", remember=old.is_remembered, **tries.browser()
    )


def _context() -> dict:
    return {
        "sessions": queries.sessions_of(current_user),
        "here": g.login_session,
        "events": queries.events_of(current_user, 10),
    }


def _page(form: PasswordForm, status: int = 200):
    block = "password_form" if status == 422 else None
    return page(PAGE, status=status, block=block, form=form, **_context())
