"""Which field a column is: from its name in several languages, else from what stands in it."""

import re
from collections.abc import Mapping, Sequence, Set
from functools import lru_cache

from crm.contacts.rules import fold
from crm.transfer.rules.names import ADDRESS, COMMON, COUNTED, DOMAIN, HEADS, OF, OTHERS, PERSON

MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
# As people write numbers to call: from abroad, from the trunk, or in the American groups. Days
# and the numbers of customers are digits too.
PHONE = re.compile(
    r"(?:\+|00[1-9]|\()[\d\s()/.-]{6,19}|0[1-9][\d\s()/.-]{7,17}"
    r"|1?[ .-]?\d{3}[ .-]\d{3}[ .-]\d{4}"
)
DAY = re.compile(r"\d{1,4}\s?[./-]\s?\d{1,2}\s?[./-]\s?\d{1,4}(?:[T\s].*)?")
SITE = re.compile(r"(https?://|www\.)\S+", re.IGNORECASE)
WORD = re.compile(r"[^\W_]+")
PARTS = re.compile(r"\s+[-–]\s+")
NUMBERED = re.compile(r"\d+(value|type)?$")
ENOUGH = 0.6
# What a column of addresses or numbers says of them in its name, folded; else they are of work.
KINDS = {
    "mobile": ("mobil", "handy", "cell"),
    "private": ("privat", "home", "personal"),
    "other": ("other", "sonstig", "andere"),
}


@lru_cache(maxsize=512)
def kind_of(header: str) -> str:
    """What a column of addresses or numbers says of them: work, private, mobile or other."""
    name = key_of(header)
    said = (kind for kind, marks in KINDS.items() if any(mark in name for mark in marks))
    return next(said, "work")


def key_of(header: str) -> str:
    """A column's name as it is compared: folded, without anything but letters and digits."""
    return "".join(WORD.findall(fold(header)))


def guess(
    header: Sequence[str], rows: Sequence[Sequence[str]], known: Mapping[str, str]
) -> list[str | None]:
    """The field of each column, or None. `known` maps the fields there are to their labels.

    A field that takes one value is given once, to the column whose name says it best; e-mail and
    phone of people may come from several. Our own names decide before those of other programs, and
    those before content.
    """
    by_name = names_of(known)
    if "contact" in known:
        by_name = _of_deals(header, by_name)
    read = [_read(name, record_of(known), by_name) for name in header]
    found: list[str | None] = []
    for place, name in enumerate(read):
        key = by_name.get(name) or _by_number(name, by_name)
        if key is None and name and not any(mark in name for mark in OTHERS):
            key = _by_content([row[place] for row in rows if place < len(row)], known)
            if key == "phone" and _is_of_another(name, record_of(known)):
                key = None
        found.append(key)
    # Only people have several addresses and numbers.
    several = {"email", "phone", "tags", "note"} if "email" in known else {"note"}
    ranks = {name: place for place, name in enumerate(by_name)}
    return _once(found, [ranks.get(name, len(ranks)) for name in read], several)


def record_of(known: Mapping[str, str]) -> str:
    """Whose the fields are: only people have addresses, only deals a contact."""
    if "email" in known:
        return "contact"
    return "deal" if "contact" in known else "company"


def names_of(known: Mapping[str, str]) -> dict[str, str]:
    """What columns may be called, as it is compared, with the field each name means; the best names
    of a field stand first.
    """
    own = OF[record_of(known)]
    found = {key_of(label): key for key, label in known.items()}
    for key in known:
        for name in (*own.get(key, ()), *COMMON.get(key, ())):
            found.setdefault(name, key)
    if "company" not in known:  # a list of companies calls their name so
        found = {**dict.fromkeys(("name", *COMMON["company"]), "name"), **found}
    return found


def _is_of_another(name: str, record: str) -> bool:
    """Whether a column speaks of another record: "Company Phone" is nobody's own number."""
    return any(name.startswith(head) and whose != record for head, whose in HEADS.items())


def _read(header: str, record: str, by_name: Mapping[str, str]) -> str:
    """A column's name as it is compared, without the kind of record it begins or ends with.

    Of another record than those of the file only the name and address of it mean something:
    "Organization - Name" is a person's company; "" for the rest of it.
    """
    name = key_of(header)
    parts = [key_of(part) for part in PARTS.split(header)]
    if len(parts) == 1 or name in by_name:
        return name
    whose, rest = HEADS.get(parts[0]), "".join(parts[1:])
    if parts[0] in COMMON["id"] and parts[-1] in HEADS:  # "Record ID - Contact"
        whose, rest = HEADS[parts[-1]], parts[0]
    if whose is None or whose == record:
        return ("" if rest in COUNTED else rest) if whose else name
    if whose == "company" and rest == "name":
        return "company"
    if whose == "contact" and record == "deal":
        return "contact" if rest == "name" else rest if rest in ADDRESS else ""
    return ""


def named(cell: str, names: Set[str]) -> str:
    """The known name that a cell says, without the number of a further one; "" for none."""
    parts = PARTS.split(cell)
    whole = [key_of(cell), NUMBERED.sub("", key_of(cell))]
    tail = [key_of("".join(parts[1:]))] if key_of(parts[0]) in HEADS else []
    return next((one for one in (*whole, *tail) if one in names), "")


def _of_deals(header: Sequence[str], by_name: dict[str, str]) -> dict[str, str]:
    """By whom and by what a file of deals names its people and companies, the surest of each."""
    names = {_read(name, "deal", {}) for name in header}
    found = by_name | dict.fromkeys(PERSON, "contact") | dict.fromkeys(ADDRESS, "contact")
    if names & {*ADDRESS}:
        found = {name: key for name, key in found.items() if name not in PERSON}
    if not any(found.get(name) == "company" for name in names):
        found |= dict.fromkeys(DOMAIN, "company")
    return found


def _by_number(name: str, by_name: Mapping[str, str]) -> str | None:
    """ "Email 2" and "Phone 1 - Value" are further addresses and numbers."""
    bare = NUMBERED.sub("", name)
    key = by_name.get(bare)
    return key if key in {"email", "phone"} and not name.endswith("type") else None


def _by_content(cells: Sequence[str], known: Mapping[str, str]) -> str | None:
    filled = [cell.strip() for cell in cells if cell.strip()]
    for key, pattern in (("email", MAIL), ("website", SITE), ("phone", PHONE)):
        if key in known and filled:
            fitting = [c for c in filled if pattern.fullmatch(c) and not DAY.fullmatch(c)]
            share = len(fitting) / len(filled)
            # Short numbers are in many columns: a phone column is nearly all phones.
            if share >= (0.9 if key == "phone" else ENOUGH) and len(filled) >= 1:
                return key
    return None


def _once(found: list[str | None], ranks: Sequence[int], several: Set[str]) -> list[str | None]:
    """Each field once, given to the column of the best name, of several alike to the first."""
    best: dict[str, int] = {}
    for place, key in enumerate(found):
        if key and (key not in best or ranks[place] < ranks[best[key]]):
            best[key] = place
    return [
        key if key and (key in several or best[key] == place) else None
        for place, key in enumerate(found)
    ]
