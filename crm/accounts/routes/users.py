"""Who may sign in: the list of people, invitations, roles, teams, switching off."""

from flask import Blueprint, abort, flash, url_for
from flask_babel import gettext as _
from flask_login import current_user

from crm.accounts import actions, queries
from crm.accounts.forms import InviteForm, PersonForm
from crm.accounts.models import Token, User
from crm.mail import letters
from crm.mail import queries as mail
from crm.web.access import needs
from crm.web.page import changed, page, perform, toast

bp = Blueprint("users", __name__, url_prefix="/settings/users")
PAGE = "accounts/users.html"
EDIT = "accounts/user.html"


@bp.get("")
@needs("manage_users")
def index():
    return page(PAGE, **_list())


@bp.post("/invitations")
@needs("manage_users")
def invite():
    form = _with_teams(InviteForm())
    done = form.validate() and perform(form, _invite, form)
    if not done:
        return page(PAGE, status=422, block="invite", **_list(form))
    invitation, link = done
    flash(f"{invitation.email} {link}", "invitation")
    return changed(url_for(".index", _anchor="invite"), PAGE, "invite", "invitations", **_list())


@bp.post("/invitations/<int:invitation_id>/withdrawal")
@needs("manage_users")
def withdraw(invitation_id):
    found = [one for one in queries.open_invitations() if one.id == invitation_id]
    if not found:
        abort(404)
    perform(None, actions.withdraw_invitation, found[0], current_user)
    toast(_("Invitation withdrawn."))
    return changed(url_for(".index"), PAGE, "invitations", **_list())


@bp.get("/<int:user_id>")
@needs("manage_users")
def show(user_id):
    user = _person(user_id)
    return _edit(user, _opened(user))


@bp.post("/<int:user_id>")
@needs("manage_users")
def update(user_id):
    user, form = _person(user_id), _with_teams(PersonForm())
    form.over(lambda: _opened(user))
    if perform(form, _update, user, form):
        toast(_("%(name)s saved.", name=user.name))
        return changed(url_for(".index"))
    return _edit(user, form, status=422)


@bp.post("/<int:user_id>/deactivation")
@needs("manage_users")
def deactivate(user_id):
    return _switch(_person(user_id), actions.deactivate, _("%(name)s is switched off."))


@bp.post("/<int:user_id>/reactivation")
@needs("manage_users")
def reactivate(user_id):
    return _switch(_person(user_id), actions.reactivate, _("%(name)s may sign in again."))


@bp.post("/<int:user_id>/sessions/revocation")
@needs("manage_users")
def revoke_sessions(user_id):
    user = _person(user_id)
    perform(None, actions.revoke_all, user, current_user)
    toast(_("%(name)s is signed out everywhere.", name=user.name))
    return changed(url_for(".show", user_id=user_id))


def _switch(user: User, action, words: str):
    if perform(None, action, user, current_user):
        toast(words % {"name": user.name})
    return changed(url_for(".show", user_id=user.id))


def _invite(form: InviteForm) -> tuple[Token, str]:
    return letters.invite(
        form.email.data,
        role=form.role.data,
        team_ids=form.team_ids.data,
        by=current_user,
        is_mailed=form.is_mailed.data and mail.has_smtp(),
    )


def _update(user: User, form: PersonForm) -> None:
    actions.change_role(user, form.role.data, current_user)
    actions.change_teams(user, form.team_ids.data, current_user)


def _opened(user: User) -> PersonForm:
    return _with_teams(PersonForm(formdata=None, role=user.role, team_ids=user.team_ids))


def _person(user_id: int) -> User:
    return queries.user_by_id(user_id) or abort(404)


def _with_teams(form):
    form.team_ids.choices = [(team.id, team.name) for team in queries.teams()]
    return form


def _list(form: InviteForm | None = None) -> dict:
    house = queries.workspace()
    if form is None:
        chosen = [house.default_team_id] if house and house.default_team_id else []
        form = _with_teams(InviteForm(formdata=None, team_ids=chosen))
    return {
        "users": queries.all_users(),
        "invitations": queries.open_invitations(),
        "form": form,
        "has_smtp": mail.has_smtp(),
    }


def _edit(user: User, form: PersonForm, status: int = 200):
    block = "person_form" if status == 422 else None
    return page(
        EDIT,
        status=status,
        block=block,
        person=user,
        form=form,
        sessions=queries.sessions_of(user),
        events=queries.events_of(user, 10),
    )
