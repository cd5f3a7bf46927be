"""Filters in words, and what they offer to the frame."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask import Flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from sqlalchemy import select

from crm.accounts.models import User
from crm.accounts.queries import visible
from crm.core.db import db
from crm.core.numbers import row_number
from crm.fields.naming import text_of
from crm.fields.queries import archived_name, catalogue, stays_of
from crm.fields.rules import Field
from crm.filters.queries.engine import engine_of
from crm.filters.queries.keepers import KEEPERS as OF_FILTERS
from crm.filters.queries.keepers import uses_of
from crm.filters.queries.pinned import pinned_for, pinned_part
from crm.filters.queries.segments import segment_for
from crm.filters.rules import BadFilter, Broken, Test, loads, tree
from crm.filters.rules import Segment as InSegment
from crm.filters.rules.operators import SPAN_WORDS
from crm.filters.rules.values import places
from crm.web.formats import day
from crm.web.shell import ShellItem

MOST_WORDS = 5
KEEPERS = OF_FILTERS
SHELL = [
    ShellItem(
        _l("Saved views"),
        "/views",
        order=62,
        place="settings",
        help=_l("Lists kept under a name: pin, share and put them away."),
    ),
    ShellItem(
        _l("Segments"),
        "/segments",
        order=64,
        place="settings",
        help=_l("Contacts that belong together, who entered and left."),
    ),
    ShellItem(
        _l("Kept and recent"),
        "/marks",
        order=66,
        place="settings",
        help=_l("Your favourites, what you follow and opened last."),
    ),
]


def init_app(app: Flask) -> None:
    """Let templates say conditions in words; hand the pinned views to the frame."""
    app.add_template_filter(words, "filter_words")
    app.add_template_filter(broken_word, "broken_word")
    app.add_template_filter(parts, "filter_parts")
    app.add_template_filter(value_words, "value_words")
    app.add_template_filter(record_text, "record_text")
    app.add_template_global(lambda key, value=None: uses_of(current_user, key, value), "uses_of")
    app.add_template_filter(_person, "person_name")
    app.add_template_filter(as_day, "as_day")
    app.add_template_filter(as_instant, "as_instant")
    app.extensions["tend.views"] = pinned_for
    app.extensions["tend.filter_words"] = words_of
    app.extensions.setdefault("tend.beside", {})["pinned"] = pinned_part


def as_day(value: date | str) -> date:
    """A day as a list got it: from the database, or as plain JSON."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def as_instant(value: datetime | str) -> datetime:
    """An instant as a list got it."""
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def words(node: tree.Node) -> str:
    """A condition in words: Tier is Hot or Warm."""
    if isinstance(node, tree.All | tree.Any):
        joint = _(" and ") if isinstance(node, tree.All) else _(" or ")
        return joint.join(_inner(part) for part in node.parts)
    if isinstance(node, tree.Not):
        return _("not (%(what)s)", what=words(node.part))
    if isinstance(node, Test):
        return _test(node)
    if isinstance(node, tree.Related):
        return _related(node)
    return _segment(node) if isinstance(node, InSegment) else _broken(node)


def words_of(text: str, record: str) -> str:
    """A filter that is kept as text, in words; as it stands where it cannot be read."""
    try:
        raw = loads(text)
    except BadFilter:
        return text
    return words(engine_of(current_user).tree(raw, record)) if raw else ""


def parts(node: tree.Node) -> tuple[str, str]:
    """A condition as what is asked about and what of it: ("Score", "is more than 80")."""
    said = words(node)
    if not isinstance(node, Test):
        return "", said
    return str(node.field.label), said.removeprefix(str(node.field.label)).strip()


def value_words(found: list[Any], field: Field) -> str:
    """What was found in a field, in words: 81, or Hot."""
    return _(" and ").join(_value(field, value) for value in found)


def _inner(part: tree.Node) -> str:
    said = words(part)
    return f"({said})" if isinstance(part, tree.All | tree.Any) and len(part.parts) > 1 else said


def _test(test: Test) -> str:
    said = f"{test.field.label} {test.operator.label}"
    if not test.values:
        return said
    if test.operator.takes == "days":
        return said.replace("(days)", _("%(n)s days", n=test.values[0]))
    joint = _(" and ") if test.operator.takes == "two" else _(" or ")
    texts = [_value(test.field, value) for value in test.values[:MOST_WORDS]]
    more = len(test.values) - MOST_WORDS
    return f"{said} {joint.join(texts)}" + (_(" and %(n)s more", n=more) if more > 0 else "")


def _value(field: Field, value: Any) -> str:
    if field.kind == "user":
        return _person(value)
    if field.options is not None:
        found = next((one for one in field.options() if one.value == str(value)), None)
        return str(found.label) if found else _("not known")
    if field.words is not None:
        return field.words(value)
    if field.kind == "reference":
        return record_name(str(value), field.target) or _("not known")
    if field.kind == "money":
        decimals = places(field)
        return f"{Decimal(value).scaleb(-decimals):f}".removesuffix("." + decimals * "0")
    return PLAIN.get(field.kind, lambda text: f"“{text}”")(value)


def _span_or_day(value: Any) -> str:
    return str(SPAN_WORDS[value]) if isinstance(value, str) else day(value)


PLAIN: dict[str, Callable[[Any], str]] = {
    "bool": lambda value: _("yes") if value else _("no"),
    "on": _span_or_day,
    "at": _span_or_day,
    "number": lambda number: f"{Decimal(number):f}",
}


def _person(value: Any) -> str:
    known = {"me": _("me"), "team": _("my team"), "nobody": _("nobody yet")}
    if value in known:
        return known[value]
    found = db.session.get(User, value)
    return found.name if found else _("nobody known")


def record_name(number: str, target: str) -> str:
    """The name of a record that the reader may see, "" for others; a merged one leads on."""
    if not number.isdecimal() or len(number) > 15:
        return ""
    model: Any = catalogue().models.get(target)
    if model is None or not hasattr(model, "name"):
        return ""
    [stays] = stays_of(target, [int(number)])
    seen = select(model.name).where(model.id == stays, visible(current_user, model))
    return db.session.scalar(seen) or ""


def record_text(value: str, target: str) -> str:
    """What names a record by hand, as far as the reader sees it; else what stands there."""
    number = row_number(value)
    [stays] = stays_of(target, [number]) if number else [None]
    return text_of(current_user, target, stays) or record_name(value, target) or value


def _related(node: tree.Related) -> str:
    label = str(node.relation.label)
    has = _("has %(what)s", what=label) if node.is_some else _("has no %(what)s", what=label)
    if node.where is None:
        return has
    return _("%(has)s where %(where)s", has=has, where=words(node.where))


def _segment(node: InSegment) -> str:
    found = segment_for(current_user, node.segment_id)
    name = found.name if found else _("not known")
    if node.is_in:
        return _("is in segment %(name)s", name=name)
    return _("is not in segment %(name)s", name=name)


def _broken(node: Broken) -> str:
    raw = node.raw
    if name := _archived(node):
        return _("%(what)s (archived)", what=name)
    return _("Not known any more: %(what)s", what=raw.get("field") or raw.get("relation") or "?")


def _archived(node: Broken) -> str:
    return archived_name(str(node.raw.get("field", ""))) if node.why == "field" else ""


def broken_word(node: Broken) -> str:
    """What is wrong with a broken condition, in words."""
    if name := _archived(node):
        return _("The field “%(name)s” was archived.", name=name)
    known = {
        "field": _("The field “%(key)s” is not there any more.", key=node.raw.get("field")),
        "relation": _("“%(key)s” is not known here.", key=node.raw.get("relation")),
        "operator": _("“%(key)s” cannot be compared this way any more.", key=node.raw.get("field")),
        "segment": _("The segment is not known."),
    }
    return known.get(node.why, node.why)
