"""What a typed line says: of a contact, a company, a deal or a task, as the inputs of its form."""

import re
from collections.abc import Callable, Set
from dataclasses import dataclass, field
from datetime import date, timedelta

from crm.companies.rules import registrable_domain
from crm.deals.rules import cents

KINDS = ("contact", "company", "deal", "task")
CUT = "\x1f"
MOST, LEAST_DIGITS = 10, 7
NAMED = re.compile(
    r"^\s*(?:new |add )?(contact|person|company|deal|task|to-?do)\b\s*:?\s+(?=\S)", re.IGNORECASE
)
EMAIL = re.compile(r"(?:mailto:)?([^\s<>,;:()\"'@]+@[^\s<>,;:()\"'@]+\.[^\s<>,;:()\"'@.]+)", re.I)
PHONE = re.compile(r"(?<![\w.+])(?:tel:)?((?:\+|0)\d[\d\s()/.\-–]{4,}\d)(?!\w)", re.IGNORECASE)
SITE = re.compile(r"(?<![\w@.])((?:https?://)?(?:[\w-]+\.)+[^\W\d_]{2,}(?:/\S*)?)(?![\w.])", re.I)
TAG = re.compile(r"(?<!\S)#([\w-]{1,60})")
MARKS = r"€|\$|£|EUR|USD|CHF|GBP"
# In groups of three, or as it comes; never the half of a number.
NUMBER = r"(?:\d{1,3}(?:\s\d{3})+(?:[.,]\d{1,2})?|\d[\d.,'’]*)(?!\d)"
TIMES = {"k": 10, "m": 10_000}  # of cents: 12k is 12000
MONEY = re.compile(
    rf"(?<![\w.,])(?:({MARKS})\s?({NUMBER})\s?([kKmM])?(?!\w|[.,]\d)"
    rf"|({NUMBER})\s?([kKmM])?\s?({MARKS})(?!\w))"
)
DAY = re.compile(
    r"(?:\b(?:on|by|until)\s+)?(?<![\d+.-])(\d{4}-\d{2}-\d{2}|\d{1,2}\.\d{1,2}\.(?:\d{4})?)(?!\d)",
    re.IGNORECASE,
)
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DAY_WORD = re.compile(
    rf"\b(?:(?:on|by|until|next)\s+)?({'|'.join(DAYS)}|today|tomorrow|next week)\b", re.IGNORECASE
)
TIME = re.compile(r"(?:\bat\s+)?(?<![\d:.])(\d{1,2})(?::(\d{2})\s?(am|pm)?|\s?(am|pm))\b", re.I)
LEGAL = re.compile(
    r"(?<!\S)(?:GmbH|AG|KG|OHG|UG|SE|eG|GbR|Ltd|Limited|LLC|LLP|Inc|Corp|PLC|plc|SA|SARL|SAS|SpA|"
    r"SRL|BV|NV|AB|AS|A/S|ApS|Oy|Oyj|Kft|Pty|Group|Holding|S\.A\.|S\.p\.A\.|S\.r\.l\.|B\.V\.|N\.V\."
    r"|d\.o\.o\.|s\.r\.o\.|e\.V\.|Sp\. z o\.o\.)\.?(?!\S)"
)
AT = re.compile(r"^(\S.*?)\s+(?:at|from)\s+(\S.*)$", re.IGNORECASE)
ABOUT = re.compile(r"^(\S.*?)\s+(?:for|with)\s+(\S.*)$", re.IGNORECASE)
DOES = re.compile(
    r"^(call|phone|ring|write(?: to)?|e-?mail|mail|send|meet|ask|remind|prepare|check|book|answer)"
    r"\s+(\S.*)$",
    re.IGNORECASE,
)
TASK_KINDS = {"call": "call", "phone": "call", "ring": "call", "mail": "mail", "write": "mail"}
# A comma between digits belongs to their number.
BETWEEN = re.compile(rf"(?:[;|·\n{CUT}]|(?<!\d),|,(?!\d))+")
EDGES = " \t-–:<>()\"'"
NO_PERSON = {"info", "office", "mail", "hello", "contact", "sales", "kontakt", "team", "post"}


# What of a line has an input of its own, by kind; all else stays in its words.
TAKES = {
    "contact": {"emails", "phones", "tags"},
    "company": {"emails", "phones", "sites"},
    "deal": {"emails", "sums", "day"},
    "task": {"emails", "day", "time"},
}
EVERYTHING = {"emails", "phones", "sites", "tags", "sums", "day", "time"}


@dataclass
class Line:
    """What was understood: a kind of record and its inputs; `about`: whom a deal or task names.

    `mark` is the sign or code of the currency of its sum, `whole` what it says with that sum.
    """

    kind: str = "contact"
    values: dict[str, str] = field(default_factory=dict)
    about: str = ""
    mark: str = ""
    whole: str = ""


@dataclass
class _Taken:
    emails: list[str]
    phones: list[str]
    sites: list[str]
    tags: list[str]
    sums: str
    mark: str
    day: date | None
    time: str
    parts: list[str]
    rest: str


def understood(text: str, today: date, kind: str = "") -> Line:
    """What a line says; `kind` is what it is to be, whatever it looks like."""
    named = NAMED.match(text)
    said = _kind_of(named[1]) if named else ""
    text = text[named.end() :] if named else text
    kind = kind if kind in KINDS else said or _guess(_taken(text, today, EVERYTHING))
    taken = _taken(text, today, TAKES[kind])
    values, about = READ[kind](taken)
    line = Line(kind, {name: value for name, value in values.items() if value}, about, taken.mark)
    if line.mark:
        line.whole = READ[kind](_taken(text, today, TAKES[kind] - {"sums"}))[0]["name"]
    return line


def _kind_of(word: str) -> str:
    word = word.lower()
    return {"person": "contact"}.get(word, word if word in KINDS else "task")


def _guess(taken: _Taken) -> str:
    """Addresses and numbers are people's, sums deals', days and verbs tasks'."""
    first = taken.parts[0] if taken.parts else ""
    if taken.day or taken.time or DOES.match(first):
        return "deal" if taken.sums else "task"
    if taken.emails or taken.phones:
        return "company" if not taken.emails and LEGAL.search(first) else "contact"
    if taken.sums:
        return "deal"
    is_firm = bool(LEGAL.search(first)) and len(taken.parts) == 1
    is_firm = is_firm or bool(taken.sites and not AT.match(first))
    return "company" if is_firm else "contact"


def _taken(text: str, today: date, takes: Set[str]) -> _Taken:
    """Take out what has a form of its own; the rest falls into parts."""
    most = MOST if "phones" in takes else 1
    emails, text = _all(EMAIL, text, most=most) if "emails" in takes else ([], text)
    day, text = _day(text, today) if "day" in takes else (None, text)
    sums, mark, text = _sum(text) if "sums" in takes else ("", "", text)
    phones, text = _all(PHONE, text, _is_number) if "phones" in takes else ([], text)
    sites, text = _all(SITE, text, _is_site) if "sites" in takes else ([], text)
    tags, text = _all(TAG, text) if "tags" in takes else ([], text)
    time, text = _time(text) if "time" in takes else ("", text)
    parts = [" ".join(one.split()).strip(EDGES) for one in BETWEEN.split(text)]
    parts = [one for one in parts if one]
    rest = re.sub(r"\s+([,;])", r"\1", " ".join(text.replace(CUT, " ").split()))
    rest = rest.strip(f"{EDGES},;")
    return _Taken(emails, phones, sites, tags, sums, mark, day, time, parts, rest)


def _all(
    pattern: re.Pattern[str],
    text: str,
    is_one: Callable[[str], bool] = lambda _one: True,
    most: int = MOST,
) -> tuple[list[str], str]:
    found = [one for one in pattern.finditer(text) if is_one(one[1])][:most]
    for one in reversed(found):
        text = text[: one.start()] + CUT + text[one.end() :]
    return list(dict.fromkeys(one[1].strip() for one in found)), text


def _is_number(text: str) -> bool:
    return sum(one.isdigit() for one in text) >= LEAST_DIGITS


def _is_site(text: str) -> bool:
    return bool(registrable_domain(_host(text)))


def _sum(text: str) -> tuple[str, str, str]:
    """The first sum as the form of a deal takes it, its sign, and the rest; 1.5m is 1500000."""
    found = MONEY.search(text)
    if not found:
        return "", "", text
    number = (found[2] or found[4]).rstrip(".,'’ ")
    times = (found[3] or found[5] or "").lower()
    if times:
        try:
            number = f"{(cents(number) or 0) * TIMES[times]}"
        except ValueError:
            return "", "", text
    return number, found[1] or found[6], text[: found.start()] + CUT + text[found.end() :]


def _day(text: str, today: date) -> tuple[date | None, str]:
    """The first day named, and the text without it."""
    for pattern, read in ((DAY, _written_day), (DAY_WORD, _said_day)):
        for found in pattern.finditer(text):
            day = read(found[1].lower(), today)
            if day is not None:
                return day, text[: found.start()] + CUT + text[found.end() :]
    return None, text


def _written_day(text: str, today: date) -> date | None:
    """2026-11-24, 24.11.2026 or 24.11.; one without its year is the next such day."""
    try:
        if "-" in text:
            return date.fromisoformat(text)
        day, month, year = text.split(".")
        found = date(int(year or today.year), int(month), int(day))
        return found if year or found >= today else found.replace(year=today.year + 1)
    except ValueError:
        return None


def _said_day(word: str, today: date) -> date | None:
    if word == "next week":
        return today + timedelta(days=7 - today.weekday())
    if word in DAYS:
        return today + timedelta(days=(DAYS.index(word) - today.weekday() - 1) % 7 + 1)
    return today + timedelta(days=int(word == "tomorrow"))


def _time(text: str) -> tuple[str, str]:
    found = TIME.search(text)
    if not found:
        return "", text
    hour, half = int(found[1]), (found[3] or found[4] or "").lower()
    hour = hour % 12 + (12 if half == "pm" else 0) if half else hour
    if hour > 23 or int(found[2] or 0) > 59:
        return "", text
    return f"{hour:02}:{int(found[2] or 0):02}", text[: found.start()] + CUT + text[found.end() :]


def _host(site: str) -> str:
    return re.sub(r"^https?://", "", site, flags=re.IGNORECASE).split("/")[0]


def _contact(taken: _Taken) -> tuple[dict[str, str], str]:
    name, company, parts = "", "", list(taken.parts)
    if parts and (at := AT.match(parts[0])):
        parts[:1] = [at[1]]
        company = at[2]
    firms = [one for one in parts if LEGAL.search(one)]
    if firms and not company:
        company = firms[0]
        parts.remove(company)
        words = company.split()
        if not parts and len(words) > 3:  # Mira Sommer Hafen GmbH
            name, company = " ".join(words[:2]), " ".join(words[2:])
    if parts:
        name = parts.pop(0)
    if parts and not company:
        company = parts.pop(0)
    values = {
        "name": name or _name_from(taken.emails),
        "company": company,
        "job_title": ", ".join(parts),
        "tags": ", ".join(taken.tags),
    }
    values |= {f"emails-{n}-text": one for n, one in enumerate(taken.emails)}
    values |= {f"phones-{n}-text": one for n, one in enumerate(taken.phones)}
    return values, ""


def _name_from(emails: list[str]) -> str:
    """A person's name as their address writes it: mira.sommer@… is Mira Sommer."""
    words = re.split(r"[._\-\d]+", emails[0].split("@")[0]) if emails else []
    words = [one for one in words if one]
    return "" if set(words) & NO_PERSON else " ".join(one.capitalize() for one in words)


def _company(taken: _Taken) -> tuple[dict[str, str], str]:
    hosts = [_host(one) for one in taken.sites] + [one.split("@")[1] for one in taken.emails]
    domains = list(dict.fromkeys(one for host in hosts if (one := registrable_domain(host))))
    name, *more = [*taken.parts, ""]
    if not name and domains:
        name = domains[0].split(".")[0].capitalize()
    return {
        "name": name,
        "domains": ", ".join(domains),
        "phone": ", ".join(taken.phones),
        "website": next((one for one in taken.sites if "/" in one or "www." in one), ""),
        "city": ", ".join(filter(None, more)),
    }, ""


def _deal(taken: _Taken) -> tuple[dict[str, str], str]:
    said, about = taken.rest, ABOUT.match(taken.rest)
    return {
        "name": said,
        "amount": taken.sums,
        "close_on": taken.day.isoformat() if taken.day else "",
        "contact": ", ".join(taken.emails[:1]),
    }, (about[2] if about else said)


def _task(taken: _Taken) -> tuple[dict[str, str], str]:
    said = taken.rest
    does, about = DOES.match(said), ABOUT.match(said)
    verb = does[1].lower().split()[0].removeprefix("e-").replace("email", "mail") if does else ""
    return {
        "title": said or ", ".join(taken.emails),
        "kind": TASK_KINDS.get(verb, ""),
        "day": taken.day.isoformat() if taken.day else "",
        "time": taken.time,
        "contact": ", ".join(taken.emails[:1]),
    }, (about[2] if about else does[2] if does else "")


READ = {"contact": _contact, "company": _company, "deal": _deal, "task": _task}
