"""Writing a sequence: its settings, its steps, trying and publishing it."""

from flask import Blueprint, abort, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from crm.accounts.queries import seen, user_by_id
from crm.contacts.queries import by_email, contact_for
from crm.core.numbers import row_number
from crm.sequences import actions, filling, queries, rules
from crm.sequences.forms import PublishForm, SettingsForm, StepForm
from crm.sequences.models import Sequence
from crm.sequences.routes.sequences import find
from crm.sequences.words import wait
from crm.web.access import needs
from crm.web.page import changed, page, perform, toast

bp = Blueprint("sequence_editing", __name__, url_prefix="/sequences/<int:sequence_id>")
EDIT, STEP = "sequences/edit.html", "sequences/steps/edit.html"


@bp.get("/edit")
@needs("manage_sequences")
def edit(sequence_id):
    return page(EDIT, **_context(find(sequence_id)))


@bp.post("")
@needs("manage_sequences")
def save(sequence_id):
    sequence = find(sequence_id)
    form = SettingsForm(kept=sequence.sender_id)
    if form.validate() and perform(
        form, actions.save_settings, sequence, current_user, **_clean(form)
    ):
        toast(_("Saved."), _("The window takes effect with the next version."))
        return changed(url_for(".edit", sequence_id=sequence_id))
    return page(EDIT, status=422, block="settings_form", **_context(sequence, form))


@bp.post("/versions")
@needs("manage_sequences")
def publish(sequence_id):
    sequence, form = find(sequence_id), PublishForm()
    if form.validate() and perform(
        form, actions.publish, sequence, current_user, enrolled=form.enrolled.data
    ):
        toast(_("Published."))
        return changed(url_for("sequences.show", sequence_id=sequence_id))
    return page(EDIT, status=422, block="publish_form", **_context(sequence, publish_form=form))


@bp.post("/steps")
@needs("manage_sequences")
def add(sequence_id):
    key = perform(None, actions.add_step, find(sequence_id), current_user)
    return changed(url_for(".edit_step", sequence_id=sequence_id, key=key))


@bp.get("/steps/<key>/edit")
@needs("manage_sequences")
def edit_step(sequence_id, key):
    sequence = find(sequence_id)
    return page(STEP, **_step_context(sequence, key))


@bp.post("/steps/<key>")
@needs("manage_sequences")
def save_step(sequence_id, key):
    sequence, form = find(sequence_id), StepForm()
    values = {**form.data, "version": row_number(form.version.data) or 0}
    if form.validate() and perform(
        form, actions.save_step, sequence, current_user, key=key, **_texts(values)
    ):
        toast(_("Step saved."))
        return changed(url_for(".edit_step", sequence_id=sequence_id, key=key))
    return page(STEP, status=422, block="step_form", **_step_context(sequence, key, form))


@bp.post("/steps/<key>/position")
@needs("manage_sequences")
def move_step(sequence_id, key):
    places = -1 if request.form.get("to") == "up" else 1
    perform(None, actions.move_step, find(sequence_id), current_user, key=key, by_places=places)
    return changed(
        url_for(".edit", sequence_id=sequence_id), EDIT, "steps", **_context(find(sequence_id))
    )


@bp.post("/steps/<key>/deletion")
@needs("manage_sequences")
def delete_step(sequence_id, key):
    if perform(None, actions.delete_step, find(sequence_id), current_user, key=key):
        toast(_("Step removed from the draft."))
    return changed(url_for(".edit", sequence_id=sequence_id))


@bp.post("/steps/<key>/tests")
@needs("manage_sequences")
def test(sequence_id, key):
    contact = _contact()
    number = contact.id if contact else None
    act = actions.queue_test
    if perform(None, act, find(sequence_id), current_user, step=key, contact_id=number):
        toast(_("A test mail is on its way to %(you)s.", you=current_user.email))
    return changed(url_for(".edit_step", sequence_id=sequence_id, key=key))


def _clean(form: SettingsForm) -> dict:
    return {
        **{name: form[name].data for name in (
            "name", "sender_id", "weekdays", "opens", "closes", "needs_consent",
            "reenrol_after_days",
        )},
        "version": row_number(form.version.data) or 0,
    }  # fmt: skip


def _texts(values: dict) -> dict:
    return {name: "" if value is None else value for name, value in values.items()}


def _context(
    sequence: Sequence, form: SettingsForm | None = None, publish_form: PublishForm | None = None
) -> dict:
    window = sequence.draft["window"]
    return {
        "sequence": sequence,
        "wrong": rules.check(sequence.draft, filling.own_fields()),
        "wait": wait,
        "publish_form": publish_form or PublishForm(formdata=None),
        "form": form
        or SettingsForm(
            formdata=None,
            kept=sequence.sender_id,
            version=sequence.version,
            name=sequence.name,
            sender_id=sequence.sender_id,
            weekdays=window["weekdays"],
            opens=window["from"],
            closes=window["to"],
            needs_consent=sequence.draft.get("needs_consent", True),
            reenrol_after_days=sequence.reenrol_after_days,
        ),
    }


def _step_context(sequence: Sequence, key: str, form: StepForm | None = None) -> dict:
    step = queries.spec_step(sequence.draft, key) or abort(404)
    contact = _contact()
    sender = user_by_id(sequence.sender_id) or current_user
    values = (
        filling.values(contact, sender, {}, current_user) if contact else filling.example(sender)
    )
    if contact and not seen(current_user, contact.company):
        values["company"] = contact.company_text or ""
    return {
        "sequence": sequence,
        "step": step,
        "number": sequence.draft["steps"].index(step) + 1,
        "fields": rules.FIELDS,
        "own": filling.own_fields(),
        "contact": contact,
        "values": values,
        "subject": rules.fill(step["subject"], values),
        "preview_html": rules.as_html(step["body"], values),
        "wait": wait,
        "form": form or _filled(step, sequence.version),
    }


def _filled(step: dict, version: int) -> StepForm:
    return StepForm(
        formdata=None,
        version=version,
        amount=step["delay"]["amount"],
        unit=step["delay"]["unit"],
        **{name: step.get(name) or "" for name in ("name", "at", "subject", "preview", "body")},
    )


def _contact():
    """The contact a preview is shown for, if this person may see it."""
    found = by_email(request.values.get("contact", ""))
    return contact_for(current_user, found[0].id) if found else None
