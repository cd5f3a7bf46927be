"""What a person may type about deals and pipelines."""

from flask_babel import lazy_gettext as _
from wtforms import (
    DateField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import (
    AnyOf,
    DataRequired,
    Length,
    NumberRange,
    Optional,
    Regexp,
    ValidationError,
)

from crm.accounts import queries as people
from crm.accounts.rules import may
from crm.core.numbers import MOST_DIGITS
from crm.deals import queries, rules
from crm.deals.linking import Linked
from crm.fields.naming import Named
from crm.web.formats import number
from crm.web.forms import Form, OverForm, strip
from crm.web.merging import MergedForm

REASONS = [(reason, _(words)) for reason, words in rules.LOST_REASONS.items()]
NUMBERED = NumberRange(0, 10**MOST_DIGITS, _("There is no such number."))
KINDS = [("open", _("Open")), ("won", _("Won")), ("lost", _("Lost"))]


class Amount(StringField):
    """A sum as people type it; `data` is in minor units."""

    def process_formdata(self, valuelist):
        self.typed = valuelist[0] if valuelist else ""
        self.data = rules.cents(self.typed)

    def check(self, currency):
        """Raises ValidationError where another currency than this one was typed."""
        try:
            rules.check_marks(getattr(self, "typed", ""), currency)
        except ValueError as error:
            raise ValidationError(str(error)) from None

    def _value(self):
        if getattr(self, "typed", None):
            return self.typed
        return number(self.data / 100) if self.data is not None else ""


class WithStep(Form):
    """A form that may also set the next step of a deal."""

    def validate(self, **more):
        """Also: a next step needs its day."""
        is_sound = super().validate(**more)
        if self.next_title.data and self.next_on.data is None and not self.next_on.errors:
            self.next_on.errors = [_("A next step needs its day.")]
            return False
        return is_sound


class DealForm(WithStep, Linked, OverForm):
    """A deal, and its first promise."""

    name = StringField(
        _("What is it about?"),
        [DataRequired(_("Give the deal a name.")), Length(max=200)],
        id="deal-name",
        filters=[strip],
    )
    stage_id = SelectField(_("Stage"), id="deal-stage-id", coerce=int)
    amount = Amount(_("Value"), [Optional()], id="deal-amount")
    close_on = DateField(_("Expected close"), [Optional()], id="deal-close-on")
    contact = Named(
        _("Contact"),
        [Optional(), Length(max=320)],
        id="deal-contact",
        filters=[strip],
        searches="contact",
    )
    company = Named(
        _("Company"),
        [Optional(), Length(max=320)],
        id="deal-company",
        filters=[strip],
        searches="company",
    )
    owner_id = SelectField(_("Owner"), id="deal-owner", coerce=int)
    next_title = StringField(
        _("Next step"), [Optional(), Length(max=200)], id="deal-next-title", filters=[strip]
    )
    next_on = DateField(_("Due"), [Optional()], id="deal-next-on")

    def __init__(self, user, deal=None, **more):
        self.user, self.is_over = user, deal is not None
        super().__init__(**more)
        if deal and not may(user, "see_amounts"):
            del self.amount
        offered = {one.id: one.name for one in people.owners_for(user, deal)} | {user.id: user.name}
        if deal and deal.owner:
            offered[deal.owner_id] = deal.owner.name
        self.owner_id.choices = list(offered.items())
        if deal:  # the stage changes by moving, not here
            self.stage_id.choices, self.stage_id.data = [(deal.stage_id, "")], deal.stage_id
            self.currencies = {deal.stage_id: deal.currency}
        else:
            lines = queries.pipelines()
            self.stage_id.choices = {
                line.name: [(stage.id, stage.name) for stage in line.stages if stage.kind == "open"]
                for line in lines
            }
            self.currencies = {stage.id: line.currency for line in lines for stage in line.stages}

    def validate_amount(self, field):
        """The sum is of the currency of its pipeline."""
        if self.stage_id.data in self.currencies:
            field.check(self.currencies[self.stage_id.data])


class CloseForm(Form):
    """Won or lost, and what is to be kept of it; the rule says what is obligatory."""

    outcome = HiddenField(_("Outcome"), [AnyOf(("won", "lost"))], id="close-outcome")
    amount = Amount(_("Final value"), [Optional()], id="close-amount")
    closed_on = DateField(_("Closed on"), [Optional()], id="close-on")
    reason = RadioField(
        _("Why was it lost?"),
        id="close-reason",
        choices=REASONS,
        default="",
        validate_choice=False,
    )
    ask_again_on = DateField(_("Ask again on"), [Optional()], id="close-ask-again")
    competitor = StringField(
        _("Who won it"), [Optional(), Length(max=200)], id="close-competitor", filters=[strip]
    )
    note = TextAreaField(
        _("What should we remember?"),
        [Optional(), Length(max=5000)],
        id="close-note",
        filters=[strip],
    )

    def __init__(self, *args, currency, **more):
        self.currency = currency
        super().__init__(*args, **more)

    def validate_amount(self, field):
        """The sum is of the currency of its deal."""
        field.check(self.currency)

    @property
    def is_won(self) -> bool:
        return self.outcome.data == "won"


class MoveForm(WithStep):
    """Where a card goes, and what comes next."""

    stage_id = IntegerField(
        _("Stage"), [DataRequired(_("Choose a stage.")), NUMBERED], id="move-stage"
    )
    after_id = IntegerField(_("Below"), [Optional(), NUMBERED], id="move-after")
    from_id = IntegerField(_("From"), [Optional(), NUMBERED], id="move-from")
    next_title = StringField(
        _("Next step"), [Optional(), Length(max=200)], id="move-next-title", filters=[strip]
    )
    next_on = DateField(_("Due"), [Optional()], id="move-next-on")


class StepForm(Form):
    """The next step of a deal."""

    title = StringField(
        _("Next step"),
        [DataRequired(_("Say what comes next.")), Length(max=200)],
        id="step-title",
        filters=[strip],
    )
    day = DateField(_("Due"), [DataRequired(_("Choose the day."))], id="step-day")


class PipelineForm(MergedForm):
    """A pipeline's name and currency."""

    name = StringField(
        _("Name"),
        [DataRequired(_("Give the pipeline a name.")), Length(max=80)],
        id="pipeline-name",
        filters=[strip],
    )
    currency = StringField(
        _("Currency"),
        [Regexp("^[A-Z]{3}$", message=_("Three capital letters, such as EUR."))],
        id="pipeline-currency",
        default="EUR",
        filters=[strip],
    )


class StageForm(MergedForm):
    """A stage of a pipeline."""

    name = StringField(
        _("Name"),
        [DataRequired(_("Give the stage a name.")), Length(max=80)],
        id="stage-name",
        filters=[strip],
    )
    kind = SelectField(_("Kind"), id="stage-kind", choices=KINDS, default="open")
    probability = IntegerField(
        _("Chance"), [Optional(), NumberRange(0, 100)], id="stage-probability", default=50
    )
    expected_days = IntegerField(
        _("Usual days"), [Optional(), NumberRange(1, 3650)], id="stage-days"
    )


class TargetForm(Form):
    """Where the deals of a deleted stage go."""

    target_id = SelectField(_("Move its deals to"), id="target-id", coerce=int)
