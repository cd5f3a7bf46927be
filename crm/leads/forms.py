"""What a person may type about rules, pools, answer times and trying a lead."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask import request
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    DateTimeLocalField,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
)
from wtforms.validators import DataRequired, Length, NumberRange, Optional

from crm.accounts import queries as people
from crm.core.numbers import row_number
from crm.core.refusal import Refused
from crm.core.versions import merged
from crm.filters import building
from crm.leads import queries
from crm.leads.models import Pool
from crm.leads.rules import RECORD, parts_of, tree_of
from crm.web.forms import Form, strip
from crm.web.merging import MergedForm


def _nodes(conditions: Any) -> list[Any]:
    return queries.nodes_of(conditions or ())


class ConditionsForm(Form):
    """A form that holds the filter builder over what is known of an arrival."""

    def __init__(self, *, conditions: Iterable[Mapping[str, Any]] = (), **more: Any) -> None:
        super().__init__(**more)
        sent = request.form if "formdata" not in more else MultiDict()
        self.built = (
            building.built(sent, RECORD)
            if building.is_sent(sent)
            else building.opened(tree_of(conditions), RECORD)
        )

    @property
    def is_building(self) -> bool:
        """Whether a condition was only added, changed or removed: nothing is to be saved yet."""
        return request.form.get("act", "save") != "save"

    def block(self, whole: str, status: int) -> str | None:
        """What htmx gets: the conditions alone while they are built, `whole` if it is refused."""
        return whole if status == 422 else "conditions" if self.is_building else None

    def validate(self, **more: Any) -> bool:
        is_good = super().validate(**more)
        if problem := self.built.tried():
            self.form_errors.append(problem)
        return is_good and not problem

    @property
    def typed_conditions(self) -> list[dict[str, Any]]:
        """What is asked, in parts that must all hold."""
        return parts_of(self.built.ready)


class RuleForm(ConditionsForm):
    """A routing rule: what it asks and what it does."""

    name = StringField(
        _("Name"), [DataRequired(_("Give the rule a name.")), Length(max=80)], filters=[strip]
    )
    version = HiddenField()
    is_on = BooleanField(_("This rule is asked"), default=True)
    give_to = SelectField(_("Give the lead to"), default="")
    fallback = SelectField(
        _("If none of them can"), default="", description=_("Then the managers are asked.")
    )
    keep_owner = BooleanField(
        _("Who owns the company keeps its people"),
        default=True,
        description=_("A contact who has an owner always stays with them."),
    )
    task_title = StringField(
        _("Task"),
        [Optional(), Length(max=120)],
        filters=[strip],
        description=_("{name}, {pct}, {tier}, {quiz} and {company} are filled in."),
    )
    sequence = SelectField(_("Sequence"), default="", description=_("Only with consent to mails."))
    policy = SelectField(_("Answer time"), default="")


class PolicyForm(ConditionsForm, MergedForm):
    """How soon leads are answered; what it asks merges as a whole."""

    names: Mapping[str, Any] = {"conditions": _("If")}
    told: Mapping[str, Callable[[Any], Any]] = {"conditions": _nodes}

    name = StringField(
        _("Name"), [DataRequired(_("Give it a name.")), Length(max=80)], filters=[strip]
    )
    is_on = BooleanField(_("In use"), default=True)
    kind = SelectField(
        _("What is promised"),
        choices=[
            ("first_attempt", _("A first try to reach them")),
            ("first_contact", _("A talk: reached, answered or met")),
        ],
    )
    counts = SelectField(
        _("What counts as a try"),
        choices=[("calls", _("Only calls")), ("any", _("Calls, own mails and meetings"))],
    )
    minutes = IntegerField(_("Minutes"), [DataRequired(), NumberRange(5, 20160)], default=120)
    calendar = SelectField(
        _("Counted"),
        choices=[("business", _("in the owner’s working hours")), ("always", _("day and night"))],
    )
    warn_percent = IntegerField(
        _("Warn at"), [NumberRange(0, 99)], default=80, description=_("0: no warning.")
    )
    grace_minutes = IntegerField(
        _("Grace after the reminder"),
        [NumberRange(0, 2400)],
        default=15,
        description=_("In working minutes. Then the next in the pool gets it."),
    )
    max_hops = IntegerField(_("Hand on at most"), [NumberRange(0, 9)], default=2)

    def plain(self) -> dict[str, Any]:
        return super().plain() | {"conditions": self.typed_conditions}

    def take(self, name: str, stored: Any) -> None:
        if name == "conditions":
            self.built = stored.built
        else:
            super().take(name, stored)


def _sent_lines() -> list[tuple[int, int | None]]:
    """Chosen people by the place typed beside them, and the most each gets a day."""
    chosen = [user for user in request.form.getlist("member", type=row_number) if user]
    chosen.sort(key=lambda user: request.form.get(f"place-{user}", 999, type=int))
    return [(one, request.form.get(f"cap-{one}", type=row_number) or None) for one in chosen]


def _cap_of(user_id: int) -> str:
    return gettext("Most leads a day for %(name)s", name=_names([user_id]))


def _names(users: Any) -> str:
    return ", ".join(user.name for one in users or () if (user := people.user_by_id(one)))


def _is_torn(user: int, theirs: "PoolForm", mine: "PoolForm", base: Mapping[str, Any]) -> bool:
    """Whether one took somebody out of the pool and the other gave them another number."""
    caps = [one.caps[user] for one in (theirs, mine) if user in one.caps]
    return len(caps) == 1 and caps[0] != base.get(f"cap-{user}")


class PoolForm(MergedForm):
    """People who take turns. Each line: a person; the order of lines is the order of turns."""

    name = StringField(
        _("Name"), [DataRequired(_("Give the pool a name.")), Length(max=80)], filters=[strip]
    )
    availability = SelectField(
        _("Who can take a lead"),
        choices=[
            ("ignore", _("Everybody who is not on leave")),
            ("today", _("Who works on the day it comes")),
            ("now", _("Who is in at the hour it comes")),
        ],
    )

    names: Mapping[str, Any] = {"members": _("People and their order")}
    told: Mapping[str, Callable[[Any], Any]] = {"members": _names}

    def __init__(self, pool: Pool | None = None, **more: Any) -> None:
        """With `pool` it is opened with that pool, else it holds what was sent."""
        about = {"name": pool.name, "availability": pool.availability} if pool else {}
        super().__init__(**({"formdata": None} if pool else {}), **about, **more)
        lines = [(one.user_id, one.daily_cap) for one in pool.members] if pool else _sent_lines()
        self.members, self.caps = [user for user, _cap in lines], dict(lines)

    def plain(self) -> dict[str, Any]:
        caps = {f"cap-{user}": cap for user, cap in self.caps.items()}
        return super().plain() | {"members": self.members} | caps

    def merge(self) -> None:
        """As every form does; who one took out and the other gave a new number shows both, too."""
        base = self.began_with
        if self.stored is not None and isinstance(base.get("members"), list):
            stored = self.stored()
            theirs, mine = stored.plain(), self.plain()
            torn = [f"cap-{user}" for user in base["members"] if _is_torn(user, stored, self, base)]
            if torn:
                names = [name for name in mine if name in theirs and name in base]
                both = [{name: one.get(name) for name in [*names, *torn]} for one in (theirs, mine)]
                left = {"members", *torn}
                known = {name: one for name, one in base.items() if name not in left}
                merged(both[0], both[1], known)
        super().merge()

    def take(self, name: str, stored: Any) -> None:
        if name == "members":
            self.members = stored.members
            self.caps = stored.caps | self.caps
        elif name.startswith("cap-"):
            user = int(name.removeprefix("cap-"))
            self.caps[user] = stored.caps[user]
        else:
            super().take(name, stored)

    def refuse(self, refusal: Refused) -> None:
        users = {*self.caps, *(self.began_with.get("members") or ())}
        super().refuse(refusal)
        self.names = {**self.names, **{f"cap-{user}": _cap_of(user) for user in users}}


class TurnForm(Form):
    """Who is next."""

    user = IntegerField(_("Next"), [DataRequired()])


class PlaceForm(Form):
    """A place in the order, from 1."""

    to = IntegerField(_("Place"), [DataRequired(), NumberRange(1, 999)])


class TryForm(Form):
    """A lead to try: somebody known, or a score and a source."""

    contact = StringField(
        _("Contact"),
        [Optional(), Length(max=200)],
        filters=[strip],
        description=_("Name or e-mail. Nothing is changed by trying."),
    )
    pct = IntegerField(_("Or a score"), [Optional(), NumberRange(0, 100)])
    source = StringField(_("Source"), [Optional(), Length(max=80)], filters=[strip])
    at = DateTimeLocalField(_("Arriving"), [Optional()], format=["%Y-%m-%dT%H:%M"])
