"""Roles and what each may do; what makes a password or opening hours good."""

import unicodedata
from collections.abc import Iterable
from datetime import timedelta
from functools import cache
from pathlib import Path

from flask_babel import gettext as _

from crm.core.refusal import Refused

ROLES = ("owner", "admin", "manager", "rep", "marketer", "read_only")

# What a role may do; opening pages needs no right, seeing records is decided by the queries.
RIGHTS = {
    "edit_records": {"owner", "admin", "manager", "rep", "marketer"},
    "assign_others": {"owner", "admin", "manager"},
    "manage_quizzes": {"owner", "admin", "manager", "marketer"},
    "manage_sequences": {"owner", "admin", "manager", "marketer"},
    "manage_tags": {"owner", "admin", "manager", "marketer"},
    "share_views": {"owner", "admin", "manager", "marketer"},
    "manage_routing": {"owner", "admin", "manager"},
    "manage_pipelines": {"owner", "admin", "manager"},
    "manage_fields": {"owner", "admin", "manager"},
    "import_records": {"owner", "admin", "manager", "rep", "marketer"},
    "export_records": {"owner", "admin", "manager", "marketer"},
    "bulk_edit": {"owner", "admin", "manager", "rep", "marketer"},
    "delete_records": {"owner", "admin", "manager", "rep", "marketer"},
    "see_amounts": {"owner", "admin", "manager", "rep", "marketer", "read_only"},
    "see_outbox": {"owner", "admin", "manager", "marketer"},
    "manage_teams": {"owner", "admin"},
    "manage_users": {"owner", "admin"},
    "manage_mail": {"owner", "admin"},
    "manage_workspace": {"owner", "admin"},
}

# What the roles are made of: these stay as they are, so that nobody locks the house out.
FIXED = frozenset(
    {"edit_records", "manage_teams", "manage_users", "manage_mail", "manage_workspace"}
)
# Who reads only can be given these; everything else changes something.
FOR_READERS = frozenset({"see_amounts", "export_records"})

# Monday to Friday, 9 to 17: what counts until somebody says otherwise. Minutes after midnight.
USUAL_HOURS = {day: [(9 * 60, 17 * 60)] for day in range(5)}

PASSWORD_MIN, PASSWORD_MAX = 10, 128
COMMON = Path(__file__).with_name("passwords.txt")

# How long a link lives that is used once (A4, A7).
LINK_LIFE = {
    "setup": timedelta(hours=1),
    "reset": timedelta(hours=1),
    "login": timedelta(hours=1),
    "invite": timedelta(hours=48),
    "kept_form": timedelta(hours=1),
}

# What a user agent holds and what that is called; the first that fits decides.
BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def named_in(agent: str, names: tuple[tuple[str, str], ...]) -> str:
    """The name of the first mark that a user agent holds, or an empty text."""
    return next((name for mark, name in names if mark in agent), "")


def may(user, right: str) -> bool:
    """Whether `user` holds `right`; an unknown right is a programming error (KeyError)."""
    allowed = RIGHTS[right]
    if not (user.is_authenticated and user.is_active and allowed):
        return False
    return holds(user.role, user.switched, right)


def holds(role: str, switched: str | None, right: str) -> bool:
    """Whether `role` has `right`, as the house has switched it (`switches`)."""
    usual = role in RIGHTS[right]
    if switched and f"{right} " in switched and is_switchable(role, right):
        return f"+{right} " in switched
    return usual


def is_switchable(role: str, right: str) -> bool:
    """Whether the house may decide if `role` has `right` (O1): owners always have every one."""
    if role == "owner" or right in FIXED:
        return False
    return role != "read_only" or right in FOR_READERS


def switches(role: str, rights: Iterable[str]) -> str:
    """How `role` differs from the usual when it has just `rights`: "+delete_records -bulk_edit ".

    Each word ends with a blank, so that a right is found in it by its name alone.
    """
    wanted = set(rights)
    signs = (
        ("+" if right in wanted else "-", right)
        for right, usual in RIGHTS.items()
        if is_switchable(role, right) and (right in wanted) != (role in usual)
    )
    return "".join(f"{sign}{right} " for sign, right in signs)


def check_restorer(record, by) -> None:
    """Raises Refused unless `by` put `record` into the trash or is owner or admin (C11)."""
    if not by.sees_all and record.deleted_at is not None and record.deleted_by_id != by.id:
        raise Refused(_("Only who moved it to the trash, or an administrator, can take it out."))


def check_claimed(record, owner_id: int | None = None) -> None:
    """Raises Refused for a record nobody has: it can be read, and is claimed before it is edited.

    `owner_id` is who gets it by the same act (O2).
    """
    if record.owner_id is None and owner_id is None:
        raise Refused(_("Nobody has this yet. Claim it first, then change it."))


def check_let_go(record, by) -> None:
    """Raises Refused where a record cannot be nobody's: only a manager takes what others have, and
    without a team nobody would see it.
    """
    if record.owner_id != by.id and not may(by, "assign_others"):
        raise Refused(_("Only a manager takes records from others."), field="to")
    if record.team_id is None:
        raise Refused(_("It belongs to no team: without an owner nobody would see it."))


def may_give(giver_role: str, role: str) -> bool:
    """Whether somebody may make others `role` or change people of it: owners are the owners'."""
    return giver_role == "owner" or (giver_role == "admin" and role != "owner")


def password_problem(password: str, *about: str) -> str | None:
    """Why a password is refused, in words, or None (NIST SP 800-63B-4: length and a list).

    `about` is what everybody knows of the person: name, mail address, company.
    """
    text = clean_password(password)
    if len(text) < PASSWORD_MIN:
        return f"Use {PASSWORD_MIN} characters or more. A few words in a row are easy to remember."
    if len(text) > PASSWORD_MAX:
        return f"Use at most {PASSWORD_MAX} characters."
    low = text.lower()
    if low in common_passwords() or len(set(low)) < 4:
        return "This password is one of the first that others would try. Choose another one."
    if low in {known.lower() for known in about if known}:
        return "Do not use your name or mail address as your password."
    return None


def clean_password(password: str) -> str:
    """The password as it is hashed: one way of writing each character, whatever the keyboard."""
    return unicodedata.normalize("NFKC", password)


@cache
def common_passwords() -> frozenset[str]:
    """The list of passwords nobody may use; shorter ones are refused by their length."""
    lines = COMMON.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if not line.startswith("# "))


def openings_problem(openings: list[tuple[int, int]]) -> str | None:
    """Why one day's openings (minutes after midnight, in any order) cannot be, or None."""
    last = -1
    for opens, closes in sorted(openings):
        if closes <= opens:
            return "It closes before it opens."
        if opens < last:
            return "Two openings overlap."
        last = closes
    return None


def written(openings: Iterable[tuple[int, int]]) -> str:
    """Openings of a day, in minutes after midnight, as they are typed: 09:00-12:30, 13:30-17:00."""
    return ", ".join(
        f"{opens // 60:02}:{opens % 60:02}-{closes // 60:02}:{closes % 60:02}"
        for opens, closes in sorted(openings)
    )


def read(text: str) -> list[tuple[int, int]]:
    """The openings of a day from what `written` made of them."""
    times = [[one.split(":") for one in part.split("-")] for part in text.split(", ") if part]
    return [
        (int(hour) * 60 + int(minute), int(last) * 60 + int(end))
        for (hour, minute), (last, end) in times
    ]
