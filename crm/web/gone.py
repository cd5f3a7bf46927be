"""What is said where a record was: in the trash with the way back, or nothing at all."""

from typing import Any, NoReturn

from flask import request
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from crm.accounts.queries import user_by_id

# Names that are no text of a person: keys, versions, what the page began with.
OURS = {"csrf_token", "form_key", "version", "base", "was", "seen", "alone", "next"}
SECRET = ("password", "secret", "token")


class InTrash(NotFound):
    """404 for a record that lies in the trash, to somebody who may see it."""

    title = ""


def not_there(trashed: Any) -> NoReturn:
    """Answer 404: of a record in the trash who put it there and how it comes back."""
    if trashed is None:
        raise NotFound
    by = user_by_id(trashed.deleted_by_id) if trashed.deleted_by_id else None
    gone = InTrash(
        _("%(name)s moved it there.", name=by.name) + " " + _way_back() if by else _way_back()
    )
    gone.title = _("“%(name)s” is in the trash", name=trashed.name)
    raise gone


def _way_back() -> str:
    return _("Who did so or looks after everything can bring it back from there; then save again.")


def typed() -> list[tuple[str, str]]:
    """What a person sent with the form that could not be taken: field and text."""
    found = []
    for name, text in request.form.items(multi=True):
        if name in OURS or name.endswith("_id") or any(word in name for word in SECRET):
            continue
        words = name.replace("_", " ").replace("-", " ").split()
        # A row of several (emails-0-text): what is chosen beside its text says nothing alone.
        is_said = any(letter.isalpha() for letter in text) or (text and name.endswith("-text"))
        if words[-1:] == ["kind"] or not is_said:
            continue
        if "-" in name:
            words = [one for one in words if not one.isdigit() and one != "text"]
        found.append((" ".join(words).capitalize(), text))
    return found
