"""What stands beside a record that was found: one statement for all kinds."""

from typing import Any, NamedTuple

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
from crm.contacts.models import Contact, ContactEmail, ContactPhone
from crm.core import reading
from crm.core.ready import ready
from crm.deals.models import Deal, Stage
from crm.quizzes.models import Quiz
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
        plural = {"company": "companies", "quiz": "quizzes"}.get(self.kind, f"{self.kind}s")
        return f"/{plural}/{self.id}"

    @property
    def beside(self) -> str:
        return ", ".join(word for word in (self.first, self.second) if word)


def described(user: User, ids: dict[str, list[int]], size: int) -> list[Hit]:
    """Up to `size` records of each kind by name, and the quizzes and sequences `user` may open."""
    values = {f"of_{kind}": ids.get(kind, []) for kind in RECORDS} | {"size": size}
    values["of_teams"] = user.team_ids
    rows = reading.rows(_described(user.sees_all), values | sight(user))
    return sorted((Hit(*row) for row in rows), key=lambda hit: (hit.sort_name, hit.id))


@ready
def _described(sees_all: bool) -> CompoundSelect:
    """Written once: it takes longer to build than to run."""
    parts = [_contacts(sees_all), _companies(), _deals(sees_all),
             _things(Quiz, "quiz", sees_all), _things(Sequence, "sequence", sees_all)]  # fmt: skip
    return union_all(*(select(part.subquery()) for part in parts))


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
