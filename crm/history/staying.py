"""Whether what an act brought will stay when it is undone, asked before anything is."""

from typing import Any

from sqlalchemy import Select

from crm.core.db import db
from crm.history.planning import going_aside

LOOKED_AT = 200


def any_stays(set_id: int, table: str, rows: Select[Any], changed_at: Any) -> bool:
    """Whether an undo of a set leaves one of these rows, which it brought, as they are.

    Of very many, those that were changed last are looked at.
    """
    latest = rows.order_by(changed_at.desc()).limit(LOOKED_AT)
    places = {(table, number) for number in db.session.scalars(latest)}
    return bool(places - going_aside({set_id}, places, places))
