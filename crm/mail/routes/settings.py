"""The mail server: entered, tried, kept encrypted; the environment wins."""

from urllib.parse import urlsplit

from flask import Blueprint, current_app, url_for
from flask_babel import gettext as _
from flask_login import current_user

from crm.core import signing
from crm.mail import queries
from crm.mail.actions import account
from crm.mail.forms import AccountForm
from crm.mail.transport import Server
from crm.web.access import needs
from crm.web.page import changed, page, perform, toast

bp = Blueprint("mail_account", __name__, url_prefix="/settings/mail")
PAGE = "mail/account.html"


@bp.get("")
@needs("manage_mail")
def show():
    return page(PAGE, **_context())


@bp.post("")
@needs("manage_mail")
def save():
    form = AccountForm().over(lambda: _filled(queries.account()))
    if perform(form, lambda: _save(form)):
        toast(_("Mail server saved."), _("Send yourself a test mail now."))
        return changed(url_for(".show"))
    return page(PAGE, status=422, block="account_form", **_context(form))


@bp.post("/test")
@needs("manage_mail")
def test():
    if perform(None, account.ask_for_test, current_user):
        return changed(url_for(".show") + "#test", PAGE, "test", **_context())
    return page(PAGE, status=422, block="test", **_context())


def _save(form: AccountForm) -> None:
    account.save(
        form.server(),
        from_address=form.from_address.data,
        from_name=form.from_name.data or "",
        by=current_user,
    )


def _context(form: AccountForm | None = None) -> dict:
    row = queries.account()
    fixed = str(current_app.extensions["tend.config"]["SMTP_URL"])
    return {
        "form": form or _filled(row),
        "account": row,
        "fixed": urlsplit(fixed).hostname if fixed else "",
        "has_smtp": queries.has_smtp(),
        "is_asked": account.is_asked(row),
        "sender": queries.from_address() if queries.has_sender() else "",
    }


def _filled(row) -> AccountForm:
    if row is None or not row.sealed_url:
        return AccountForm(
            formdata=None, from_address=queries.from_address() if queries.has_sender() else ""
        )
    server = Server.of(signing.unseal(row.sealed_url))
    return AccountForm(
        formdata=None,
        host=server.host,
        port=server.port,
        security=server.security,
        user=server.user,
        from_name=row.from_name,
        from_address=row.from_address,
    )
