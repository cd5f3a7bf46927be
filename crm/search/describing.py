"""What stands beside a record that was found, and what has no words of its own kept.

One statement for all kinds: quizzes, sequences, tags, segments and tasks come along.
"""

from typing import Any, NamedTuple
from urllib.parse import urlencode

from sqlalchemy import (
    CompoundSelect,
    Integer,
    Select,
    Text,
    and_,
    bindparam,
    cast,
    literal,
    null,
    or_,
    select,
    true,
    union_all,
)

from crm.accounts.models import User
from crm.accounts.queries import in_sight, sight
from crm.companies.models import Company, CompanyDomain
from crm.contacts.models import Contact, ContactEmail, ContactPhone, Tag
from crm.core import reading
from crm.core.db import db
from crm.core.ready import ready
from crm.deals.models import Deal, Stage
from crm.filters.models import Segment
from crm.quizzes.models import Quiz
from crm.search.notes import is_asked, of_words
from crm.search.tasks import tasks
from crm.sequences.models import Sequence

RECORDS = ("contact", "company", "deal")
NONE_TEXT, NONE_NUMBER = cast(null(), Text), cast(null(), Integer)


class Hit(NamedTuple):
    """A record found. `beside` are words about it; `score` and `amount_cents` as they are kept."""

    kind: str
    id: int
    name: str
    sort_name: str
    first: str | None
    second: str | None
    email: str | None
    phone: str | None
    level: str | None
    tier: str | None
    number: int | None
    currency: str | None

    @property
    def url(self) -> str:
        if self.kind == "tag":
            return f"/contacts?{urlencode({'tag': self.name})}"
        plural = {"company": "companies", "quiz": "quizzes"}.get(self.kind, f"{self.kind}s")
        return f"/{plural}/{self.id}"

    @property
    def beside(self) -> str:
        return ", ".join(word for word in (self.first, self.second) if word)


def described(
    user: User, ids: dict[str, list[int]], size: int, words: tuple[str, ...] = ()
) -> list[Hit]:
    """Up to `size` records of each kind by name, and the quizzes and sequences `user` may open.

    With words also the tags and segments that hold the first of them, and the newest tasks that
    hold all: one more than `size` where there are more.
    """
    has_tasks = is_asked(words)
    values: dict[str, Any] = {f"of_{kind}": ids.get(kind, []) for kind in RECORDS}
    values |= {"size": size, "of_teams": user.team_ids}
    if words:
        values |= {"tag": f"%{words[0]}%", "reader": user.id}
    if has_tasks:
        values |= {"asked": of_words(words), "tasks": size + 1}
    is_postgres = db.engine.dialect.name == "postgresql"
    statement = _described(user.sees_all, is_postgres, bool(words), has_tasks)
    rows = reading.rows(statement, values | sight(user))
    return sorted((Hit(*row) for row in rows), key=lambda hit: (hit.sort_name, hit.id))


def further_tasks(user: User, words: tuple[str, ...], before: int, size: int) -> list[Hit]:
    """The newest tasks that hold all words, older than `before` if given: one more than `size`."""
    if not is_asked(words):
        return []
    is_postgres = db.engine.dialect.name == "postgresql"
    values = {"asked": of_words(words), "tasks": size + 1}
    if before:
        values["before"] = before
    rows = reading.rows(
        _tasks_alone(user.sees_all, is_postgres, bool(before)), values | sight(user)
    )
    return [Hit(*row) for row in rows]


@ready
def _described(
    sees_all: bool, is_postgres: bool, has_words: bool, has_tasks: bool
) -> CompoundSelect:
    """Written once: it takes longer to build than to run."""
    parts = [_contacts(sees_all), _companies(), _deals(sees_all),
             _things(Quiz, "quiz", sees_all), _things(Sequence, "sequence", sees_all)]  # fmt: skip
    parts += [_tags(), _segments()] if has_words else []
    parts += [_tasks(sees_all, is_postgres)] if has_tasks else []
    return union_all(*(select(part.subquery()) for part in parts))


@ready
def _tasks_alone(sees_all: bool, is_postgres: bool, is_further: bool) -> Select:
    found = _tasks(sees_all, is_postgres, is_further).subquery()
    return select(found).order_by(found.c.id.desc())


def _tasks(sees_all: bool, is_postgres: bool, is_further: bool = False) -> Select:
    found = tasks(sees_all, is_postgres, is_further).subquery()
    shown = (found.c.kind, found.c.id, found.c.name, found.c.name, found.c.first, NONE_TEXT,
             NONE_TEXT, NONE_TEXT, found.c.state, NONE_TEXT, NONE_NUMBER, NONE_TEXT)  # fmt: skip
    return select(*_named(shown))


def _tags() -> Select:
    shown = (literal("tag"), Tag.id, Tag.name, Tag.folded, *[NONE_TEXT] * 6, NONE_NUMBER,
             NONE_TEXT)  # fmt: skip
    found = select(*_named(shown)).where(Tag.folded.like(bindparam("tag")))
    return found.order_by(Tag.folded).limit(200)


def _segments() -> Select:
    teams = Segment.team_id.in_(bindparam("of_teams", expanding=True))
    shared = or_(
        Segment.owner_id == bindparam("reader"),
        Segment.sharing == "all",
        and_(Segment.sharing == "team", teams),
    )
    shown = (literal("segment"), Segment.id, Segment.name, Segment.folded, *[NONE_TEXT] * 6,
             NONE_NUMBER, NONE_TEXT)  # fmt: skip
    found = select(*_named(shown)).where(Segment.folded.like(bindparam("tag")), shared)
    return found.where(Segment.archived_at.is_(None)).order_by(Segment.folded).limit(200)


def _contacts(sees_all: bool) -> Select:
    company = and_(Company.id == Contact.company_id, in_sight(sees_all, Company))
    shown = (literal("contact"), Contact.id, Contact.name, Contact.sort_name, Contact.job_title,
             Company.name, _first(ContactEmail, ContactEmail.address), _number(),
             Contact.quiz_level, Contact.quiz_tier, Contact.quiz_score, NONE_TEXT)  # fmt: skip
    return _part(shown, Contact, Contact.sort_name).outerjoin(Company, company)


def _companies() -> Select:
    domain = (
        select(CompanyDomain.domain)
        .where(CompanyDomain.company_id == Company.id)
        .order_by(CompanyDomain.id)
        .limit(1)
        .scalar_subquery()
    )
    shown = (literal("company"), Company.id, Company.name, Company.sort_name, Company.city,
             domain, NONE_TEXT, Company.phone, NONE_TEXT, NONE_TEXT, NONE_NUMBER,
             NONE_TEXT)  # fmt: skip
    return _part(shown, Company, Company.sort_name)


def _deals(sees_all: bool) -> Select:
    contact = and_(Contact.id == Deal.contact_id, in_sight(sees_all, Contact))
    shown = (literal("deal"), Deal.id, Deal.name, Deal.sort_name, Contact.name, Stage.name,
             NONE_TEXT, NONE_TEXT, NONE_TEXT, NONE_TEXT, Deal.amount_cents,
             Deal.currency)  # fmt: skip
    found = _part(shown, Deal, Deal.sort_name).join(Stage, Stage.id == Deal.stage_id)
    return found.outerjoin(Contact, contact)


def _things(model: Any, kind: str, sees_all: bool) -> Select:
    seen = true() if sees_all else or_(
        model.team_id.is_(None), model.team_id.in_(bindparam("of_teams", expanding=True))
    )  # fmt: skip
    shown = (literal(kind), model.id, model.name, model.name, model.state, NONE_TEXT, NONE_TEXT,
             NONE_TEXT, NONE_TEXT, NONE_TEXT, NONE_NUMBER, NONE_TEXT)  # fmt: skip
    return select(*_named(shown)).where(seen, model.state != "archived").limit(200)


def _part(shown: tuple, model: Any, order: Any) -> Select:
    wanted = model.id.in_(bindparam(f"of_{model.__tablename__}", expanding=True))
    rows = select(*_named(shown)).select_from(model).where(wanted)
    return rows.order_by(order, model.id).limit(bindparam("size"))


def _named(shown: tuple) -> list[Any]:
    return [part.label(name) for part, name in zip(shown, Hit._fields, strict=True)]


def _first(model: Any, column: Any) -> Any:
    rows = select(column).where(model.contact_id == Contact.id)
    rows = rows.order_by(model.is_primary.desc(), model.id).limit(1)
    return rows.correlate(Contact).scalar_subquery()


def _number() -> Any:
    """The number to call first among those that may be called."""
    return (
        select(ContactPhone.e164)
        .where(ContactPhone.contact_id == Contact.id, ContactPhone.state == "valid")
        .order_by(ContactPhone.is_primary.desc(), ContactPhone.id)
        .limit(1)
        .correlate(Contact)
        .scalar_subquery()
    )
