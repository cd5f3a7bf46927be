"""What leads offer to the frame: settings pages, the list of waiting leads, mail kinds."""

from crm.leads import bulk, leaving
from crm.leads.bulk import SETTINGS
from crm.leads.holdings import HOLDINGS
from crm.leads.letters import MAILS
from crm.web.shell import ShellItem

SHELL = [
    ShellItem(
        "Who gets which lead",
        "/settings/routing",
        icon="split",
        order=34,
        place="settings",
        right="manage_routing",
        help="Rules, pools and a box to try them",
    ),
    ShellItem(
        "Answer times",
        "/settings/answer-times",
        icon="timer",
        order=35,
        place="settings",
        right="manage_routing",
        help="How soon a lead is called, and who is reminded",
    ),
    ShellItem(
        "Waiting leads",
        "/intakes",
        icon="inbox",
        order=36,
        place="settings",
        right="manage_routing",
        help="Arrivals that nobody has, or that were held back",
    ),
]

BATCHES = [*bulk.BATCHES, leaving.KIND]

__all__ = ["BATCHES", "HOLDINGS", "MAILS", "SETTINGS", "SHELL"]
