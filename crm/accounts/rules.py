"""Roles and what each may do."""

ROLES = ("owner", "admin", "manager", "rep", "marketer", "read_only")

# What a role may do; opening pages needs no right, seeing records is decided by the queries.
RIGHTS = {
    "edit_records": {"owner", "admin", "manager", "rep", "marketer"},
    "assign_others": {"owner", "admin", "manager"},
    "manage_quizzes": {"owner", "admin", "manager", "marketer"},
    "manage_sequences": {"owner", "admin", "manager", "marketer"},
    "manage_routing": {"owner", "admin", "manager"},
    "manage_pipelines": {"owner", "admin", "manager"},
    "see_outbox": {"owner", "admin", "manager", "marketer"},
    "manage_teams": {"owner", "admin"},
    "manage_users": {"owner", "admin"},
    "manage_mail": {"owner", "admin"},
    "manage_workspace": {"owner", "admin"},
}


def may(user, right: str) -> bool:
    """Whether `user` holds `right`; an unknown right is a programming error (KeyError)."""
    allowed = RIGHTS[right]
    return bool(user.is_authenticated and user.is_active and user.role in allowed)

# Monday to Friday, 9 to 17: what counts until somebody says otherwise. Minutes after midnight.
USUAL_HOURS = {day: [(9 * 60, 17 * 60)] for day in range(5)}
