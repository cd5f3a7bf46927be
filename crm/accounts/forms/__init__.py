"""What people type about themselves, others, teams and the house."""

from crm.accounts.forms.entry import (
    AcceptForm,
    AddressForm,
    NewPasswordForm,
    SetUpForm,
    SignInForm,
)
from crm.accounts.forms.settings import (
    HolidayForm,
    HoursForm,
    InviteForm,
    LeaveForm,
    PasswordForm,
    PersonForm,
    ProfileForm,
    RightsForm,
    TeamForm,
    WorkspaceForm,
)

__all__ = [
    "AcceptForm",
    "AddressForm",
    "HolidayForm",
    "HoursForm",
    "InviteForm",
    "LeaveForm",
    "NewPasswordForm",
    "PasswordForm",
    "PersonForm",
    "ProfileForm",
    "RightsForm",
    "SetUpForm",
    "SignInForm",
    "TeamForm",
    "WorkspaceForm",
]
