"""Which records are most likely one: those that say the same where no two should."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from sqlalchemy import CTE, Select, String, cast, func, literal, select, union_all

from crm.companies.models import Company
from crm.contacts.models import Contact, ContactEmail, ContactPhone
from crm.core.db import db
from crm.duplicates.models import Merger
from crm.quizzes.models import Attempt, QuizVersion

Keys = list[Any]


def pairs(record: str, numbers: Select[Any] | list[int], *, by_name: bool) -> Iterator[Any]:
    """(key, number, why) of the records among `numbers` whose key others among them have too.

    `why`: mailbox, phone or name. `by_name` counts the same name at the same company, or of
    companies of which nothing says that they are two.
    """
    model: Any = Contact if record == "contact" else Company
    some = numbers if isinstance(numbers, Select) else select(model.id).where(model.id.in_(numbers))
    chosen = some.order_by(None).cte("chosen")
    keys = union_all(*KEYS[record](chosen, by_name)).cte("keys")
    again = select(keys.c.key).group_by(keys.c.key).having(func.count(keys.c.number.distinct()) > 1)
    found = select(keys.c.key, keys.c.number, keys.c.why).where(keys.c.key.in_(again))
    return iter(db.session.execute(found.order_by(keys.c.number, keys.c.key)).all())


def _of_contacts(chosen: CTE, by_name: bool) -> Keys:
    number = next(iter(chosen.c))
    mailbox = select(
        (literal("m:") + ContactEmail.mailbox_key).label("key"),
        ContactEmail.contact_id.label("number"),
        literal("mailbox").label("why"),
    ).where(ContactEmail.contact_id.in_(select(number)), ContactEmail.freed_at.is_(None))
    phone = (
        select(
            literal("p:") + ContactPhone.e164 + literal("|") + Contact.sort_name,
            Contact.id,
            literal("phone"),
        )
        .join(Contact, Contact.id == ContactPhone.contact_id)
        .where(Contact.id.in_(select(number)), ContactPhone.e164.is_not(None))
    )
    name = select(
        literal("n:") + cast(Contact.company_id, String) + literal("|") + Contact.sort_name,
        Contact.id,
        literal("name"),
    ).where(
        Contact.id.in_(select(number)),
        Contact.company_id.is_not(None),
        Contact.sort_name.like("% %"),
    )
    return [mailbox, phone, *([name] if by_name else [])]


def _of_companies(chosen: CTE, by_name: bool) -> Keys:
    number = next(iter(chosen.c))
    named = literal("|") + Company.sort_name
    here = Company.id.in_(select(number))
    ways = [
        select(
            (literal(f"{why}:") + func.lower(column) + named).label("key"),
            Company.id.label("number"),
            literal(why).label("why"),
        ).where(here, column.is_not(None), column != "")
        for why, column in (("phone", Company.phone), ("website", Company.website))
    ]
    place = func.lower(func.coalesce(Company.city, "")) + literal("|")
    place = place + func.lower(func.coalesce(Company.country, ""))
    name = select(literal("n:") + place + named, Company.id, literal("name")).where(here)
    return [*ways, *([name] if by_name else [])]


KEYS: dict[str, Callable[[CTE, bool], Keys]] = {
    "contact": _of_contacts,
    "company": _of_companies,
}


def last_mark(record: str, kept_id: int, batch_id: int) -> str:
    """How an act over many rows left the record that stays; empty where it did not touch it."""
    link = Merger.contact_id if record == "contact" else Merger.company_id
    wanted = select(Merger.mark).where(link == kept_id, Merger.batch_id == batch_id)
    return db.session.scalar(wanted.order_by(Merger.id.desc()).limit(1)) or ""


def result_that_counts(contacts: Iterable[Contact]) -> int | None:
    """Which of some contacts has the quiz result that counts; None where no result is dated.

    The latest one; of one quiz the latest, best or first one, as that quiz says.
    """
    of_whom = {one.quiz_attempt_id: one.id for one in contacts if one.quiz_attempt_id}
    if len(of_whom) < 2:
        return None
    said = (Attempt.id, Attempt.completed_at, Attempt.pct, Attempt.version_id)
    wanted = select(*said, QuizVersion.quiz_id, QuizVersion.spec)
    wanted = wanted.join(QuizVersion, QuizVersion.id == Attempt.version_id)
    rows = db.session.execute(
        wanted.where(Attempt.id.in_(of_whom), Attempt.completed_at.is_not(None))
    ).all()
    if not rows:
        return None
    newest = max(rows, key=lambda row: row.version_id)
    is_one = len({row.quiz_id for row in rows}) == 1
    rule = newest.spec.get("effective", "latest") if is_one else "latest"
    order: dict[str, Callable[[Any], Any]] = {
        "latest": lambda row: (row.completed_at, row.id),
        "best": lambda row: (row.pct or 0, row.completed_at, row.id),
        "first": lambda row: (-row.completed_at.timestamp(), -row.id),
    }
    return of_whom[max(rows, key=order[rule]).id]


def kept_by(batch_id: int, most: int) -> list[int]:
    """The contacts into which an act over many rows merged others, the first `most`."""
    wanted = select(Merger.contact_id).where(
        Merger.batch_id == batch_id, Merger.contact_id.is_not(None)
    )
    return [one for one in db.session.scalars(wanted.distinct().limit(most)) if one]
