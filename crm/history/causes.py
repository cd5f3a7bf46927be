"""Who acts and why: said by jobs, rules and imports, else read from what runs."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import Any

from flask import has_request_context, request
from flask_login import current_user
from sqlalchemy import inspect

from crm.core import queue
from crm.core.db import db

WHY = "tend_history_cause"


@dataclass(frozen=True)
class Cause:
    """Who acts and why. `set_id`: an open set of several transactions to add to."""

    actor: str = ""
    kind: str = ""
    user_id: int | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    undo_of_id: int | None = None
    set_id: int | None = None


_acting: ContextVar[Cause | None] = ContextVar("tend_acting", default=None)


@contextmanager
def acting(
    actor: str,
    kind: str = "",
    *,
    user_id: int | None = None,
    details: Mapping[str, Any] | None = None,
    set_id: int | None = None,
) -> Iterator[None]:
    """Say who acts in the transactions opened inside: jobs, imports, rules, tokens.

    `set_id` adds to an open set (`open_set`), so that a job of many transactions is one act.
    """
    token = _acting.set(Cause(actor, kind, user_id, details or {}, None, set_id))
    try:
        yield
    finally:
        _acting.reset(token)


def because(
    kind: str, *, undo_of_id: int | None = None, by_id: int | None = None, **details: Any
) -> None:
    """Name what the open transaction does, where the endpoint or job does not say it.

    `by_id` is the person who acts and is not signed in yet.
    """
    db.session().info[WHY] = Cause(kind=kind, user_id=by_id, details=details, undo_of_id=undo_of_id)


def cause(named: Cause | None) -> Cause:
    """Who acts now; `named` is what the transaction itself said it does."""
    found = _acting.get() or _from_surroundings()
    if named is None:
        return found
    details = {**found.details, **named.details}
    if named.user_id:
        found = replace(found, actor="user", user_id=named.user_id)
    return replace(found, kind=named.kind, details=details, undo_of_id=named.undo_of_id)


def _from_surroundings() -> Cause:
    """Who acts where nobody said it: the person of the request, a prospect, or a job."""
    if has_request_context():
        kind = request.endpoint or ""
        user = current_user._get_current_object()
        if user.is_authenticated:
            # Not user.id: the transaction may not have read this person, and need not.
            return Cause("user", kind, inspect(user).identity[0])
        return Cause("prospect", kind)
    path = queue.doing.get()
    if not path:
        return Cause("system", "command")
    return Cause("rule" if path.startswith("crm.leads.") else "system", path.removeprefix("crm."))
