"""Records of which each has keys of its own that no other may have: addresses, domains."""

from abc import abstractmethod
from collections.abc import Mapping, Set
from typing import Any

from sqlalchemy import select

from crm.core.db import db
from crm.core.refusal import Refused
from crm.transfer.writers.base import Writer


class KeyedWriter(Writer):
    """A writer whose claims hold, beside unique fields, what stands in its field `own_key`.

    `own_rows` are the columns of the key, the number of its record and since when it is free.
    """

    own_key: str
    own_rows: tuple[Any, Any, Any]

    @abstractmethod
    def own_taken(self, key: str) -> Refused:
        """The refusal of a key that another record has."""

    def claims(self, values: Mapping[str, Any]) -> list[str]:
        said = values.get(self.own_key) or ()
        return [*(f"{self.own_key}:{one}" for one in said), *super().claims(values)]

    def takers(self, claims: Set[str]) -> dict[str, int]:
        head, (key, number, freed_at) = f"{self.own_key}:", self.own_rows
        said = [one.removeprefix(head) for one in claims if one.startswith(head)]
        rows = select(key, number).where(key.in_(said), freed_at.is_(None))
        found = db.session.execute(rows) if said else ()
        return {**{f"{head}{one}": holder for one, holder in found}, **super().takers(claims)}

    def taken(self, claim: str) -> Refused:
        key = claim.removeprefix(f"{self.own_key}:")
        return self.own_taken(key) if key != claim else super().taken(claim)
