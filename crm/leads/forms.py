"""What a person may type about rules, pools, answer times and trying a lead."""

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import (
    BooleanField,
    DateTimeLocalField,
    FieldList,
    FormField,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
)
from wtforms import Form as Part
from wtforms.validators import DataRequired, Length, NumberRange, Optional, ValidationError

from crm.leads.rules import OPS
from crm.leads.rules.conditions import NUMBER_OPS
from crm.web.forms import Form, strip

MOST_CONDITIONS = 8
NUMBERS = ("pct", "category")


class ConditionPart(Part):
    """One thing that a rule asks."""

    field = SelectField(_("What is asked"), validate_choice=False, default="")
    op = SelectField(_("How"), choices=list(OPS.items()), default="gt")
    value = StringField(_("Value"), filters=[strip])


class ConditionsForm(Form):
    """A form with lines of conditions; an empty line is no condition."""

    conditions = FieldList(
        FormField(ConditionPart), min_entries=3, max_entries=MOST_CONDITIONS + 1, label=_("If")
    )

    def validate_conditions(self, field: FieldList) -> None:
        for line in field.entries:
            part = line.form
            if part.field.data and not part.value.data:
                raise ValidationError(_("A condition has no value. Give one, or leave it out."))
            kind = part.field.data.partition(":")[0]
            needs_number = kind in NUMBERS or part.op.data in NUMBER_OPS
            if part.field.data and needs_number and not _is_number(part.value.data):
                raise ValidationError(_("A condition compares with a number. Write one, like 80."))

    @property
    def typed_conditions(self) -> list[dict[str, Any]]:
        """The lines filled in, numbers as numbers."""
        return [
            {"field": part.field.data, "op": part.op.data, "value": _clean(part.value.data)}
            for part in (line.form for line in self.conditions.entries)
            if part.field.data
        ]


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


class PolicyForm(ConditionsForm):
    """How soon leads are answered."""

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


class PoolForm(Form):
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


def _is_number(text: str | None) -> bool:
    try:
        float(text or "")
    except ValueError:
        return False
    return True


def _clean(text: str) -> Any:
    if _is_number(text):
        number = float(text)
        return int(number) if number.is_integer() else number
    return text
