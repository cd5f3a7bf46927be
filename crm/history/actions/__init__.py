"""Taking changes back, and emptying what erasing must empty."""

from crm.history.actions.erasing import empty, empty_rows, empty_saying, empty_telling
from crm.history.actions.undoing import (
    Undone,
    check_in_force,
    in_force,
    restore_value,
    take_away,
    take_back,
    undo,
)

__all__ = [
    "Undone",
    "check_in_force",
    "empty",
    "empty_rows",
    "empty_saying",
    "empty_telling",
    "in_force",
    "restore_value",
    "take_away",
    "take_back",
    "undo",
]
