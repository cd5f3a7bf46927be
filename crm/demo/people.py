"""The team of the demo: who works here, in which team, with which hours."""

from dataclasses import dataclass
from datetime import date

from crm.accounts.models import Holiday, Membership, Team, User, WorkingHours, Workspace
from crm.core import clock
from crm.core.db import db

ZONE = "Europe/Berlin"
# name, mail, role, team, title, phone
PEOPLE = (
    ("Olga Haselbach", "olga", "owner", "Sales", "Founder", None),
    ("Adam Brandt", "adam", "admin", "Sales", "Operations", None),
    ("Mona Keller", "mona", "manager", "Sales", "Head of sales", "+493023125040"),
    ("Eva Lindqvist", "eva", "rep", "Sales", "Account executive", "+493023125041"),
    ("Finn Aalto", "finn", "rep", "Sales", "Account executive", "+493023125042"),
    ("Sam Okafor", "sam", "rep", "Sales", "Senior account executive", "+493023125043"),
    ("Sina Roth", "sina", "rep", "Sales", "Senior account executive", "+493023125044"),
    ("Max Weber", "max", "marketer", "Sales", "Marketing", None),
    ("Rita Brunner", "rita", "read_only", "Sales", "Bookkeeping", None),
    ("Otto Fuchs", "otto", "rep", "Partners", "Partner sales", None),
)
HOLIDAYS = ((date(2026, 12, 25), "Christmas Day"), (date(2027, 1, 1), "New Year’s Day"))
DOMAIN = "haselbach.example"


@dataclass
class People:
    """The cast by first name: `people["Eva"]`, and its teams."""

    users: dict[str, User]
    sales: Team
    partners: Team

    def __getitem__(self, name: str) -> User:
        return self.users[name]


def add(passwords: dict[str, str] | None = None) -> People:
    """Add workspace, teams and people; `passwords` maps mail to an argon2 hash.

    Runs inside a transaction on an empty database.
    """
    now = clock.now()
    sales, partners = _team("Sales"), _team("Partners")
    db.session.add_all([sales, partners])
    db.session.flush()
    db.session.add(
        Workspace(
            name="Haselbach",
            timezone=ZONE,
            default_team_id=sales.id,
            created_at=now,
            privacy_url="https://haselbach.example/privacy",
            imprint_url="https://haselbach.example/imprint",
            contact_email="hello@haselbach.example",
            postal_address="Haselbach GmbH, Uferweg 4, 10115 Berlin",
        )
    )
    users = {}
    for name, mail, role, team, title, phone in PEOPLE:
        email = f"{mail}@{DOMAIN}"
        user = User(
            name=name,
            email=email,
            role=role,
            timezone=ZONE,
            job_title=title,
            phone=phone,
            created_at=now,
            password_hash=(passwords or {}).get(email),
        )
        db.session.add(user)
        db.session.flush()
        team_id = sales.id if team == "Sales" else partners.id
        db.session.add(Membership(user_id=user.id, team_id=team_id))
        users[user.first_name] = user
    db.session.flush()
    return People(users, sales, partners)


def _team(name: str) -> Team:
    return Team(
        name=name,
        timezone=ZONE,
        created_at=clock.now(),
        hours=[WorkingHours(weekday=day, opens=9 * 60, closes=17 * 60) for day in range(5)],
        holidays=[Holiday(on=on, name=label) for on, label in HOLIDAYS],
    )
