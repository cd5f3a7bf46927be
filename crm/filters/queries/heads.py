"""The heads of a list: the words of its columns, what sorts by them, and how wide they are."""

from typing import TYPE_CHECKING, Any

from flask_babel import lazy_gettext as _l

if TYPE_CHECKING:
    from crm.filters.queries.asking import Asked

# How wide a column may be, in rem; each has its class in css/components/widths.css.
WIDTHS = {
    6: _l("Very narrow"),
    8: _l("Narrow"),
    10: _l("Rather narrow"),
    12: _l("Medium"),
    16: _l("Rather wide"),
    20: _l("Wide"),
    24: _l("Very wide"),
    32: _l("Widest"),
}


def widths_of(text: str) -> dict[str, int]:
    """What ?widths=name:20,company:12 says, in rem by column; the rest is as wide as it needs."""
    pairs = (pair.partition(":") for pair in text.split(","))
    steps = {str(step): step for step in WIDTHS}
    return {key: steps[step] for key, _colon, step in pairs if key and step in steps}


def packed_widths(widths: dict[str, int]) -> str:
    """The same as text."""
    return ",".join(f"{key}:{step}" for key, step in widths.items())


def heads_of(asked: "Asked") -> list[dict[str, Any]]:
    """The heads of the columns: words, the URL that sorts by it, how it is sorted, its width."""
    widths = widths_of(asked.get("widths"))
    return [_head(asked, key, widths.get(key)) for key in asked.columns]


def _head(asked: "Asked", key: str, width: int | None) -> dict[str, Any]:
    column = asked.listed(key)
    looks = ["" if key in asked.menu.major else "minor", f"w-{width}" if width else ""]
    head: dict[str, Any] = {
        "key": key,
        "label": column.label if column else asked.menu.extra.get(key, key),
        "class": " ".join(filter(None, looks)),
    }
    by = asked.menu.extra_sorts.get(key, key)
    field = asked.field(by)
    if field is not None and field.is_sortable:
        is_here = asked.order.field.key == by
        turned = "1" if is_here and not asked.order.is_turned else None
        head["sort"] = asked.url(sort=by, turned=turned)
        if is_here:
            head["order"] = "descending" if asked.order.falls else "ascending"
    return head
