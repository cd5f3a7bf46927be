"""Pages for when somebody leaves: what they have, who gets it, and the hand-over sheet."""

from typing import Any

from flask import Blueprint, abort, request, url_for
from flask_login import current_user

from crm.accounts import queries as people
from crm.accounts.models import User
from crm.accounts.rules import may
from crm.batches.holding import counts, holdings
from crm.filters.queries.keepers import uses_of_person
from crm.leads import leaving
from crm.leads.queries.leaving import sheet_for
from crm.web.access import needs
from crm.web.forms import Form
from crm.web.page import changed, page, perform

bp = Blueprint("leaving", __name__)


@bp.get("/settings/users/<int:user_id>/leaving")
@needs("manage_users")
def show(user_id):
    return _page(_person(user_id), Form(formdata=None))


@bp.post("/settings/users/<int:user_id>/leaving")
@needs("manage_users")
def plan(user_id):
    person, form = _person(user_id), Form()
    batch = perform(form, leaving.plan, person, _choices(person), current_user)
    if batch:
        return changed(url_for("batches.show", batch_id=batch.id))
    return _page(person, form, 422)


@bp.get("/hand-overs/<int:batch_id>")
def sheet(batch_id):
    found = sheet_for(current_user, batch_id) or abort(404)
    return page(
        "leads/leaving/sheet.html", batch=found.batch, parts=found.parts, undone=found.undone
    )


def _person(user_id: int) -> User:
    return people.user_by_id(user_id) or abort(404)


def _others(person: User) -> list[User]:
    return [
        one for one in people.active_users() if one.id != person.id and may(one, "edit_records")
    ]


def _choices(person: User) -> dict[str, Any]:
    """What was chosen, as far as it was offered."""
    offered = {str(one.id) for one in _others(person)}
    hows = offered | {leaving.EVENLY, leaving.BY_TEAM}
    found: dict[str, Any] = {
        one.key: request.form[f"to-{one.key}"]
        for one in holdings()
        if request.form.get(f"to-{one.key}") in hows
    }
    chosen = [int(one) for one in request.form.getlist("people") if one in offered]
    return found | {"people": chosen}


def _page(person: User, form: Form, status: int = 200):
    return page(
        "leads/leaving/show.html",
        status=status,
        block="leaving_form" if status == 422 else None,
        person=person,
        form=form,
        kinds=[(one, count) for one, count in counts(person.id) if count],
        others=_others(person),
        uses=uses_of_person(current_user, person.id),
        said=request.form,
    )
