"""What the writers of all kinds of records have in common."""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Any, ClassVar

from flask_babel import gettext as _
from sqlalchemy import select

from crm.accounts.models import User
from crm.accounts.queries import visible
from crm.activities import actions as activities
from crm.core.db import db, insert_all_once
from crm.core.folding import fold
from crm.core.inserts import insert_once
from crm.core.refusal import Refused
from crm.fields import actions as fields
from crm.fields import queries as field_queries
from crm.fields.models import FieldValue
from crm.fields.typed import match_key
from crm.transfer.drafts import Draft
from crm.transfer.models import ExternalId
from crm.transfer.rules.mapping import Column, blended
from crm.transfer.rules.texts import check_most
from crm.transfer.writers import notes
from crm.transfer.writers.held import Standing

UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff\ufffe\uffff]")


class Writer(Standing, ABC):
    """Finds the record that a draft is about, adds one, or changes it under the file's policies.

    `matches` are the keys by which a row may find its record, the usual one first. `has_many`:
    `create_many` adds several at once. `loads` says what of found records is read with them.
    `guarded`: the fields whose change the record itself may refuse.
    """

    record: ClassVar[str]
    model: ClassVar[Any]
    matches: ClassVar[Mapping[str, Any]]
    has_many: ClassVar[bool] = False
    loads: ClassVar[Sequence[Any]] = ()
    guarded: ClassVar[frozenset[str]]

    @abstractmethod
    def keys_of(self, draft: Draft, match: str) -> list[str]:
        """What makes two rows be about the same record, as texts; empty where nothing does."""

    @abstractmethod
    def numbers(self, drafts: Sequence[Draft], match: str, by: User) -> dict[str, int]:
        """The records that bear the keys of the drafts, whoever may see them: key to number."""

    def find(self, drafts: Sequence[Draft], match: str, by: User) -> None:
        """Set `found` of each draft whose record is there; a record out of sight is a fault."""
        numbers = self.numbers(drafts, match, by)
        found = self.rows(set(numbers.values()), by)
        for draft in drafts:
            keys = [key for key in self.keys_of(draft, match) if key in numbers]
            draft.found = found.get(numbers[keys[0]]) if keys else None
            if keys and draft.found is None:
                draft.faults.append(self.unseen)
        known = notes.known_notes(self.record, drafts, found)
        for draft in drafts:
            notes.leave_known(self.record, draft, known)
        self.link(drafts, by)

    def rows(self, numbers: Set[int], by: User) -> dict[int, Any]:
        """Those of the records that `by` sees, by number, with what `loads` says."""
        model, found = self.model, dict[int, Any]()
        seen = model.id.in_(numbers), model.deleted_at.is_(None), visible(by, model)
        for row in db.session.scalars(select(model).where(*seen).options(*self.loads)):
            found[row.id] = row
        return found

    @property
    def unseen(self) -> str:
        """Why a row is refused whose record is out of sight."""
        return _("It belongs to a record that you may not see.")

    def link(self, drafts: Sequence[Draft], by: User) -> None:
        """Set `links` of each draft: the records that it names for a new one."""

    @abstractmethod
    def fault(self, draft: Draft) -> str:
        """Why a new record cannot be made of a draft; an empty text if it can."""

    @abstractmethod
    def create(self, draft: Draft, by: User) -> Any:
        """Add the record of a draft."""

    @abstractmethod
    def create_many(self, drafts: Sequence[Draft], tags: Sequence[str], by: User) -> list[Any]:
        """Add the records of several drafts with a few statements, in their order.

        `tags` are those of the whole import. Raises Refused where one cannot be added: none is.
        """

    def refuse_new(self, draft: Draft, by: User) -> None:
        """Raises Refused where the record of a draft could not be added; without changing any."""

    @abstractmethod
    def keys_held(self, draft: Draft, values: Mapping[str, Any], match: str) -> list[str]:
        """By which keys a record is found that says `values` after a row."""

    def claims(self, values: Mapping[str, Any]) -> list[str]:
        """What no two records may have of what one says, such as "cf_5:17"."""
        alone = [one for one in field_queries.customs(self.record) if one.is_unique]
        said = [one for one in alone if values.get(one.key) is not None]
        return [f"{one.key}:{match_key(one.kind, values[one.key])}" for one in said]

    def takers(self, claims: Set[str]) -> dict[str, int]:
        """Which records have these claims now, whoever may see them."""
        found: dict[str, int] = {}
        link = getattr(FieldValue, f"{self.record}_id")
        for one in field_queries.customs(self.record):
            head = f"{one.key}:"
            keys = [claim.removeprefix(head) for claim in claims if claim.startswith(head)]
            rows = select(FieldValue.match_key, link).where(
                FieldValue.field_id == one.id,
                FieldValue.match_key.in_(keys),
                FieldValue.is_unique.is_(True),
            )
            for key, number in db.session.execute(rows) if keys else ():
                found[f"{head}{key}"] = number
        return found

    def taken(self, claim: str) -> Refused:
        """The refusal of a claim that another record has."""
        custom = field_queries.custom_of(self.record, claim.partition(":")[0])
        assert custom is not None
        return fields.not_alone(custom)

    def begun(self, draft: Draft, by: User) -> dict[str, Any]:
        """What a record says that was made of a draft, as `snapshot` writes it."""
        return {**self.blank(by), **{k: v for k, v in self.plain(draft).items() if v is not None}}

    def changes(
        self, draft: Draft, columns: Sequence[Column], now: Mapping[str, Any]
    ) -> dict[str, Any]:
        """What of a record that says `now` (its `snapshot`) would change: field to (now, then)."""
        policies = {column.key: column.policy for column in columns}
        wanted = {
            key: blended(policies.get(key, "fill"), now.get(key), value)
            for key, value in self.plain(draft).items()
            if key in now
        }
        found = {key: (now[key], then) for key, then in wanted.items() if then != now[key]}
        return {key: pair for key, pair in found.items() if _told(pair[0]) != _told(pair[1])}

    def allow(self, changes: Mapping[str, tuple[Any, Any]]) -> None:
        """Raises Refused where a record would hold more values of a list than its form takes."""
        for key, (now, then) in changes.items():
            if not isinstance(then, list):
                continue
            try:
                check_most(self.record, key, then, now or ())
            except ValueError as error:
                label = field_queries.fields_of(self.record)[key].label
                raise Refused(f"{label}: {error}") from None

    def doubtful(self, changes: Mapping[str, tuple[Any, Any]]) -> dict[str, tuple[Any, Any]]:
        """What of a change guards of the record itself may refuse: the dry run asks them."""
        return dict(changes) if self.guarded & changes.keys() else {}

    @abstractmethod
    def change(self, draft: Draft, changes: Mapping[str, Any], by: User) -> None:
        """Bring the found record to what `changes` says."""

    @abstractmethod
    def snapshot(self, row: Any, by: User) -> dict[str, Any]:
        """The values of a record that an import may change, comparable with `plain`."""

    @abstractmethod
    def blank(self, by: User) -> dict[str, Any]:
        """What a record says that has just been added, as `snapshot` writes it."""

    def left(self, draft: Draft) -> dict[str, tuple[Any, Any]]:
        """What only new records take of a row: field to (what stays, what the row says)."""
        return {}

    def along(self, draft: Draft, changes: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
        """What a change takes along that no field keeps: why a deal was lost, for instance."""
        return {}

    @abstractmethod
    def plain(self, draft: Draft) -> dict[str, Any]:
        """The values of a draft as `snapshot` writes them."""

    def tag(self, row: Any, names: Iterable[str], by: User) -> None:
        """Put the tags of the whole import on a record; only contacts have tags."""

    def finish_many(self, rows: Sequence[Any], drafts: Sequence[Draft], by: User) -> None:
        """As `finish` for records made just now."""
        values = [
            {"record": self.record, "record_id": row.id, "value": draft["id"]}
            for row, draft in zip(rows, drafts, strict=True)
            if draft["id"]
        ]
        insert_all_once(ExternalId, values, "record", "value")
        noted = [(row, one) for row, one in zip(rows, drafts, strict=True) if one["note"]]
        said = [notes.said(self.record, row.id, draft, by) for row, draft in noted]
        activities.record_all([{"kind": "note", **one} for one in said])

    def finish(self, row: Any, draft: Draft, by: User) -> None:
        """What stands beside the record: its number elsewhere, and the note of its row."""
        if draft["id"]:
            insert_once(
                ExternalId,
                {"record": self.record, "record_id": row.id, "value": draft["id"]},
                "record",
                "value",
            )
        if draft["note"]:
            notes.write(self.record, row.id, draft, by)


def bare(value: Any) -> Any:
    """A value as files can hold it: blanks and what no sheet shows do not make a change."""
    if isinstance(value, list):
        return [bare(one) for one in value]
    return " ".join(UNSEEN.sub("", value).split()) if isinstance(value, str) else value


def _told(value: Any) -> Any:
    """A value as it is compared: the order of a list says nothing."""
    return sorted(map(str, bare(value))) if isinstance(value, list) else bare(value)


def by_own_number(drafts: Sequence[Draft]) -> dict[str, int]:
    """Records by the numbers that our own files give in their first column."""
    texts = {draft["tend"] for draft in drafts if draft["tend"]}
    return {text: int(text) for text in texts if text.isdecimal() and len(text) < 16}


def by_number(record: str, drafts: Sequence[Draft]) -> dict[str, int]:
    """Records by the numbers that another program gave them."""
    values = [draft["id"] for draft in drafts if draft["id"]]
    if not values:
        return {}
    rows = db.session.execute(
        select(ExternalId.value, ExternalId.record_id).where(
            ExternalId.record == record, ExternalId.value.in_(values)
        )
    )
    return dict(rows.all())


def folded(*parts: Any) -> str:
    """Texts as one key; empty where one of them is."""
    words = [fold(str(part or "")) for part in parts]
    return "\x1f".join(words) if all(words) else ""


def set_custom(row: Any, changes: Mapping[str, Any], by: User) -> None:
    """Save the custom fields among `changes`."""
    values = {key: then for key, (_now, then) in changes.items() if key.startswith("cf_")}
    if values:
        fields.set_values(row, values, by)


def defaults_of(record: str) -> dict[str, Any]:
    """What a new record says for custom fields, as plain values."""
    return {custom.key: custom.default for custom in field_queries.customs(record)}


def custom_of(draft: Draft) -> dict[str, Any]:
    """The custom fields of a draft, as plain values."""
    return {key: value for key, value in draft.values.items() if key.startswith("cf_")}


def refuse(reason: str) -> None:
    """Say no, in words."""
    raise Refused(reason or _("This row cannot be taken."))
