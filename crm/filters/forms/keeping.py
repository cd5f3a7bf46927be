"""What people type to keep a view or a segment."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from crm.accounts.models import User
from crm.accounts.rules import ROLES, may
from crm.filters.fields import words
from crm.filters.queries import engine_of
from crm.filters.rules import BadFilter, loads
from crm.web.forms import OverForm, strip
from crm.web.merging import MergedForm

SHARINGS = [("private", _l("Only me")), ("team", _l("My team")), ("all", _l("Everybody"))]
ROLE_WORDS = {
    "owner": _l("Owners"),
    "admin": _l("Administrators"),
    "manager": _l("Managers"),
    "rep": _l("Sales people"),
    "marketer": _l("Marketers"),
    "read_only": _l("Readers"),
}


NAMED = [DataRequired(_l("Give it a name.")), Length(max=80)]


class ViewForm(OverForm):
    """The name of a view, who sees it, and where it stands."""

    name = StringField(
        _l("Name"),
        filters=[strip],
        validators=[DataRequired(_l("Give it a name.")), Length(max=80)],
    )
    sharing = RadioField(_l("Who sees it"), choices=SHARINGS, default="private")
    team_id = SelectField(_l("Team"), coerce=int, validators=[Optional()])
    is_pinned = BooleanField(_l("Show in the sidebar"), default=True)
    roles = SelectMultipleField(
        _l("Open the list with this view for"),
        choices=[(role, ROLE_WORDS[role]) for role in ROLES],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        validators=[Optional()],
    )

    def __init__(self, user: User, **more: Any) -> None:
        super().__init__(**more)
        offer_sharing(self, user)
        if not may(user, "share_views"):
            del self.roles


class SegmentForm(MergedForm):
    """The name of a segment, who sees it, and whether it follows its conditions."""

    name = StringField(
        _l("Name"),
        filters=[strip],
        validators=[DataRequired(_l("Give it a name.")), Length(max=80)],
    )
    kind = RadioField(
        _l("What it holds"),
        choices=[
            ("dynamic", _l("Whoever fulfils the conditions, as of now and later")),
            ("static", _l("Those who fulfil them now; nobody enters or leaves by itself")),
        ],
        default="dynamic",
    )
    sharing = RadioField(_l("Who sees it"), choices=SHARINGS, default="private")
    team_id = SelectField(_l("Team"), coerce=int, validators=[Optional()])
    has_no_sequences = BooleanField(_l("Who is in it gets no sequences"))
    note = TextAreaField(_l("Note"), filters=[strip], validators=[Optional(), Length(max=500)])
    filter = HiddenField(_l("Who belongs to it"))

    def __init__(self, user: User, **more: Any) -> None:
        super().__init__(**more)
        self.told = {"filter": lambda text: _in_words(user, text)}
        offer_sharing(self, user)
        if not may(user, "manage_sequences"):
            del self.has_no_sequences


def _in_words(user: User, text: str | None) -> str:
    try:
        raw = loads(text or "")
    except BadFilter:
        return text or ""
    return words(engine_of(user).tree(raw, "contact")) if raw else ""


def offer_sharing(form: Any, user: User) -> None:
    """Only the teams of `user`; those who may not share keep things to themselves."""
    form.team_id.choices = [(team.id, team.name) for team in user.teams]
    if form.team_id.data is None and user.teams:
        form.team_id.data = user.teams[0].id
    if not user.teams:
        del form.team_id
    elif not may(user, "share_views") and form.sharing.data == "private":
        form.sharing.choices = SHARINGS[:1]
