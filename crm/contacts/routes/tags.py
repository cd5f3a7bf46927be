"""The settings page of tags: rename, merge, delete, and how much each is used."""

from flask import Blueprint, abort, url_for
from flask_babel import gettext as _
from flask_login import current_user

from crm.contacts import actions, queries
from crm.contacts.forms import ChangeTagForm, MergeTagForm
from crm.contacts.models import Tag
from crm.contacts.routes.base import number
from crm.contacts.rules import is_automatic
from crm.web.access import needs
from crm.web.page import changed, page, perform, toast

bp = Blueprint("tags", __name__, url_prefix="/settings/tags")


@bp.get("")
@needs("manage_tags")
def index():
    return page(
        "contacts/tags/index.html",
        tags=queries.tags_with_use(current_user),
        is_automatic=is_automatic,
    )


@bp.get("/names")
@needs("edit_records")
def names():
    """What is there to choose from; the field for a new tag asks for it."""
    return page("contacts/tags/names.html", names=queries.tag_names())


@bp.get("/<int:tag_id>/edit")
@needs("manage_tags")
def edit(tag_id: int):
    tag = the_tag(tag_id)
    return _page(tag, opened(tag), merge_form(tag))


@bp.post("/<int:tag_id>/edit")
@needs("manage_tags")
def update(tag_id: int):
    tag = the_tag(tag_id)
    form = ChangeTagForm(colour=tag.colour).over(lambda: opened(tag))
    if perform(form, lambda: actions.change_tag(tag, form.name.data, form.colour.data)):
        toast(_("Tag saved."), undo=True)
        return changed(url_for(".index"))
    return _page(tag, form, merge_form(tag), status=422)


@bp.post("/<int:tag_id>/merger")
@needs("manage_tags")
def merge(tag_id: int):
    tag, form = the_tag(tag_id), merge_form(the_tag(tag_id))
    into = queries.tag_by_id(form.into.data or 0)
    if into and perform(form, actions.merge_tags, tag, into):
        toast(_("Tags merged."), undo=True)
        return changed(url_for(".index"))
    return _page(tag, opened(tag), form, status=422)


@bp.post("/<int:tag_id>/deletion")
@needs("manage_tags")
def delete(tag_id: int):
    tag = the_tag(tag_id)
    name = tag.name
    if perform(None, actions.delete_tag, tag):
        toast(_("Tag deleted."), name, undo=True)
    return changed(url_for(".index"))


def the_tag(tag_id: int) -> Tag:
    """The tag of the URL, else 404."""
    tag = queries.tag_by_id(number(tag_id) or 0)
    if tag is None:
        abort(404)
    return tag


def opened(tag: Tag) -> ChangeTagForm:
    """The form with what the tag is now."""
    return ChangeTagForm(formdata=None, name=tag.name, colour=tag.colour)


def merge_form(tag: Tag) -> MergeTagForm:
    """The form that offers every other tag."""
    form = MergeTagForm()
    form.into.choices = [
        (other.id, other.name)
        for other, _use in queries.tags_with_use(current_user)
        if other.id != tag.id and not is_automatic(other.name)
    ]
    return form


def _page(tag: Tag, form: ChangeTagForm, merger: MergeTagForm, status: int = 200):
    return page("contacts/tags/edit.html", status=status, tag=tag, form=form, merger=merger)
