"""The engine as lists, segments and rules use it: over the declared fields, for one person."""

from collections.abc import Iterator, Mapping
from typing import Any

from flask import g
from sqlalchemy import and_, exists, false, inspect, literal, select

from crm.accounts.models import User
from crm.accounts.queries import may_see, visible
from crm.core.db import db
from crm.fields.queries import catalogue, field_of, fields_of, seen_field, stays_of
from crm.fields.rules import Field
from crm.filters.models import Segment, SegmentMember
from crm.filters.queries.compiling import Compiler, Condition
from crm.filters.queries.segments import segment_for
from crm.filters.queries.viewers import Eyes, eyes_of
from crm.filters.rules import All, Node, brokens, judge, loads, typed
from crm.filters.rules.tree import Kit

MOST_NESTED = 3


class Known(Mapping[str, Field]):
    """The fields of a kind of record; the house's own are read only when one is asked for."""

    def __init__(self, record: str, user: User | None) -> None:
        self.record, self.user = record, user

    def __getitem__(self, key: str) -> Field:
        found = field_named(self.record, key, self.user)
        if found is None:
            raise KeyError(key)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(fields_of(self.record))

    def __len__(self) -> int:
        return len(fields_of(self.record))


def kit(user: User | None) -> Kit:
    """All declared fields and the house's own, as far as `user` may ask; None asks for all."""
    return Kit(catalogue(), lambda record: Known(record, user), stays_of)


def field_named(record: str, key: str, user: User | None) -> Field | None:
    """A field by key as far as `user` may ask for it: what is not shown cannot be asked for.

    None is the house itself, which may ask for all. The house's own fields are looked up only
    where the key names one.
    """
    found = field_of(record, key)
    return found if user is None else seen_field(user, found)


class Engine:
    """Reads conditions with the eyes of one person; `depth` counts segments within segments."""

    def __init__(self, user: User, depth: int = 0) -> None:
        self.user, self.depth = user, depth
        self.eyes: Eyes = eyes_of(user)

    def tree(self, raw: Mapping[str, Any] | None, record: str) -> Node:
        """The typed tree of a raw one; what is not known is Broken in it."""
        return typed(raw, record, kit(self.user)) if raw else All()

    def condition(self, node: Node, record: str, *, looks_up: bool = False) -> Condition:
        """The SQL condition that rows of the record's table fulfil `node`.

        `looks_up` is for lists that are read in order: few related rows are asked for at once.
        """
        return self.condition_on(node, catalogue().models[record], looks_up=looks_up)

    def condition_on(self, node: Node, model: Any, *, looks_up: bool = False) -> Condition:
        """The same for a mapped class or an alias of it."""
        return Compiler(
            self.eyes, catalogue().models, self._in_segment, looks_up=looks_up
        ).condition(node, model)

    def holds(self, node: Node, row: Any) -> bool:
        """Whether one loaded record fulfils `node`."""
        return judge(node, row, self.eyes, self._may_see, self._is_in_segment)

    def in_segment(self, segment: Segment | None, model: Any) -> Condition:
        """The condition that rows of `model` (contacts) are in a segment, as its owner sees it.

        A segment with a broken condition holds nobody: mails must not go further than meant
        (`exclusions.unreadable` asks where it keeps people out). The eyes of an owner whose
        account is switched off see what they saw.
        """
        if segment is None or self.depth >= MOST_NESTED:
            return false()
        if segment.kind == "static":
            return _is_member(segment, model)
        owner = owner_engine(segment, self.depth)
        node = owner.tree(loads(segment.filter), "contact")
        if brokens(node):
            return false()
        seen = and_(visible(owner.user, model), model.deleted_at.is_(None))
        return and_(seen, owner.condition_on(node, model))

    def is_in(self, segment: Segment | None, row: Any) -> bool:
        """The same for one loaded contact."""
        if segment is None or self.depth >= MOST_NESTED:
            return False
        if segment.kind == "static":
            found = SegmentMember.segment_id == segment.id, SegmentMember.contact_id == row.id
            return db.session.scalar(select(SegmentMember.id).where(*found)) is not None
        owner = owner_engine(segment, self.depth)
        node = owner.tree(loads(segment.filter), "contact")
        is_seen = row.deleted_at is None and may_see(owner.user, row)
        return is_seen and not brokens(node) and owner.holds(node, row)

    def _may_see(self, row: Any) -> bool:
        return not hasattr(row, "team_id") or may_see(self.user, row)

    def _in_segment(self, segment_id: int, model: Any, _compiler: Compiler) -> Condition:
        return self.in_segment(segment_for(self.user, segment_id), model)

    def _is_in_segment(self, segment_id: int, row: Any) -> bool:
        return self.is_in(segment_for(self.user, segment_id), row)


class Standing:
    """A person as they were when their account was on, for what they left behind."""

    is_active = is_authenticated = True

    def __init__(self, user: User) -> None:
        self._user = user

    def __getattr__(self, name: str) -> Any:
        return getattr(self._user, name)


def owner_engine(segment: Segment, depth: int = 0) -> Engine:
    """The engine of a segment's owner, whether or not they still work here."""
    owner: Any = segment.owner if segment.owner.is_active else Standing(segment.owner)
    return Engine(owner, depth + 1)


def _is_member(segment: Segment, model: Any) -> Condition:
    table = inspect(model).selectable
    rows = select(literal(1)).where(
        SegmentMember.segment_id == segment.id, SegmentMember.contact_id == table.c.id
    )
    return exists(rows.correlate(table))


def engine_of(user: User) -> Engine:
    """The engine for the one who asks, one a request."""
    held: Engine | None = g.get("tend_engine")
    if held is None or held.user is not user:
        held = g.tend_engine = Engine(user)
    return held
