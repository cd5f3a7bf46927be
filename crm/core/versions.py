"""A save over somebody else's change: what can be merged is, what cannot is shown."""

from typing import Any

from crm.core.refusal import Conflict


def merged(theirs: dict[str, Any], mine: dict[str, Any], base: dict[str, Any]) -> dict[str, Any]:
    """What of `mine` may be saved over `theirs`, given the `base` that the form began with.

    Fields that only one side touched are merged without a word; raises Conflict with
    (theirs, mine) for the fields that both changed, differently; one that `base` does not know
    counts as changed by both.
    """
    changed = {key: value for key, value in mine.items() if value != base.get(key, theirs.get(key))}
    both = {
        key: (theirs.get(key), value)
        for key, value in changed.items()
        if theirs.get(key) != value and (key not in base or theirs.get(key) != base[key])
    }
    if both:
        raise Conflict(
            "Somebody else changed this meanwhile. Both values stand below; "
            "save again to keep yours.",
            both,
        )
    return changed
