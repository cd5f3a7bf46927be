"""What accounts offer to the frame: settings pages, the words for roles and events."""

from flask import Flask
from flask_babel import lazy_gettext as _
from flask_login import current_user

from crm.accounts.models import SecurityEvent
from crm.accounts.queries import seen
from crm.accounts.rules import BROWSERS, SYSTEMS, named_in
from crm.web.shell import ShellItem

ROLE_NAMES = {
    "owner": _("Owner"),
    "admin": _("Administrator"),
    "manager": _("Manager"),
    "rep": _("Sales rep"),
    "marketer": _("Marketing"),
    "read_only": _("Reading only"),
}
EVENT_NAMES = {
    "set_up": _("Set Tend up"),
    "signed_in": _("Signed in"),
    "sign_in_refused": _("A sign-in was refused: wrong password"),
    "session_ended": _("Signed out of a browser"),
    "sessions_ended": _("Signed out everywhere else"),
    "password_changed": _("Password changed"),
    "role_changed": _("Role changed"),
    "teams_changed": _("Teams changed"),
    "deactivated": _("Switched off"),
    "reactivated": _("Switched on again"),
    "joined": _("Took the invitation"),
}

SHELL = [
    ShellItem("Profile", "/settings/profile", icon="user", order=10, place="settings",
              help="Name, time zone, look, keys and which mails you get"),
    ShellItem("Password and browsers", "/settings/security", icon="key-round", order=11,
              place="settings", help="Change the password, sign out elsewhere"),
    ShellItem("Working hours and leave", "/settings/time", icon="clock", order=12,
              place="settings", help="When leads reach you, and who stands in"),
    ShellItem("People", "/settings/users", icon="users", order=30, place="settings",
              right="manage_users", help="Invite, give roles and teams, switch off"),
    ShellItem("Teams", "/settings/teams", icon="network", order=31, place="settings",
              right="manage_teams", help="Who sees whose records, hours and holidays"),
    ShellItem("Workspace", "/settings/workspace", icon="building", order=32, place="settings",
              right="manage_workspace", help="Company name, zone, currency, legal pages"),
]  # fmt: skip


def init_app(app: Flask) -> None:
    """Let templates say what a role or an event is called."""
    app.add_template_filter(role_name)
    app.add_template_filter(event_name)
    app.add_template_filter(browser_name)
    app.add_template_filter(seen_here, "seen")


def seen_here(record):
    """A record as far as the reader may see it, else None."""
    return seen(current_user, record)


def role_name(role: str) -> str:
    """A role as people read it."""
    return str(ROLE_NAMES.get(role, role))


def event_name(event: SecurityEvent) -> str:
    """What happened, as people read it."""
    return str(EVENT_NAMES.get(event.kind, event.kind))


def browser_name(agent: str) -> str:
    """What a browser calls itself, as people know it: Firefox on Windows."""
    browser, system = named_in(agent, BROWSERS), named_in(agent, SYSTEMS)
    if browser and system:
        return str(_("%(browser)s on %(system)s", browser=browser, system=system))
    return browser or system or str(_("Another program"))
