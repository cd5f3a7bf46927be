"""Arithmetic of sequences: due times, merge fields, texts and the shape of a spec."""

from crm.sequences.rules.due import due_times, next_slot, window_calendar
from crm.sequences.rules.fields import FIELDS, fill, problems, used
from crm.sequences.rules.shape import check, new_key, new_step
from crm.sequences.rules.texts import as_html, as_text

__all__ = [
    "FIELDS",
    "as_html",
    "as_text",
    "check",
    "due_times",
    "fill",
    "new_key",
    "new_step",
    "next_slot",
    "problems",
    "used",
    "window_calendar",
]
