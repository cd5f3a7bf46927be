"""Which rows a batch is about, written down: at once, or by the worker piece by piece.

So many rows as an undo may have are not written in one transaction, or everybody would wait for
it. Their numbers are: a few rows below the first one hold them (`position` -1, -2 and so on), and
the worker makes an item of each. A killed one's goes on with those that are left.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, insert, select

from crm.batches.models import Batch, BatchItem
from crm.core.db import db

PIECE = 2_500  # rows a transaction
HELD = "held"


def pin(batch: Batch, rows: Sequence[Mapping[str, Any]]) -> None:
    """Note the rows of a batch, by their `record_id` and what else they hold (`payload`)."""
    batch.total, batch.counts = len(rows), {"waiting": len(rows)}
    if len(rows) <= PIECE:
        add_items(batch, rows, 0)
        return
    batch.state = "filling"
    common, starts = {**_common(batch), "state": HELD}, range(0, len(rows), PIECE)
    pieces = [
        {**common, "position": -place, "payload": _together(rows[n : n + PIECE])}
        for place, n in enumerate(starts, 1)
    ]
    db.session.execute(insert(BatchItem), pieces)


def unfold(batch: Batch) -> None:
    """Make items of the next piece of numbers; behind the last one the dry run begins."""
    held = select(BatchItem.id, BatchItem.position, BatchItem.payload).where(
        BatchItem.batch_id == batch.id, BatchItem.position < 0
    )
    pieces = db.session.execute(held.order_by(BatchItem.position.desc()).limit(1)).all()
    for number, position, said in pieces:
        payloads = said.get("payloads") or [None] * len(said["numbers"])
        rows = [
            {"record_id": one, "payload": payload}
            for one, payload in zip(said["numbers"], payloads, strict=True)
        ]
        add_items(batch, rows, (-position - 1) * PIECE)
        db.session.execute(delete(BatchItem).where(BatchItem.id == number))
    if not pieces:
        batch.state = "checking"


def add_items(batch: Batch, rows: Sequence[Mapping[str, Any]], behind: int) -> None:
    """Add items that wait, from the position after `behind` on."""
    added = [{**_common(batch), "position": n, **one} for n, one in enumerate(rows, behind + 1)]
    db.session.execute(insert(BatchItem), added)


def _common(batch: Batch) -> dict[str, Any]:
    common = dict.fromkeys(("record_id", "payload", "mark"))
    return {**common, "batch_id": batch.id, "state": "waiting", "reason": ""}


def _together(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    payloads = [one.get("payload") for one in rows]
    held = {"numbers": [one["record_id"] for one in rows]}
    return {**held, "payloads": payloads} if any(payloads) else held
