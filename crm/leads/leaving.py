"""When somebody leaves: what they have is handed on as one batch, then the account ends (O3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from crm.accounts import actions as accounts
from crm.accounts.models import User
from crm.accounts.queries import user_by_id
from crm.accounts.rules import may, may_give
from crm.batches import actions as batches
from crm.batches.actions.working import fill, work_piece
from crm.batches.holding import Holding, counts, holdings
from crm.batches.models import Batch, BatchItem
from crm.batches.rules import AT_ONCE, KEPT, BatchKind, Skip
from crm.core import clock
from crm.core.db import db
from crm.core.refusal import Refused
from crm.leads.queries.leaving import KEY, KINDS, received, turned_since, undone_by
from crm.leads.splitting import BY_TEAM, EVENLY, shares
from crm.mail import actions as mail
from crm.notices import actions as notices

PIECE = 200


@dataclass
class Given:
    """One thing on its way from the leaver to somebody."""

    record_id: int
    kind: Holding
    row: Any
    leaver: User
    to: User | None


def plan(leaver: User, choices: Mapping[str, Any], by: User) -> Batch:
    """Look what would go to whom; nothing changes yet.

    `choices` maps kinds to the number of a person, "evenly" or "team"; "people" are those between
    whom is split. Raises Refused where the account could not be switched off afterwards.
    """
    if leaver.id == by.id:
        raise Refused(_("You cannot do this to your own account. Ask another administrator."))
    if not may(by, "manage_users") or not may_give(by.role, leaver.role):
        raise Refused(_("Only an owner can change an owner."))
    kinds = {one.key: choices[one.key] for one in holdings() if choices.get(one.key)}
    people = list(choices.get("people") or [])
    if not kinds:
        raise Refused(_("Say for at least one kind who gets it."))
    if {EVENLY, BY_TEAM} & set(kinds.values()) and not people:
        raise Refused(_("Choose the people between whom is split."), field="people")
    options = {"leaver": leaver.id, "name": leaver.name, "kinds": kinds, "people": people}
    batch = batches.plan_file(KEY, by=by, options=options)
    while batch.state == "filling":
        fill(batch, KIND)
    while batch.state == "checking" and batch.total <= AT_ONCE:
        work_piece(batch, KIND, by, AT_ONCE)
    return batch


def _lines(options: Mapping[str, Any], place: int) -> list[dict[str, Any]]:
    """The next things in order, with who gets each."""
    for kind, held in counts(options["leaver"]):
        how = options["kinds"].get(kind.key)
        count = held if how else 0
        if place < count:
            rows = db.session.execute(kind.rows(options["leaver"]).offset(place).limit(PIECE))
            teams = _teams(options["people"])
            split = how in {EVENLY, BY_TEAM} and kind.links
            shared = shares(options["leaver"], options["kinds"], options["people"], teams) \
                if split else {}  # fmt: skip
            return [
                {
                    "record_id": number * KINDS + kind.number,
                    "payload": {
                        "to": shared.get((kind.key, number))
                        or _receiver(how, n, team, options["people"], teams)
                    },
                }
                for n, (number, team) in enumerate(rows, place)
            ]
        place -= count
    return []


def _receiver(
    how: Any, n: int, team: int | None, people: Sequence[int], teams: Mapping[int, Sequence[int]]
) -> int:
    if how == EVENLY or (how == BY_TEAM and not teams.get(team or 0)):
        return people[n % len(people)]
    if how == BY_TEAM:
        mates = teams[team or 0]
        return mates[n % len(mates)]
    return int(how)


def _teams(people: Sequence[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for number in people:
        user = user_by_id(number)
        for team_id in user.team_ids if user else ():
            found.setdefault(team_id, []).append(number)
    return found


def _load(user: User, items: Sequence[BatchItem], options: Mapping[str, Any]) -> dict[int, Given]:
    leaver, kinds = user_by_id(options["leaver"]), {one.number: one for one in holdings()}
    wanted: dict[int, list[int]] = {}
    for item in items:
        number, kind = divmod(item.record_id or 0, KINDS)
        wanted.setdefault(kind, []).append(number)
    rows = {kind: kinds[kind].load(ids) for kind, ids in wanted.items()}
    found = {}
    for item in items:
        number, kind = divmod(item.record_id or 0, KINDS)
        to = user_by_id((item.payload or {}).get("to"))
        if leaver is not None and number in rows[kind]:
            row = rows[kind][number]
            found[item.position] = Given(item.record_id or 0, kinds[kind], row, leaver, to)
    return found


def _check(given: Given, options: Mapping[str, Any], by: User) -> tuple[str, str]:
    to = given.to
    if to is None or not may(to, "edit_records"):
        raise Refused(_("Who should have it no longer works here."))
    has = given.kind.rows(given.leaver.id).where(given.kind.model.id == given.row.id)
    if db.session.execute(has).first() is None:
        raise Skip(_("%(name)s no longer has it.", name=given.leaver.name))
    return "planned", to.name


def _act(given: Given, options: Mapping[str, Any], by: User) -> None:
    _check(given, options, by)
    given.kind.give(given.row, given.leaver, given.to, by)
    db.session.flush()


def _names(
    user: User, ids: Sequence[int], options: Mapping[str, Any]
) -> dict[int, tuple[str, str]]:
    found = {}
    for kind in holdings():
        numbers = [one // KINDS for one in ids if one % KINDS == kind.number]
        rows = kind.load(numbers) if numbers else {}
        for number, row in rows.items():
            words = f"{kind.word}: {kind.name(row)}"
            found[number * KINDS + kind.number] = (words, kind.url(row))
    return found


def _finish(batch: Batch, options: Mapping[str, Any]) -> None:
    """When all is handed on: the account ends, and each receiver gets their sheet."""
    leaver = user_by_id(options["leaver"])
    if batch.state != "done" or leaver is None:
        return
    try:
        accounts.deactivate(leaver, batch.user)
    except Refused as refusal:
        batch.error = refusal.message
    for user_id, count in received(batch.id).items():
        to = user_by_id(user_id)
        if to is None:
            continue
        title = ngettext(
            "You have one thing of %(name)s now", "You have %(num)s things of %(name)s now",
            count, name=leaver.name,
        )  # fmt: skip
        key = f"leaving:{batch.id}:{user_id}"
        url = f"/hand-overs/{batch.id}"
        notices.tell(user_id, kind="assignment", title=title, url=url, dedupe_key=key)
        mail.queue(
            "leaving.sheet", dedupe_key=key, to_address=to.email, to_name=to.name,
            user_id=user_id, context={"batch_id": batch.id, "title": title},
        )  # fmt: skip


def tell_turned() -> None:
    """Tell who got something that a hand-over was undone, or done again; each time once.

    The undo is an act of the history, which knows nothing of hand-overs: so it is looked for.
    """
    for batch, turn in turned_since(clock.now() - KEPT):
        is_back = turn.id == getattr(undone_by(batch), "id", None)
        name = batch.options["name"]
        for user_id in received(batch.id):
            notices.tell(
                user_id,
                kind="assignment",
                title=_("What you got of %(name)s went back: it was undone", name=name)
                if is_back
                else _("What you got of %(name)s is yours again", name=name),
                url=f"/hand-overs/{batch.id}",
                dedupe_key=f"leaving:{batch.id}:{turn.id}:{user_id}",
            )


def _stays(options: Mapping[str, Any]) -> tuple[str, str] | None:
    """An undo gives back what was handed on; the account is switched on by hand."""
    leaver = user_by_id(options["leaver"])
    if leaver is None or leaver.is_active:
        return None
    words = _("The account of %(name)s stays switched off.", name=leaver.name)
    return words, f"/settings/users/{leaver.id}"


KIND = BatchKind(
    KEY, "user", "manage_users",
    lambda o: _("Hand on what %(name)s has, and switch the account off", name=o["name"]),
    _load, _act, _names, check=_check, on_items=True, fill=_lines, finish=_finish, stays=_stays,
)  # fmt: skip
