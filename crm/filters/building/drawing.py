"""A builder form, from what was sent to what is drawn and what is kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from crm.accounts import queries as accounts
from crm.fields.queries import catalogue, fields_of, seen_field
from crm.filters.building import sent
from crm.filters.building.lines import Line, cleaned, line
from crm.filters.queries import segments_for
from crm.filters.queries.engine import kit
from crm.filters.rules import BadFilter, brokens, typed
from crm.filters.rules.grammar import checked
from crm.filters.rules.operators import SPAN_WORDS

Raw = dict[str, Any]


@dataclass
class Built:
    """A tree as somebody builds it: `raw` with what is unfinished, `problem` once it is tried."""

    raw: Raw
    record: str
    is_tried: bool = False
    problem: str = ""

    @property
    def root(self) -> Line:
        """The outermost group, to be drawn."""
        return line(self.raw, "r", self.record, self.is_tried)

    @property
    def ready(self) -> Raw | None:
        """The tree without what nobody has begun; None where nothing is asked."""
        return sent.finished(self.raw)

    def tried(self) -> str:
        """Why the tree cannot be used yet, in words; "" when it can."""
        self.is_tried, self.problem = True, self._trouble()
        return self.problem

    def _trouble(self) -> str:
        tree = self.ready
        try:
            node = typed(checked(tree), self.record, kit(current_user)) if tree else None
        except BadFilter as error:
            return str(error)
        return _("Some conditions are not complete.") if brokens(node) else ""


def is_sent(form: Mapping[str, str]) -> bool:
    """Whether a form holds a builder."""
    return any(name.startswith("g-") for name in form)


def built(form: "MultiDict[str, str]", record: str) -> Built:
    """The tree of a builder form, with what its button asks for done: one part more or less."""
    tree = sent.Sent(form).tree
    sent.act(tree, form.get("act", ""))
    return Built(cleaned(tree, record, current_user, is_typed=True), record)


def opened(raw: Raw | None, record: str) -> Built:
    """A kept tree, to be changed."""
    tree = sent.as_group(sent.drawable(raw) if raw else None)
    return Built(cleaned(tree, record, current_user), record)


def context(record: str, *, is_house: bool = False) -> dict[str, Any]:
    """What `filters/_line.html` draws with; `is_house`: nobody is "me" to who reads the tree."""
    whose = {"me": _("me"), "team": _("my team"), "nobody": _("nobody yet")}
    return {
        "people": accounts.seen_owners(current_user),
        "whose": {"nobody": whose["nobody"]} if is_house else whose,
        "segments": segments_for(current_user),
        "spans": SPAN_WORDS,
        "offered": {one: _offered(one) for one in {*catalogue().models, record}},
        "relations": catalogue().relations,
    }


def _offered(record: str) -> list[Any]:
    known = fields_of(record).values()
    return [one for one in known if one.is_filterable and seen_field(current_user, one)]
