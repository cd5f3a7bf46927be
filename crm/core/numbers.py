"""A row's number as it comes in URLs, forms and stored conditions."""

# Fifteen digits: every id, and exact in JSON and in each database's integers.
MOST_DIGITS = 15


def row_number(text: object) -> int | None:
    """The number a text writes in plain digits; None for anything that is none.

    `str.isdigit` alone is true for ₃ and ², which `int` refuses.
    """
    digits = str(text or "")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= MOST_DIGITS):
        return None
    return int(digits)
