"""What accounts offer to the frame: settings pages, the words for roles and events."""

from collections.abc import Mapping
from typing import Any

from flask import Flask
from flask_babel import lazy_gettext as _
from flask_login import current_user

from crm.accounts.forms.checks import DAYS
from crm.accounts.forms.settings import LOCALES, HolidayForm, TeamForm, WorkspaceForm
from crm.accounts.models import SecurityEvent
from crm.accounts.queries import seen
from crm.accounts.rules import BROWSERS, SYSTEMS, named_in
from crm.web.forms import Form
from crm.web.shell import ShellItem

ROLE_NAMES = {
    "owner": _("Owner"),
    "admin": _("Administrator"),
    "manager": _("Manager"),
    "rep": _("Sales rep"),
    "marketer": _("Marketing"),
    "read_only": _("Reading only"),
}
# What each right allows, as the table of roles says it.
RIGHT_NAMES = {
    "edit_records": _("Add and change records, notes and tasks"),
    "delete_records": _("Move records to the trash"),
    "bulk_edit": _("Change many records at once"),
    "import_records": _("Bring records in from a file"),
    "export_records": _("Take records out as a file"),
    "see_amounts": _("See the value of deals, and sums"),
    "assign_others": _("Give records and tasks to others"),
    "share_views": _("Share views with everybody"),
    "manage_tags": _("Rename and merge tags"),
    "manage_fields": _("Change fields"),
    "manage_pipelines": _("Change pipelines and stages"),
    "manage_routing": _("Change rules for leads, pools and answer times"),
    "manage_quizzes": _("Change quizzes"),
    "manage_sequences": _("Change sequences"),
    "see_outbox": _("Read the outbox"),
    "manage_teams": _("Change teams, hours and holidays"),
    "manage_users": _("Invite people, give roles, say what roles may do"),
    "manage_mail": _("Change the mail server"),
    "manage_workspace": _("Change the workspace"),
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
    "workspace_changed": _("Workspace changed"),
    "team_created": _("Team added"),
    "team_changed": _("Team changed"),
    "hours_changed": _("Working hours changed"),
    "holiday_added": _("Holiday added"),
    "holiday_removed": _("Holiday taken off the list"),
    "invited": _("Invited"),
    "invitation_withdrawn": _("Invitation withdrawn"),
    "joined": _("Took the invitation"),
    "right_switched": _("Right switched"),
    "export": _("Export"),
    "exported": _("Records exported"),
    "erased": _("A person erased"),
    "data_handed_out": _("What is known of a person handed out"),
    "data_fetched": _("A person fetched their own data"),
    "erasure_asked": _("A person asked for their deletion"),
    "suppressed": _("An address put on the list of whom not to write to"),
    "unsuppressed": _("An address taken off the list of whom not to write to"),
}
# The forms whose words are those of what was noted, and fields that they call otherwise.
DETAIL_FORMS: dict[str, type[Form]] = {
    "workspace_changed": WorkspaceForm,
    "team_changed": TeamForm,
    "holiday_added": HolidayForm,
    "holiday_removed": HolidayForm,
}
FIELDS_OF = {"own_only": "is_own_only", "day": "on"}
DETAIL_NAMES = {
    "team": _("Team"),
    "teams": _("Teams"),
    "role": _("Role"),
    "right": _("Right"),
    "email": _("Email"),
    "old": _("Before"),
    "new": _("Now"),
    "why": _("Reason"),
    "what": _("What"),
    "how": _("How"),
    "record": _("Record"),
    "file": _("File"),
    "rows": _("Rows"),
    "scope": _("Scope"),
    "reason": _("Reason"),
    "contact": _("Contact no."),
}
DETAIL_WORDS: dict[str, Mapping[str, Any]] = {
    "role": ROLE_NAMES,
    "right": RIGHT_NAMES,
    "locale": dict(LOCALES),
    "old": {"on": _("Yes"), "off": _("No")},
    "new": {"on": _("Yes"), "off": _("No")},
}

SHELL = [
    ShellItem(_("Profile"), "/settings/profile", icon="user", order=10, place="settings",
              help=_("Name, time zone, look, keys and which mails you get")),
    ShellItem(_("Password and browsers"), "/settings/security", icon="key-round", order=11,
              place="settings", help=_("Change the password, sign out elsewhere")),
    ShellItem(_("Working hours and leave"), "/settings/time", icon="clock", order=12,
              place="settings", help=_("When leads reach you, and who stands in")),
    ShellItem(_("People"), "/settings/users", icon="users", order=30, place="settings",
              right="manage_users", help=_("Invite, give roles and teams, switch off")),
    ShellItem(_("Roles"), "/settings/roles", icon="lock", order=31, place="settings",
              right="manage_users",
              help=_("What each role may do: export, delete, amounts and more")),
    ShellItem(_("Teams"), "/settings/teams", icon="network", order=31, place="settings",
              right="manage_teams", help=_("Who sees whose records, hours and holidays")),
    ShellItem(_("Workspace"), "/settings/workspace", icon="building", order=32, place="settings",
              right="manage_workspace", help=_("Company name, zone, currency, legal pages")),
]  # fmt: skip


def init_app(app: Flask) -> None:
    """Let templates say what a role or an event is called."""
    app.add_template_filter(role_name)
    app.add_template_filter(event_name)
    app.add_template_filter(event_details)
    app.add_template_filter(right_name)
    app.add_template_filter(browser_name)
    app.add_template_filter(seen_here, "seen")


def seen_here(record):
    """A record as far as the reader may see it, else None."""
    return seen(current_user, record)


def role_name(role: str) -> str:
    """A role as people read it."""
    return str(ROLE_NAMES.get(role, role))


def right_name(right: str) -> str:
    """A right as people read it."""
    return str(RIGHT_NAMES.get(right, right))


def event_name(event: SecurityEvent) -> str:
    """What happened, as people read it."""
    return str(EVENT_NAMES.get(event.kind) or event.kind.replace("_", " ").capitalize())


def event_details(event: SecurityEvent) -> list[str]:
    """What an event says beside its name; of what changed the old and the new value."""
    return [
        f"{_detail_name(event.kind, name)}: {_detail(event.kind, name, value)}"
        for name, value in event.details.items()
        if value is not None
    ]


def _detail_name(kind: str, name: str) -> str:
    """What a detail is called: as its form calls it, up to a colon behind which it explains."""
    days = {f"day_{number}": word for number, word in DAYS}
    field = getattr(DETAIL_FORMS.get(kind), FIELDS_OF.get(name, name), None)
    words = field.args[0] if field else days.get(name) or DETAIL_NAMES.get(name)
    return str(words or name.replace("_", " ").capitalize()).partition(":")[0]


def _detail(kind: str, name: str, value: Any) -> str:
    if isinstance(value, list) and len(value) == 2:
        return " → ".join("–" if one in (None, "") else _detail(kind, name, one) for one in value)
    if isinstance(value, bool):
        return str(_("Yes") if value else _("No"))
    words = ROLE_NAMES if kind == "role_changed" else DETAIL_WORDS.get(name, {})
    return str(words.get(value, value))


def browser_name(agent: str) -> str:
    """What a browser calls itself, as people know it: Firefox on Windows."""
    browser, system = named_in(agent, BROWSERS), named_in(agent, SYSTEMS)
    if browser and system:
        return str(_("%(browser)s on %(system)s", browser=browser, system=system))
    return browser or system or str(_("Another program"))
