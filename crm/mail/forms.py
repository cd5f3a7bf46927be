"""What a person may type about the mail server."""

from flask_babel import lazy_gettext as _
from flask_wtf.file import FileField
from wtforms import BooleanField, IntegerField, PasswordField, SelectField, StringField
from wtforms.validators import DataRequired, Length, NumberRange, Optional, Regexp, ValidationError

from crm.contacts.rules import canonical_email
from crm.mail.transport import Server
from crm.mail.unwanted import SCOPES
from crm.web.forms import Form, strip
from crm.web.merging import MergedForm

HOST = r"^[A-Za-z0-9._:\-]+$"
NO_CONTROL = r"^[^\x00-\x1f\x7f]*$"
SECURITIES = (
    ("starttls", _("STARTTLS (port 587)")),
    ("tls", _("TLS from the start (port 465)")),
    ("none", _("None: only inside this machine or network")),
)


class AccountForm(MergedForm):
    host = StringField(
        _("Server"),
        [
            DataRequired(_("Enter the server's name.")),
            Length(max=253),
            Regexp(HOST, message=_("Only the name, such as smtp.example.com.")),
        ],
        filters=[strip],
    )
    port = IntegerField(
        _("Port"), [DataRequired(_("Enter the port.")), NumberRange(1, 65535)], default=587
    )
    security = SelectField(_("Encryption"), choices=SECURITIES, default="starttls")
    user = StringField(_("User name"), [Optional(), Length(max=255), Regexp(NO_CONTROL)])
    password = PasswordField(_("Password"), [Optional(), Length(max=255), Regexp(NO_CONTROL)])
    from_name = StringField(
        _("Sender's name"), [Optional(), Length(max=120), Regexp(NO_CONTROL)], filters=[strip]
    )
    from_address = StringField(
        _("Sender's address"),
        [DataRequired(_("Enter the address mails come from.")), Length(max=254)],
        filters=[strip],
    )

    def validate_from_address(self, field) -> None:
        try:
            canonical_email(field.data)
        except ValueError as error:
            raise ValidationError(str(error)) from None

    def validate_password(self, field) -> None:
        if field.data and not (self.user.data or "").strip():
            raise ValidationError(_("A password needs a user name: enter it above."))

    def server(self) -> Server:
        """What was typed as a server."""
        return Server(
            self.host.data or "",
            self.port.data or 587,
            self.user.data or "",
            self.password.data or "",
            self.security.data,
        )


class HoldForm(Form):
    is_held = BooleanField(_("Hold all mail"))


class SuppressForm(Form):
    """An address that is to get no more mails, and why."""

    address = StringField(
        _("Address"), [DataRequired(_("Enter the address.")), Length(max=254)], filters=[strip]
    )
    scope = SelectField(_("What"), choices=list(SCOPES.items()), default="marketing")
    why = StringField(
        _("Why"),
        [DataRequired(_("Say why: it stands on the list.")), Length(max=200)],
        description=_("For instance: asked for it on the phone. Do not name the person."),
        filters=[strip],
    )

    def validate_address(self, field) -> None:
        try:
            canonical_email(field.data)
        except ValueError as error:
            raise ValidationError(str(error)) from None

    @property
    def said(self) -> dict[str, str]:
        """What was typed."""
        fields = (self.address, self.scope, self.why)
        return {field.name: field.data or "" for field in fields}


class ListForm(Form):
    """A file of addresses that are to get no more mails, and why."""

    file = FileField(
        _("File"),
        description=_("CSV or text from another tool, up to 5 MB: every address in it counts."),
    )
    scope = SelectField(_("What"), choices=list(SCOPES.items()), default="marketing")
    why = StringField(
        _("Why"),
        [DataRequired(_("Say why: it stands on the list.")), Length(max=200)],
        description=_("For instance: unsubscribed in the old newsletter tool."),
        filters=[strip],
    )

    def validate_file(self, field) -> None:
        if not getattr(field.data, "filename", ""):
            raise ValidationError(_("Choose a file first."))


class LiftForm(Form):
    """Why somebody may be written to again."""

    why = StringField(
        _("Why may they be written to again?"),
        [DataRequired(_("Say why: it stays in the log.")), Length(max=200)],
        filters=[strip],
    )
