"""What people type to get in: sign-in, links, invitation, set-up."""

from datetime import time

from flask_babel import lazy_gettext as _
from wtforms import (
    BooleanField,
    EmailField,
    HiddenField,
    PasswordField,
    SelectMultipleField,
    StringField,
    TimeField,
)
from wtforms.validators import InputRequired, Length, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from crm.accounts.forms.checks import DAYS, good_password, mail_address, required, zone_field
from crm.web.forms import Form, strip


class SignInForm(Form):
    email = StringField(_("Email"), [required(_("Enter your mail address.")), Length(max=254)])
    password = PasswordField(_("Password"), [required(_("Enter your password.")), Length(max=1000)])
    remember = BooleanField(_("Stay signed in on this device for 30 days"))
    next = HiddenField()


class AddressForm(Form):
    email = EmailField(
        _("Email"), [required(_("Enter your mail address.")), Length(max=254), mail_address]
    )


class NewPasswordForm(Form):
    password = PasswordField(
        _("New password"), [required(_("Enter a new password.")), good_password()]
    )


class AcceptForm(Form):
    name = StringField(
        _("Your name"), [required(_("Enter your name.")), Length(max=120)], filters=[strip]
    )
    password = PasswordField(
        _("Password"), [required(_("Choose a password.")), good_password("name")]
    )
    timezone = zone_field()


class SetUpForm(Form):
    company = StringField(
        _("Company name"),
        [required(_("Enter the name your customers know.")), Length(max=120)],
        filters=[strip],
    )
    name = StringField(
        _("Your name"), [required(_("Enter your name.")), Length(max=120)], filters=[strip]
    )
    email = EmailField(
        _("Email"), [required(_("Enter your mail address.")), Length(max=254), mail_address]
    )
    password = PasswordField(
        _("Password"),
        [required(_("Choose a password.")), good_password("company", "name", "email")],
    )
    timezone = zone_field()
    days = SelectMultipleField(
        _("Working days"),
        choices=DAYS,
        coerce=int,
        default=[0, 1, 2, 3, 4],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        validators=[InputRequired(message=_("Choose at least one day."))],
    )
    opens = TimeField(_("From"), default=time(9), validators=[required(_("Enter a time."))])
    closes = TimeField(_("To"), default=time(17), validators=[required(_("Enter a time."))])

    def validate_closes(self, field) -> None:
        if self.opens.data and field.data and field.data <= self.opens.data:
            raise ValidationError(_("The end of the day must come after its beginning."))

    def weekly(self) -> dict[int, list[tuple[int, int]]]:
        """The working hours as minutes after midnight by weekday."""
        opens, closes = self.opens.data, self.closes.data
        assert opens is not None and closes is not None
        window = (opens.hour * 60 + opens.minute, closes.hour * 60 + closes.minute)
        return {day: [window] for day in self.days.data or ()}
