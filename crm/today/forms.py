"""How a person wants to be reminded."""

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, SelectField

from crm.web.merging import MergedForm

HOURS = [(hour, f"{hour:02}:00") for hour in range(5, 22)]
BEFORE = [
    (0, _("Not before")),
    (10, _("10 minutes before")),
    (30, _("30 minutes before")),
    (60, _("1 hour before")),
    (120, _("2 hours before")),
    (1440, _("1 day before")),
]


class ReminderForm(MergedForm):
    """Before, when due, while late; by bell and mail; the mail of the day."""

    is_belled = BooleanField(_("The bell tells me"))
    is_mailed = BooleanField(_("A mail tells me"))
    before_minutes = SelectField(_("Before it is due"), choices=BEFORE, coerce=int)
    repeats = BooleanField(_("Bring late tasks up again each working day"))
    hour = SelectField(_("Late tasks at"), choices=HOURS, coerce=int)
    has_digest = BooleanField(_("Send me a mail with my day, when something waits"))
    digest_hour = SelectField(_("The day’s mail at"), choices=HOURS, coerce=int)
