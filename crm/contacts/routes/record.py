"""The record page of one contact, and what is done to it as a whole."""

from functools import cached_property
from typing import Any

from flask import Response, abort, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import inspect

from crm.accounts import queries as accounts
from crm.activities import queries as activities
from crm.companies.models import Company
from crm.contacts import actions, queries
from crm.contacts.fields import lifecycle_word
from crm.contacts.forms import LifecycleForm, OwnerForm, TagForm
from crm.contacts.models import Contact
from crm.contacts.routes.base import bp, number, owner_choices, the_contact
from crm.contacts.routes.beside import beside
from crm.contacts.routes.lists import asked_for, neighbours
from crm.core.refusal import Refused
from crm.deals.queries import Beside
from crm.filters.queries import Asked
from crm.leads import actions as leads
from crm.leads import queries as lead_queries
from crm.leads.rules import is_step_back, moves_from
from crm.quizzes.queries import record as quizzes
from crm.sequences.standing import Joined, Open
from crm.web.access import needs
from crm.web.page import changed, page, perform, toast
from crm.web.session import reader


class Record:
    """What stands around a contact, asked for by the part of the page that shows it."""

    def __init__(self, contact: Contact) -> None:
        self.contact = contact

    @cached_property
    def beside(self) -> dict[str, list[Any]]:
        """The rows of all parts."""
        return beside(reader(), self.contact)

    @cached_property
    def standing(self) -> lead_queries.Standing:
        """How it stands with leads: assigned or not, the promise to answer."""
        (row,) = self.beside["standing"]
        return lead_queries.standing_from(self.contact, row)

    @cached_property
    def deals(self) -> list[Beside]:
        return [Beside._make(row) for row in self.beside["deals"]]

    @cached_property
    def open_deals(self) -> list[Beside]:
        return [deal for deal in self.deals if deal.is_open]

    @cached_property
    def company(self) -> Company | None:
        """The company if this person may open it."""
        found = queries.company_seen(reader(), self.contact)
        return found if found is not None and found.deleted_at is None else None

    @cached_property
    def around(self) -> dict[str, list]:
        """Colleagues, and who may be the same person."""
        return queries.around_from(self.contact, self.beside)

    @cached_property
    def consents(self) -> queries.Consents:
        return queries.consents_from(self.beside["consents"])

    @cached_property
    def coming(self) -> list[activities.Coming]:
        """Open tasks, the farthest first."""
        return activities.coming_from(self.beside["coming"])

    @property
    def next_task(self) -> activities.Coming | None:
        return self.coming[-1] if self.coming else None

    @property
    def is_assigned(self) -> bool:
        """Whether somebody or a rule has given this contact to anybody yet."""
        return self.standing.is_assigned

    @property
    def answer(self) -> lead_queries.Promise | None:
        """How the promise to answer stands."""
        return self.standing.promise

    @cached_property
    def source(self) -> str:
        """Where the first visit came from: google, q4, /pricing."""
        touch = self.standing.first_touch
        return ", ".join(filter(None, touch.told)) if touch else ""

    @cached_property
    def attempts(self) -> list:
        has_score = self.contact.quiz_score is not None
        return quizzes.attempts_from(self.beside["attempts"]) if has_score else []

    @cached_property
    def answers(self) -> list[tuple[str, str]]:
        """What they answered last, as question and answer."""
        return (
            quizzes.answers_from(self.attempts[0], self.beside["answers"]) if self.attempts else []
        )

    @cached_property
    def enrolments(self) -> list:
        return [Joined._make(row) for row in self.beside["enrolments"]]

    @cached_property
    def sequences(self) -> list[Open]:
        """Sequences this contact could be put into: none without consent to mails."""
        said = self.consents.get("marketing")
        found = self.beside["sequences"] if said and said.is_granted else []
        return [Open._make(row) for row in found]

    @property
    def cuts(self) -> list[int]:
        """Where the tiers of the latest quiz begin."""
        return self.attempts[0].cuts if self.attempts else []

    @cached_property
    def neighbours(self) -> dict[str, Any]:
        """The contacts before and after this one in the list the person came from."""
        if "list" not in request.args:
            return {}
        asked = asked_for()
        before, after = neighbours(asked, self.contact)
        return {
            "url": asked.url(),
            "previous": before and self._in_list(before, asked),
            "next": after and self._in_list(after, asked),
        }

    @staticmethod
    def _in_list(contact_id: int, asked: Asked) -> str:
        query: dict[str, Any] = asked.query()
        return url_for("contacts.show", contact_id=contact_id, list=1, **query)


def context(contact: Contact, **more: Any) -> dict[str, Any]:
    """The names the record page's blocks know; after a write the contact is read afresh."""
    if inspect(contact).expired:
        queries.record_for(reader(), contact.id)
    return {"contact": contact, "record": Record(contact), "open": None, "form": None, **more}


def answer(contact: Contact, *blocks: str) -> Response:
    """The record after a change: the changed blocks, or the way back to the page."""
    url = url_for("contacts.show", contact_id=contact.id)
    return changed(url, "contacts/show.html", *blocks, **context(contact))


@bp.get("/<int:contact_id>")
def show(contact_id: int):
    contact = queries.record_for(reader(), number(contact_id))
    if contact is None:
        gone = queries.erased_for(reader(), number(contact_id)) or abort(404)
        return page("contacts/erased.html", contact=gone)
    if contact.id != contact_id:  # it was merged into another one
        return redirect(url_for(".show", contact_id=contact.id), code=301)
    return page("contacts/show.html", **context(contact))


@bp.post("/<int:contact_id>/owner")
def give(contact_id: int):
    contact, form = the_contact(contact_id), OwnerForm()
    form.owner.choices = owner_choices(contact.owner_id)
    if perform(form, _give, contact, form.owner.data):
        toast(_("%(name)s has a new owner.", name=contact.name), undo=True)
        if request.form.get("then") == "edit":
            return changed(url_for(".edit", contact_id=contact_id))
        return answer(contact, "fact_owner", "promise", "who")
    return page("contacts/fact.html", status=422, **context(contact, open="owner", form=form))


def _give(contact: Contact, user_id: int) -> object:
    to = accounts.user_by_id(user_id)
    if to is None:
        raise Refused(_("Choose somebody."), field="owner")
    return leads.hand_over(contact, to, current_user)


@bp.post("/<int:contact_id>/lifecycle")
def move(contact_id: int):
    contact, form = the_contact(contact_id), LifecycleForm()
    form.to.choices = lifecycle_choices(contact)
    if perform(form, _move, contact, form):
        toast(_("Lifecycle: %(word)s.", word=lifecycle_word(contact.lifecycle)), undo=True)
        return answer(contact, "fact_lifecycle", "who")
    return page("contacts/fact.html", status=422, **context(contact, open="lifecycle", form=form))


@bp.get("/<int:contact_id>/lifecycle")
def lifecycle(contact_id: int):
    contact = the_contact(contact_id)
    changes = lead_queries.lifecycle_changes(contact.id)
    people = {user.id: user.name for user in accounts.all_users()}
    return page("contacts/lifecycle.html", contact=contact, changes=changes, people=people)


def _move(contact: Contact, form: LifecycleForm) -> object:
    reason = (form.reason.data or "").strip()
    if is_step_back(contact.lifecycle, form.to.data) and not reason:
        raise Refused(_("Say why it goes back."), field="reason")
    return leads.move(contact, form.to.data, by=current_user, reason=reason)


@bp.post("/<int:contact_id>/tags")
def put_tag(contact_id: int):
    contact, form = the_contact(contact_id), TagForm()
    worn = len(contact.taggings)
    if perform(form, actions.tag, contact, form.name.data, by=current_user):
        if len(contact.taggings) > worn:
            toast(_("Tag added."), form.name.data, undo=True)
        else:
            toast(_("It has this tag already."), form.name.data)
        return answer(contact, "tags", "who")
    return page("contacts/show.html", status=422, **context(contact, form=form, open="tags"))


@bp.post("/<int:contact_id>/tags/removal")
def take_tag(contact_id: int):
    contact, form = the_contact(contact_id), TagForm()
    if perform(form, actions.untag, contact, form.name.data, by=current_user):
        toast(_("Tag taken off."), form.name.data, undo=True)
        return answer(contact, "tags", "who")
    return page("contacts/show.html", status=422, **context(contact, form=form, open="tags"))


@bp.post("/<int:contact_id>/deletion")
@needs("delete_records")
def delete(contact_id: int):
    contact = the_contact(contact_id)
    if perform(None, actions.delete, contact, by=current_user):
        toast(
            _("Moved to the trash."),
            _("%(name)s stays there for 30 days.", name=contact.name),
            undo=True,
        )
    return changed(url_for("contacts.index"))


@bp.post("/<int:contact_id>/restoration")
def restore(contact_id: int):
    contact = the_contact(contact_id, trashed=True)
    lost = perform(None, actions.restore, contact, by=current_user)
    if lost is None:
        return changed(url_for("history.trash"))
    toast(_("%(name)s is back.", name=contact.name), undo=True)
    if lost:
        toast(_("Somebody else has %(list)s by now.", list=", ".join(lost)), is_bad=True)
    return changed(url_for("contacts.show", contact_id=contact.id))


def lifecycle_choices(contact: Contact) -> list[tuple[str, str]]:
    """Where a contact may go from here, in words, the present place first."""
    from_here = [contact.lifecycle, *moves_from(contact.lifecycle)]
    return [(name, lifecycle_word(name)) for name in dict.fromkeys(from_here)]
