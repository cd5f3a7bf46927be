"""What the links of the day's mail hold: no database."""

from dataclasses import dataclass
from datetime import timedelta

from crm.core import signing

# A mail that could not be written for so long after its hour is left out: the day has begun.
MOST_LATE = timedelta(hours=6)
LINK_DAYS = 14
ANSWERS = ("done", "tomorrow", "week")


@dataclass(frozen=True)
class Link:
    """What a link may do: for one person, to one thing, as it was when the mail was written."""

    user_id: int
    kind: str
    id: int
    version: int

    @property
    def token(self) -> str:
        """The signed form, good for LINK_DAYS."""
        return signing.sign("task", [self.user_id, self.kind, self.id, self.version], timed=True)


def link_of(token: str) -> Link:
    """The link behind a token. Raises BadToken, ValueError or TypeError for anything else."""
    user_id, kind, number, version = signing.unsign("task", token, max_age=LINK_DAYS * 86400)
    return Link(int(user_id), str(kind), int(number), int(version))
