"""What a kind of batch is, and how a piece of work ended."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from crm.accounts.rules import may

LEASE = timedelta(seconds=30)
# A piece takes a second or so: when nothing moved for so long, its worker may be lost.
SILENT = timedelta(seconds=15)
KEPT = timedelta(days=30)
# So long may a piece keep others from writing; the worker takes fewer rows where it took longer.
AIM_SECONDS = 0.1
LEAST = 0.3  # of the rows: each piece reads the same things first
# What an act gives that did a part of a long row: it is asked again, in the next transaction.
AGAIN = "again"
# Rows that are forgotten a time.
FORGOTTEN = 5_000
# Rows a transaction: few enough that a colleague's save in between never waits noticeably.
CHUNK = 20
# Rows a transaction where most are done together (`act_many`), in a few statements.
MANY_CHUNK = 50
# Rows that are tried dry by reading alone: more of them fit into the same time.
DRY_CHUNK = 200
# So few rows are tried dry at once, while the person waits.
AT_ONCE = 60
WORK_SECONDS = 600
MOST = 100_000
# So many rows may hang together.
MOST_TOGETHER = 50


class Skip(Exception):
    """Raised by an act that has nothing to do for a row; `reason` says why in words."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class BatchKind:
    """How rows are worked on. A feature lists its own in `fields.BATCHES`.

    `load(user, ids, options)` gives the rows that this person may see, by number.
    `act(row, options, by)` does one row; it raises Skip where there is nothing to do and Refused
    where it may not be, before it changes anything; it may return the state to note ("created").
    `check` is the same without changing anything, and may return "creates" or "updates" and words
    about it; without it the dry run does the act and takes it back. The act may give words too, or
    AGAIN where a part is done.
    `act_many(rows, options, by)` does those of a piece that can be done together, and gives what
    came of them by number; rows it leaves out, and all where it raises Refused, are done by `act`
    one by one. `right` is what the person must hold all the while. `words(options)` names the act
    ("Add the tag vip"), `names(user, ids, options)` gives name and address of the rows for the list
    of results.
    `on_items`: rows come from a file; `load` then gets the items themselves and gives rows that
    know their `record_id` once they have one, and `fill(options, place)` gives the next lines of
    the file as values of items, none at its end. `refused_url(options)`: where refused rows can be
    had as a file to mend. `again_url(options)`: where it can be said anew what the columns of the
    file are, before the work has begun. `calls(user, items, options)`: what rows of
    a file that are no records yet are called, by position. Where a row has `lines` after it was
    tried, what it would change and leave is kept with its item and shown: a list of label, value
    now, value then (`filters.queries.cells.Cell` as a list) and why it stays, under `word`.
    `previews(user, items, options)`: the same of rows that only add, by position, made when looked
    at.
    `beside(options)` says what of the file is no row.
    `pins(user, records, options)` gives the items where rows of a list are worked on together:
    values with `record_id` and `payload`; they too are loaded as items. `stays(options)`: what an
    undo does not take back, in words, and where that can be done.
    At most `most` rows are taken. Kinds with a `label` stand on the bar of their list, by `place`:
    the first ones as buttons.
    `asks(user, picked)` gives the inputs (WTForms) that say what is to be done, `asks_rows(user,
    ids)` does where they hang on the rows that were chosen, `few` of them at most, and
    `options(form, user, picked)` the batch's options; both may raise Refused. `picks(user)` are
    keys and words of which one is chosen first ("" where there is nothing to pick). `text` says on
    the form what to know before. `goes_on(batch)`, asked when the dry run has ended: whether it is
    begun without a further press, because its person has seen all there is to see. `tell(user, ids,
    options)` says more of the rows because of which it is not, without that being kept. `finish`
    runs when the work has ended. `actor`: as whom it stands in the history.
    """

    key: str
    record: str
    right: str
    words: Callable[[Mapping[str, Any]], Any]
    load: Callable[[Any, Sequence[Any], Mapping[str, Any]], Mapping[int, Any]]
    act: Callable[[Any, Mapping[str, Any], Any], str | tuple[str, str] | None]
    names: Callable[[Any, Sequence[int], Mapping[str, Any]], Mapping[int, tuple[str, str]]]
    check: Callable[[Any, Mapping[str, Any], Any], tuple[str, str] | None] | None = None
    act_many: Callable[[Mapping[int, Any], Mapping[str, Any], Any], Mapping[int, str]] | None = None
    on_items: bool = False
    fill: Callable[[Mapping[str, Any], int], Sequence[Mapping[str, Any]]] | None = None
    refused_url: Callable[[Mapping[str, Any]], str] | None = None
    again_url: Callable[[Mapping[str, Any]], str] | None = None
    stays: Callable[[Mapping[str, Any]], tuple[str, str] | None] | None = None
    calls: Callable[[Any, Sequence[Any], Mapping[str, Any]], Mapping[int, str]] | None = None
    previews: Callable[[Any, Sequence[Any], Mapping[str, Any]], Mapping[int, Any]] | None = None
    beside: Callable[[Mapping[str, Any]], str] | None = None
    pins: Callable[[Any, Any, Mapping[str, Any]], Sequence[Mapping[str, Any]]] | None = None
    is_undoable: bool = True
    most: int = MOST
    goes_on: Callable[[Any], bool] | None = None
    tell: Callable[[Any, Sequence[int], Mapping[str, Any]], Mapping[int, str]] | None = None
    finish: Callable[[Any, Mapping[str, Any]], None] | None = None
    together: Callable[[Mapping[str, Any] | None], Any] | None = None
    label: Any = ""
    place: int = 100
    is_grave: bool = False
    text: Any = ""
    asks: Callable[..., Mapping[str, Any]] | None = None
    asks_rows: Callable[[Any, Sequence[int]], Mapping[str, Any]] | None = None
    few: int = 0
    options: Callable[[Any, Any, str], dict[str, Any]] = lambda _form, _by, _picked: {}
    picks: Callable[[Any], Sequence[tuple[str, Any]]] | None = None
    actor: str = "user"


def may_use(user: Any, kind: BatchKind) -> bool:
    """Whether `user` may do this with many rows: the kind's right, and that of lists (O1)."""
    return may(user, kind.right) and (not kind.label or may(user, "bulk_edit"))


def silent_for(batch: Any, now: datetime) -> int:
    """For how many seconds nobody has worked on a batch; 0 where that is not long or it rests."""
    held = batch.lease_until - LEASE if batch.lease_until else None
    last = held or batch.started_at or batch.created_at
    is_silent = batch.is_active and now - last > SILENT
    return int((now - last).total_seconds()) if is_silent else 0
