"""Merging records, and taking a merge back."""

from crm.duplicates.actions.merging import check_pair, merge, merge_again, take_apart

__all__ = ["check_pair", "merge", "merge_again", "take_apart"]
