"""Telephone numbers: as dialled, and in their one form (E.164)."""

import re
import unicodedata

import phonenumbers

NOT_A_DIGIT = re.compile(r"\D")


def parse_phone(raw: str, country: str) -> str | None:
    """`raw` as E.164, read as dialled in `country` (ISO 3166); None if it is no valid number."""
    try:
        number = phonenumbers.parse(unicodedata.normalize("NFKC", raw), country or None)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def digits(raw: str) -> str:
    """The digits of a number as typed, without the zeros of a prefix: what search compares."""
    return NOT_A_DIGIT.sub("", unicodedata.normalize("NFKC", raw)).lstrip("0")


def beginnings(raw: str, country: str) -> tuple[str, ...]:
    """How E.164 numbers begin that somebody means by the beginning of one, as typed; () for none.

    "+49 30", "0049 30" and in Germany "030" all mean +4930; "49 30" may also lack its sign.
    """
    plain = unicodedata.normalize("NFKC", raw).strip()
    found = NOT_A_DIGIT.sub("", plain)
    if plain.startswith("+") or found.startswith("00"):
        return (f"+{found.lstrip('0')}",) if found.strip("0") else ()
    home = phonenumbers.country_code_for_region(country) if country else 0
    own = (f"+{home}{found.removeprefix('0')}",) if home else ()
    if not found.strip("0"):
        return ()
    return own if found.startswith("0") else (f"+{found}", *own)
