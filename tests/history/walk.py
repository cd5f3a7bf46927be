"""Random acts of a team, and the state of all records before and after."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from crm.accounts.models import User
from crm.activities import actions as activities
from crm.activities.models import Entry, Task
from crm.activities.rules import WRITTEN, Due
from crm.companies import actions as companies
from crm.companies.models import Company
from crm.contacts import actions as contacts
from crm.contacts.models import Contact, Tag
from crm.core import clock
from crm.core.db import db
from crm.core.refusal import Refused
from crm.deals import actions as deals
from crm.deals.models import Deal, Stage
from crm.duplicates import actions as duplicates
from crm.duplicates.parts import parts_of
from crm.history import writing
from crm.history.models import ChangeSet
from crm.history.rules import NEVER, plain
from crm.leads import actions as leads
from crm.leads.actions import rulebook
from crm.leads.models import Pool, RoutingRule
from crm.sequences import actions as sequences
from crm.sequences.models import Enrolment
from crm.sequences.rules.shape import blank

NAMES = ("Ada", "ADA", "Ben Böll", "Cleo")
MAILS = ("ada@a.example", "ben@b.example", "cleo@c.example")
DOMAINS = ("a.example", "b.example")
TAGS = ("vip", "Fair", "slow")
ROOTS = ("contact", "company", "deal")


def begin() -> None:
    """A few records, so that a walk has something to work on from its first step."""
    who = db.session.scalars(select(User).where(User.role == "owner")).one()
    company = companies.create(NAMES[1], domains=DOMAINS[:1], by=who)
    for number in (1, 2):
        found = contacts.create(name=NAMES[number], emails=[MAILS[number]], by=who)
        db.session.flush()
    stage = _pick(Stage, 0)
    deals.create(
        NAMES[2], stage=stage, by=who, contact=found, company_id=company.id, amount_cents=100
    )
    activities.add_task("Call", owner_id=who.id, contact_id=found.id, due_on=_day(1), by=who)
    _begin_mails(who, found)


def _begin_mails(who: User, contact: Contact) -> None:
    contacts.record_consent(
        contact, purpose="marketing", is_granted=True, text="Yes", text_version=1, locale="en",
        source="quiz",
    )  # fmt: skip
    spec = blank()
    spec["steps"] = [
        {"key": key, "name": key, "delay": {"amount": n, "unit": "days"}, "at": "09:30",
         "subject": key, "preview": "", "body": "Hello"}
        for n, key in enumerate(("one", "two"), 1)
    ]  # fmt: skip
    series = sequences.create("Series", who, spec)
    sequences.publish(series, who)
    db.session.flush()
    sequences.enrol(contact, series, source="user", by=who)


def _pick(model, n: int) -> Any:
    rows = db.session.scalars(select(model).order_by(model.id)).all()
    if not rows:
        raise Refused("none")
    return rows[n % len(rows)]


def _day(n: int):
    return clock.now().date() + timedelta(days=1 + n % 9)


def _change_contact(who: User, n: int, m: int) -> None:
    values: list[dict[str, Any]] = [
        {"name": NAMES[m % 4]},
        {"job_title": NAMES[m % 4], "locale": "de" if m % 2 else ""},
        {"emails": [[MAILS[m % 3], "work", True]]},
        {"emails": [[MAILS[m % 3], "private", False], [MAILS[(m + 1) % 3], "work", True]]},
        {"emails": []},
        {"phones": [[f"+49 30 231250{m % 100:02}", "work", True]]},
        {"tags": [TAGS[m % 3], TAGS[(m + 1) % 3]]},
        {"tags": []},
        {"company": NAMES[m % 4]},
        {"company": ""},
    ]
    contacts.change(_pick(Contact, n), values[m % len(values)], by=who)


def _change_company(who: User, n: int, m: int) -> None:
    values: list[dict[str, Any]] = [
        {"name": NAMES[m % 4]},
        {"city": "Kiel", "owner_id": who.id},
        {"domains": [DOMAINS[m % 2]]},
        {"domains": []},
    ]
    companies.change(_pick(Company, n), values[m % 4], by=who)


def _change_deal(who: User, n: int, m: int) -> None:
    deal = _pick(Deal, n)
    values: list[dict[str, Any]] = [
        {"name": NAMES[m % 4]},
        {"amount_cents": m * 100, "close_on": _day(m)},
        {"contact_id": _pick(Contact, m).id},
    ]
    deals.update(deal, who, version=deal.version, **values[m % 3])


def _close(who: User, n: int, m: int) -> None:
    why = {"is_won": True, "amount_cents": m} if m % 2 else {"is_won": False, "reason": "price"}
    if not m % 3 and not m % 2:
        why["ask_again_on"] = _day(m)
    deals.close(_pick(Deal, n), who, **why)


def _move(who: User, n: int, m: int) -> None:
    after = _pick(Deal, m).id if m % 2 else None
    deals.move(_pick(Deal, n), _pick(Stage, m), who, after_id=after)


def _change_task(who: User, n: int, m: int) -> None:
    task = _pick(Task, n)
    due = Due(on=_day(m)) if m % 2 else Due(at=clock.now() + timedelta(hours=m % 50 + 1))
    activities.change_task(task, who, version=task.version, title=NAMES[m % 4], due=due)


def _write(who: User, n: int, m: int) -> None:
    contact_id = _pick(Contact, n).id
    if m % 2:
        activities.log_call(contact_id=contact_id, by=who, outcome="reached")
    else:
        activities.write_note(by=who, body=NAMES[m % 4], contact_id=contact_id)


def _note(n: int) -> Entry:
    written = select(Entry).where(Entry.kind.in_(("note", "call"))).order_by(Entry.id)
    found = db.session.scalars(written).all()
    if not found:
        raise Refused("none")
    return found[n % len(found)]


def _edit_note(who: User, n: int, m: int) -> None:
    entry = _note(n)
    activities.edit_note(entry, who, NAMES[m % 4], seen=entry.body)


def _pin(who: User, n: int, m: int) -> None:
    activities.pin(_note(n)) if m % 2 else activities.unpin(_note(n))


def _change_stage(who: User, n: int, m: int) -> None:
    stages = db.session.scalars(select(Stage).where(Stage.kind == "open")).all()
    stage = stages[n % len(stages)]
    if m % 5 == 0:
        deals.delete_stage(stage, who, target=stages[m % len(stages)])
    elif m % 5 == 1:
        deals.shift_stage(stage, who, up=bool(n % 2))
    else:
        stage.name = NAMES[m % 4]


def _change_rule(who: User, n: int, m: int) -> None:
    ask = [{"field": "pct", "op": "over", "value": m}]
    if m % 4 == 0:
        rulebook.add_rule(NAMES[n % 4], conditions=ask, steps={"user_id": who.id})
    elif m % 4 == 1:
        rulebook.switch_rule(_pick(RoutingRule, n), bool(n % 2))
    elif m % 4 == 2:
        rulebook.place_rule(_pick(RoutingRule, n), m % 3)
    else:
        rulebook.delete_rule(_pick(RoutingRule, n))


def _change_pool(who: User, n: int, m: int) -> None:
    pools = db.session.scalars(select(Pool).order_by(Pool.id)).all()
    pool = pools[n % len(pools)] if pools and m % 3 else None
    if m % 7 == 0 and pool:
        return rulebook.delete_pool(pool)
    people = [_pick(User, m).id, _pick(User, m + n + 1).id]
    name = pool.name if pool else f"{NAMES[n % 4]} {m}"
    members = list(dict.fromkeys(people))
    rulebook.save_pool(pool, name=name, availability="ignore", members=members, by=who)
    return None


def _change_mails(who: User, n: int, m: int) -> None:
    one = _pick(Enrolment, n)
    if m % 3:
        sequences.stop(one, reason="manual", by=who)
    elif one.state == "paused":
        sequences.resume(one, who)
    else:
        sequences.pause(one, who)


def _merge(who: User, n: int, m: int) -> None:
    model = Contact if m % 3 else Company
    kept, gone = _pick(model, n), _pick(model, m)
    kept.owner_id = kept.owner_id or who.id
    keys = [part.key for part in parts_of(model.__tablename__)]
    duplicates.merge(kept, gone, who, take=["owner", *keys[m % len(keys) :]])


ACTS: list[Any] = [
    lambda who, n, m: contacts.create(
        name=NAMES[n % 4], emails=[MAILS[m % 3]] if m % 2 else [], by=who
    ),
    _change_contact,
    _change_contact,
    _change_contact,
    lambda who, n, m: contacts.set_owner(_pick(Contact, n), _pick(User, m), who),
    lambda who, n, m: leads.hand_over(_pick(Contact, n), _pick(User, m), who),
    lambda who, n, m: leads.disqualify(_pick(Contact, n), by=who, reason="no"),
    lambda who, n, m: contacts.tag(_pick(Contact, n), TAGS[m % 3], by=who),
    lambda who, n, m: contacts.untag(_pick(Contact, n), TAGS[m % 3], by=who),
    lambda who, n, m: contacts.delete(_pick(Contact, n), who),
    lambda who, n, m: contacts.restore(_pick(Contact, n), who),
    lambda who, n, m: contacts.rename_tag(_pick(Tag, n), f"{TAGS[m % 3]} {m % 2}"),
    lambda who, n, m: contacts.merge_tags(_pick(Tag, n), _pick(Tag, m)),
    lambda who, n, m: contacts.delete_tag(_pick(Tag, n)),
    lambda who, n, m: companies.create(
        NAMES[n % 4], domains=[DOMAINS[m % 2]] if m % 3 else [], by=who
    ),
    _change_company,
    lambda who, n, m: companies.delete(_pick(Company, n), who),
    lambda who, n, m: companies.restore(_pick(Company, n), who),
    lambda who, n, m: deals.create(
        NAMES[n % 4], stage=_pick(Stage, m), by=who, contact=_pick(Contact, n), amount_cents=m
    ),
    _change_deal,
    _move,
    lambda who, n, m: deals.step(_pick(Deal, n), who, forward=bool(m % 2)),
    _close,
    lambda who, n, m: deals.reopen(_pick(Deal, n), who),
    lambda who, n, m: deals.delete(_pick(Deal, n), who),
    lambda who, n, m: deals.restore(_pick(Deal, n), who),
    lambda who, n, m: deals.decide_next_step(_pick(Deal, n), who, title="Next", due_on=_day(m)),
    lambda who, n, m: activities.add_task(
        "Call", owner_id=who.id, contact_id=_pick(Contact, n).id, due_on=_day(m), by=who
    ),
    lambda who, n, m: activities.complete_task(_pick(Task, n), who, "done"),
    lambda who, n, m: activities.reopen_task(_pick(Task, n), who),
    lambda who, n, m: activities.snooze(_pick(Task, n), who, due_on=_day(m)),
    lambda who, n, m: activities.reassign_task(_pick(Task, n), _pick(User, m), who),
    _change_task,
    _write,
    _write,
    _edit_note,
    _pin,
    lambda who, n, m: activities.remove_note(_note(n), who),
    lambda who, n, m: activities.put_back_note(_note(n), who),
    _change_stage,
    _change_rule,
    _change_pool,
    _merge,
    _merge,
    _change_mails,
]


def state() -> dict[str, dict[int, dict[str, Any]]]:
    """Every value of every tracked row, but what no undo brings back."""
    db.session.rollback()
    found: dict[str, dict[int, dict[str, Any]]] = {}
    for name, tracked in writing.TABLES.items():
        never = (NEVER | {tracked.counts}) - {"id"}
        names = [kept for kept in writing.TRACKED[tracked.model].columns if kept not in never]
        columns = [getattr(tracked.model, one) for one in ("id", *names)]
        found[name] = {
            row[0]: {one: plain(value) for one, value in zip(names, row[1:], strict=True)}
            for row in db.session.execute(select(*columns))
        }
    return found


def differences(before: dict, after: dict) -> list[str]:
    """What an undo left different; rows added meanwhile may lie in the trash or be closed."""
    wrong = []
    for table, rows in before.items():
        for number, values in rows.items():
            now = after[table].get(number)
            if now is None:
                wrong.append(f"{table} {number} is gone: {values}")
                continue
            wrong += [
                f"{table} {number} {name}: {value!r} is now {now[name]!r}"
                for name, value in values.items()
                if now[name] != value
            ]
        for number, now in after[table].items():
            if number not in rows and not _is_away(table, now, after, before):
                wrong.append(f"{table} {number} is left: {now}")
    return wrong


def _is_away(table: str, row: dict, after: dict, before: dict) -> bool:
    if "deleted_at" in row:
        return row["deleted_at"] is not None
    if table == "routing_rule":
        return row["archived_at"] is not None
    if table == "entry":  # the timeline is append-only: what people wrote is not read any more
        return row["kind"] not in WRITTEN or row["removed_at"] is not None
    if table == "task":
        return row["closed_as"] == "cancelled"
    links = {kind: row.get(f"{kind}_id") for kind in ROOTS}
    return any(
        number is not None
        and number not in before[kind]
        and after[kind][number]["deleted_at"] is not None
        for kind, number in links.items()
    )


def sets_since(number: int) -> list[int]:
    """The change sets after `number`, the latest first."""
    wanted = select(ChangeSet.id).where(ChangeSet.id > number).order_by(ChangeSet.id.desc())
    return list(db.session.scalars(wanted))
