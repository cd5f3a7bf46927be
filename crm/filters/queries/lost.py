"""What a list is asked to be ordered, grouped or laid out by, and is not: said, and left out."""

from typing import TYPE_CHECKING

from flask_babel import gettext as _

from crm.fields.queries import archived_name, field_of
from crm.filters.queries.engine import field_named
from crm.filters.queries.views import looks_of

if TYPE_CHECKING:
    from crm.filters.queries.asking import Asked


def lost_of(asked: "Asked") -> list[str]:
    """What of order, groups and columns means nothing (any more), in words."""
    found = []
    if _is_lost_group(asked):
        found.append(_group_words(asked, asked.get("group")))
    if _is_lost_sort(asked):
        found.append(_sort_words(asked, asked.get("sort")))
    return found + [_column_words(asked, key) for key in _lost_columns(asked)]


def mended_url(asked: "Asked") -> str:
    """The list without what is lost."""
    change: dict[str, str | None] = {}
    if _is_lost_group(asked):
        change |= {"group": None, "shut": None}
    if _is_lost_sort(asked):
        change |= {"sort": None, "turned": None}
    if _lost_columns(asked):
        change["columns"] = ",".join(asked.columns)
    return asked.url(**change)


def _is_lost_group(asked: "Asked") -> bool:
    return bool(asked.get("group")) and asked.grouping is None


def _is_lost_sort(asked: "Asked") -> bool:
    name = asked.get("sort")
    key = asked.menu.sorts.get(name, name)
    found = asked.field(key) if key else None
    return bool(key) and (found is None or not found.is_sortable)


def _lost_columns(asked: "Asked") -> list[str]:
    """The keys of columns that are none; not of those a reader once chose: they go by themselves.

    A sum that this reader may not see is no broken part of a list that others see.
    """
    said = asked.get("columns")
    if not said or (asked.view is None and said == _own_columns(asked)):
        return []
    keys = dict.fromkeys(key.strip() for key in said.split(",") if key.strip())
    record = asked.menu.record
    return [key for key in keys if asked.column(key) is None and not _is_shut(asked, record, key)]


def _own_columns(asked: "Asked") -> str | None:
    return looks_of(asked.user, asked.menu.record).get("columns")


def _is_shut(asked: "Asked", record: str, key: str) -> bool:
    found = field_of(record, key)
    return found is not None and found.is_listed and field_named(record, key, asked.user) is None


def _group_words(asked: "Asked", key: str) -> str:
    if label := _label(asked, key):
        return _("The list cannot be in groups by “%(name)s”.", name=label)
    key = archived_name(key) or key
    return _("The list was to be in groups by “%(key)s”, which is not there any more.", key=key)


def _sort_words(asked: "Asked", key: str) -> str:
    if label := _label(asked, key):
        return _("The list cannot be sorted by “%(name)s”.", name=label)
    key = archived_name(key) or key
    return _("The list was to be sorted by “%(key)s”, which is not there any more.", key=key)


def _column_words(asked: "Asked", key: str) -> str:
    if label := _label(asked, key):
        return _("“%(name)s” cannot be a column.", name=label)
    key = archived_name(key) or key
    return _("The column “%(key)s” is not there any more.", key=key)


def _label(asked: "Asked", key: str) -> str:
    found = field_of(asked.menu.record, key)
    return str(found.label) if found is not None else str(asked.menu.extra.get(key, ""))
