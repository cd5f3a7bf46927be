"""Cells of files that spreadsheets open."""

import re

# A spreadsheet takes such a text for a formula (OWASP, CSV injection; security I4).
FORMULA = re.compile(r"[\s\u00a0\ufeff]*[=+\-@\t\r]|'")
PLAIN_NUMBER = re.compile(r"[+-]?\d[\d .,]*")


def safe_cell(text: str) -> str:
    """`text` as no spreadsheet computes it: a quote in front where it looks like a formula.

    Numbers and phone numbers stay as they are. A leading quote is itself quoted, so that
    `plain_cell` gives back every text that was written.
    """
    if not FORMULA.match(text) or PLAIN_NUMBER.fullmatch(text):
        return text
    return "'" + text


def plain_cell(text: str) -> str:
    """The text that `safe_cell` wrote: only for files of our own."""
    return text[1:] if text.startswith("'") and FORMULA.match(text[1:] or " ") else text
