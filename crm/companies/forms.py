"""What a person may type about a company."""

import re
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from crm.companies.rules import LONGEST, MOST_DOMAINS, SIZES
from crm.fields.naming import Named
from crm.web.forms import OverForm, strip

CHOICES = [("", _l("Not known")), *((size, size) for size in SIZES)]
BETWEEN = re.compile(r"[,;\s]+")
LONGEST_DOMAINS = 30_000


class CompanyForm(OverForm):
    """A whole company. `base` is what the form began with, for saves over others' changes."""

    name = StringField(
        _l("Name"),
        filters=[strip],
        validators=[InputRequired(_l("Give the company a name.")), Length(max=LONGEST["name"])],
    )
    domains = StringField(
        _l("Domains"),
        filters=[strip],
        description=_l("Such as example.com. People with mail there are linked by themselves."),
        validators=[Optional(), Length(max=LONGEST_DOMAINS)],
    )
    phone = StringField(
        _l("Phone"), filters=[strip], validators=[Optional(), Length(max=LONGEST["phone"])]
    )
    website = StringField(
        _l("Website"), filters=[strip], validators=[Optional(), Length(max=LONGEST["website"])]
    )
    street = StringField(
        _l("Street"), filters=[strip], validators=[Optional(), Length(max=LONGEST["street"])]
    )
    postcode = StringField(
        _l("Postcode"), filters=[strip], validators=[Optional(), Length(max=LONGEST["postcode"])]
    )
    city = StringField(
        _l("City"), filters=[strip], validators=[Optional(), Length(max=LONGEST["city"])]
    )
    country = StringField(
        _l("Country"), filters=[strip], validators=[Optional(), Length(max=LONGEST["country"])]
    )
    size = SelectField(
        _l("People"), choices=CHOICES, validators=[Optional()], validate_choice=False
    )
    is_other = BooleanField(_l("It is a different company"))
    parent = Named(
        _l("Parent company"),
        filters=[strip],
        searches="company",
        description=_l("The company it belongs to, if it is part of a group."),
        validators=[Optional(), Length(max=200)],
    )
    owner_id = SelectField(_l("Owner"), coerce=lambda text: int(text) if text else None, choices=[])

    def validate_website(self, field: Any) -> None:
        if field.data and not field.data.lower().startswith(("http://", "https://")):
            field.data = "https://" + field.data

    def validate_domains(self, field: Any) -> None:
        began = self.began_with.get("domains")
        most = max(MOST_DOMAINS, len(began) if isinstance(began, list) else 0)
        if len(self.typed_domains) > most:
            raise ValidationError(_l("At most %(n)s of them.", n=most))

    @property
    def typed_domains(self) -> list[str]:
        """The domains as typed, one each."""
        return [part for part in BETWEEN.split(self.domains.data or "") if part]

    @property
    def values(self) -> dict[str, Any]:
        """What was typed, as companies.actions takes it."""
        plain = ("phone", "website", "street", "postcode", "city", "country", "size", "owner_id")
        return {
            "name": self.name.data,
            "domains": self.typed_domains,
            "parent": self.parent.data or "",
            **{name: self[name].data or None for name in plain},
        }
