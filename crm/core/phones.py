"""Telephone numbers: as dialled, and in their one form (E.164)."""

import re
import unicodedata

import phonenumbers

NOT_A_DIGIT = re.compile(r"\D")
BETWEEN = " ()-./\u2010\u2013"  # what stands between the digits of a number that is typed
GONE = str.maketrans(dict.fromkeys(BETWEEN))


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


def bare(text: str) -> str:
    """A folded number as typed, without what people write between its digits."""
    return text.translate(GONE)


def dialled(e164: str) -> str:
    """The digits of a number as dialled in its own country: 040…"""
    number = phonenumbers.parse(e164, None)
    form = phonenumbers.PhoneNumberFormat.NATIONAL
    return NOT_A_DIGIT.sub("", phonenumbers.format_number(number, form))


def spellings(e164: str) -> tuple[str, ...]:
    """How people write a number, but for what stands between digits: +4940, 004940, 040, +49040."""
    code, own = phonenumbers.parse(e164, None).country_code, dialled(e164)
    return tuple(dict.fromkeys((e164, f"00{e164[1:]}", e164[1:], own, f"+{code}{own}")))


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


def begun_at_home(begins: str, country: str) -> tuple[str, ...]:
    """How a number of that country may begin as written there, of its E.164 form; () for others."""
    home = f"+{phonenumbers.country_code_for_region(country)}" if country else ""
    trunk = phonenumbers.ndd_prefix_for_region(country, True) if country else None
    rest = begins.removeprefix(home)
    if not home or trunk != "0" or begins in (home, rest):
        return ()
    return f"{trunk}{rest}", f"{home}{trunk}{rest}"
