"""Taking changes back, and emptying what erasing must empty."""

from crm.history.actions.erasing import empty
from crm.history.actions.undoing import Undone, restore_value, undo

__all__ = ["Undone", "empty", "restore_value", "undo"]
