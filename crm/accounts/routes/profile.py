"""What a person says of themselves and how they like to work."""

from flask import Blueprint, url_for
from flask_babel import gettext as _
from flask_login import current_user

from crm.accounts import actions
from crm.accounts.forms import ProfileForm
from crm.web.access import anyone_signed_in
from crm.web.page import changed, page, perform, toast

bp = Blueprint("profile", __name__, url_prefix="/settings/profile")
PAGE = "accounts/profile.html"


@bp.get("")
def show():
    return page(PAGE, form=_opened())


@bp.post("")
@anyone_signed_in
def update():
    form = ProfileForm().over(_opened)
    if perform(form, lambda: actions.update_profile(current_user, **form.said)):
        toast(_("Profile saved."))
        return changed(url_for(".show"))
    return page(PAGE, status=422, block="profile_form", form=form)


def _opened() -> ProfileForm:
    return ProfileForm(formdata=None, obj=current_user)
