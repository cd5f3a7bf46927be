"""Today's place in the frame, with how much is urgent."""

from flask_babel import lazy_gettext as _

from crm.activities.models import Task
from crm.contacts.models import Contact
from crm.leads.models import AnswerClock, Intake
from crm.today.letters import MAILS
from crm.today.queries import urgent
from crm.web.shell import ShellItem

SHELL = [
    ShellItem(_("Today"), "/", icon="calendar-check", order=10, count=urgent, is_hot=True,
              counted=(Task, AnswerClock, Intake, Contact.owner_id)),
    ShellItem(_("Reminders and the day’s mail"), "/settings/profile/reminders", icon="bell",
              order=13, place="settings", help=_("When you are reminded, and by what")),
]  # fmt: skip

__all__ = ["MAILS", "SHELL"]
