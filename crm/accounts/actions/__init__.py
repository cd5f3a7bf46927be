"""Every change to people, teams and sessions."""

from crm.accounts.actions.absence import add_leave, remove_leave
from crm.accounts.actions.events import note
from crm.accounts.actions.house import (
    note_workspace,
    set_up,
    setup_link,
    update_workspace,
)
from crm.accounts.actions.invitations import accept, invite, withdraw_invitation
from crm.accounts.actions.kept import forget_forms, forget_late_forms, keep_form
from crm.accounts.actions.links import issue, spend, spend_all
from crm.accounts.actions.passwords import hash_password, is_right
from crm.accounts.actions.people import (
    change_password,
    change_role,
    change_teams,
    deactivate,
    reactivate,
    reset_password,
    update_profile,
)
from crm.accounts.actions.roles import switch_rights
from crm.accounts.actions.sessions import (
    forget_old,
    revoke,
    revoke_all,
    sign_in,
    sign_in_by_link,
    start_session,
)
from crm.accounts.actions.teams import (
    add_holiday,
    create_team,
    note_holiday,
    note_team,
    remove_holiday,
    set_hours,
    update_team,
)

__all__ = [
    "accept",
    "add_holiday",
    "add_leave",
    "change_password",
    "change_role",
    "change_teams",
    "create_team",
    "deactivate",
    "forget_forms",
    "forget_late_forms",
    "forget_old",
    "hash_password",
    "invite",
    "is_right",
    "issue",
    "keep_form",
    "note",
    "note_holiday",
    "note_team",
    "note_workspace",
    "reactivate",
    "remove_holiday",
    "remove_leave",
    "reset_password",
    "revoke",
    "revoke_all",
    "set_hours",
    "set_up",
    "setup_link",
    "sign_in",
    "sign_in_by_link",
    "spend",
    "spend_all",
    "start_session",
    "switch_rights",
    "update_profile",
    "update_team",
    "update_workspace",
    "withdraw_invitation",
]
