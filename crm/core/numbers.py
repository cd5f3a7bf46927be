"""A row's number as it comes in URLs, forms and stored conditions."""

import re

# Fifteen digits: every id, and exact in JSON and in each database's integers.
MOST_DIGITS = 15
NUMBERED = re.compile(r"(.+)\(\D{0,12}?(\d+)\)", re.DOTALL)


def row_number(text: object) -> int | None:
    """The number a text writes in plain digits; None for anything that is none.

    `str.isdigit` alone is true for ₃ and ², which `int` refuses.
    """
    digits = str(text or "")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= MOST_DIGITS):
        return None
    return int(digits)


def numbered(text: str) -> tuple[str, int | None]:
    """A text such as "Nord, Kiel (no. 21)" as what stands before the number, and the number."""
    match = NUMBERED.fullmatch(text.strip())
    return (match[1], row_number(match[2])) if match else (text, None)
