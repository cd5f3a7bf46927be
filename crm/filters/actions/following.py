"""Conditions that follow what they ask for: a tag that was merged, a stage that was taken away."""

from sqlalchemy import select

from crm.core.db import db
from crm.core.folding import fold
from crm.filters.models import SavedView
from crm.filters.queries.keepers import keepers
from crm.filters.queries.pinned import forget_counts
from crm.filters.rules.naming import revalued


def follow(key: str, old: int, new: int) -> int:
    """Let all conditions that compare `key` with `old` ask for `new`; how many rows changed.

    Views, segments and rules, those put away too: brought back they mean what they meant.
    """
    was, becomes = str(old), str(new)
    rows = [
        (keeper, row)
        for keeper in keepers()
        for row in db.session.scalars(select(keeper.model).order_by(keeper.model.id))
        if keeper.asks(row, key, was)
    ]
    for keeper, row in rows:
        keeper.put(row, lambda tree: revalued(tree, key, was, becomes))
    db.session.flush()
    forget_counts()
    return len(rows)


def follow_quick(name: str, old: str, new: str) -> None:
    """The same for views that ask with a quick filter of their list, which goes by names."""
    for view in db.session.scalars(select(SavedView).order_by(SavedView.id)):
        if fold(view.params.get(name, "")) == fold(old):
            view.params = {**view.params, name: new}
    db.session.flush()
