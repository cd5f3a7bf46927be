"""The house: what it is called, where it stands, what its public pages say."""

from flask import Blueprint, abort, url_for
from flask_babel import gettext as _
from flask_login import current_user

from crm.accounts import actions, queries
from crm.accounts.forms import WorkspaceForm
from crm.accounts.models import Workspace
from crm.web.access import needs
from crm.web.page import changed, page, perform, toast

bp = Blueprint("workspace", __name__, url_prefix="/settings/workspace")
PAGE = "accounts/workspace.html"


@bp.get("")
@needs("manage_workspace")
def show():
    return page(PAGE, form=_opened(_house()))


@bp.post("")
@needs("manage_workspace")
def update():
    house, form = _house(), _with_teams(WorkspaceForm())
    form.over(lambda: _opened(house))
    if perform(form, lambda: actions.update_workspace(house, current_user, **form.said)):
        toast(_("Workspace saved."), undo=True)
        return changed(url_for(".show"))
    return page(PAGE, status=422, block="workspace_form", form=form)


def _opened(house: Workspace) -> WorkspaceForm:
    return _with_teams(WorkspaceForm(formdata=None, obj=house))


def _house() -> Workspace:
    return queries.workspace() or abort(404)


def _with_teams(form: WorkspaceForm) -> WorkspaceForm:
    form.default_team_id.choices = [(team.id, team.name) for team in queries.teams()]
    return form
