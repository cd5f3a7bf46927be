"""What a result says, on its page and in the mail, in the words of the attempt's own version."""

from datetime import date, datetime
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import phonenumbers
from babel.dates import format_date, format_skeleton
from flask_babel import get_locale
from flask_babel import gettext as _

from crm.accounts import queries as people
from crm.core import clock
from crm.mail import queries as mail
from crm.mail.rules import mask
from crm.quizzes.models import ResultLink
from crm.quizzes.queries.open import Opened
from crm.quizzes.rules import result, score


def context(opened: Opened, link: ResultLink) -> dict[str, Any]:
    """Everything the result template shows."""
    spec, attempt = opened.quiz.spec, opened.attempt
    found = score.score(spec, opened.answers)
    own = tier(opened)
    lead = attempt.lead
    first_name = str(lead.get("name", "")).split(" ")[0]
    names = {"first_name": first_name, "company": _house_name()}
    reasons = [
        one | dict(zip(("lead", "rest"), result.lead_in(one["text"]), strict=True))
        for one in result.why(spec, opened.answers, found)
    ]
    return {
        "attempt": attempt,
        "pct": attempt.pct,
        "tier": own,
        "title": result.fill(own.get("title", ""), **names),
        "lead_text": result.fill(own.get("lead", ""), **names),
        "cuts": [int(one["from"]) for one in spec.get("tiers") or [] if int(one["from"]) > 0],
        "areas": areas(opened),
        "why": reasons,
        "why_count": _("Three") if len(reasons) == 3 else _("Two"),
        "advice": result.advice(spec, opened.answers),
        "lift": _lift(opened, found),
        "promise": promise(opened),
        "cta": result.cta(own),
        "keeps_until": date_words(link.expires_at),
        "mailed_to": _mailed_to(lead),
    }


def _mailed_to(lead: dict[str, Any]) -> str:
    """Where the copy goes, if mail can leave at all.

    Masked where we filled the address in, for the mail may be passed on.
    """
    if not lead.get("mailed_at") or not mail.has_smtp():
        return ""
    return mask(lead["email"]) if lead.get("known") else str(lead["email"])


def tier(opened: Opened) -> dict[str, Any]:
    """The tier of an attempt in its own version's words."""
    for one in opened.quiz.spec.get("tiers") or []:
        if one["id"] == opened.attempt.tier_id:
            return dict(one)
    return {}


def areas(opened: Opened) -> list[dict[str, Any]]:
    """The categories as a prospect reads them, with the author's words for each height."""
    known = {one["id"]: one for one in opened.quiz.spec.get("categories") or []}
    return [
        {
            "name": known[one["id"]].get("shown_as") or one["name"],
            "pct": one["pct"],
            "text": result.area_text(opened.quiz.spec, known[one["id"]], one["pct"]),
            "is_highest": one.get("outcome") == "highest" and one["pct"] > 0,
        }
        for one in opened.attempt.categories
        if one["id"] in known
    ]


def promise(opened: Opened) -> dict[str, Any]:
    """What happens next: a call by a time, mails on their days, or nothing; and whom to write."""
    own, lead = tier(opened), opened.attempt.lead
    kept = lead.get("promise") or {}
    zone = ZoneInfo(kept.get("zone") or "UTC")
    kind = own.get("promise", "none")
    made: dict[str, Any] = {"button": own.get("button", ""), "rows": [], "text": "", "after": ""}
    if kind == "call" and kept.get("owner") and kept.get("due_at"):
        made |= _call(opened, kept, zone)
    elif kept.get("waits"):
        made |= _waiting(lead)
    elif kept.get("mails"):
        made |= _mails(kept, zone) | {"after": own.get("after", "")}
    else:
        made |= _plain(own, kept, kind)
    address = kept.get("owner_email") or _house_address()
    subject = _("My result: %(pct)s", pct=opened.attempt.pct)
    made["write"] = f"mailto:{address}?subject={quote(subject)}" if address else ""
    made["another"] = f"mailto:{address}?subject={quote(made['button'])}" if address else ""
    if kind == "call" and not (kept.get("owner") and kept.get("due_at")):
        made["another"] = ""  # without a time there is no other one to choose
    made["waits"] = bool(kept.get("waits"))
    made["owner_first"] = kept.get("owner", "").split(" ")[0]
    return made


def _call(opened: Opened, kept: dict[str, Any], zone: ZoneInfo) -> dict[str, Any]:
    """Somebody is told off: a call to who may be called, else a word in time."""
    due = datetime.fromisoformat(kept["due_at"]).astimezone(zone)
    when = f"{due:%H:%M}"
    today = clock.now().astimezone(zone).date()
    digits = "".join(one for one in opened.attempt.lead.get("phone") or "" if one.isdigit())
    is_call = bool(digits) and _may_call(opened)
    words = {"who": kept["owner"], "time": when, "day": _day(due.date())}
    if due.date() == today:
        title = (
            _("%(who)s calls you today before %(time)s", **words)
            if is_call
            else _("%(who)s gets in touch today before %(time)s", **words)
        )
    else:
        title = (
            _("%(who)s calls you on %(day)s before %(time)s", **words)
            if is_call
            else _("%(who)s gets in touch on %(day)s before %(time)s", **words)
        )
    rows = [(_("When"), _("%(day)s, %(city)s time", day=_day(due.date()), city=_city(zone)))]
    if not is_call:
        return {"title": title, "rows": rows}
    if kept.get("owner_phone"):
        rows.append((_("From"), _phone(kept["owner_phone"])))
    rows.append((_("To"), _("the number you gave us, ending in %(end)s", end=digits[-3:])))
    return {"title": title, "rows": rows, "after": tier(opened).get("after", "")}


def _may_call(opened: Opened) -> bool:
    """Whether they ticked the call; a quiz that does not ask takes the number for a yes."""
    asked = opened.attempt.consents.get("phone_contact")
    return asked is None or bool(asked["is_granted"])


def _mails(kept: dict[str, Any], zone: ZoneInfo) -> dict[str, Any]:
    times = [datetime.fromisoformat(one).astimezone(zone) for one in kept["mails"]]
    first, last = times[0], times[-1]
    today = clock.now().astimezone(zone).date()
    start = (
        _("today at %(time)s", time=f"{first:%H:%M}")
        if first.date() == today
        else f"{_day(first.date())}, {first:%H:%M}"
    )
    return {
        "title": _("%(who)s writes to you, nobody calls", who=kept.get("sender") or _house_name()),
        "rows": [
            (_("First mail"), start),
            (
                _("Fifth and last") if len(times) == 5 else _("Last mail"),
                f"{_day(last.date())}, {last:%H:%M}",
            ),
        ],
        "text": "",
    }


def _waiting(lead: dict[str, Any]) -> dict[str, Any]:
    """Mails were ticked and wait for a click in the one that asks whether it was meant so."""
    text = _(
        "A mail to %(address)s asks you to confirm. Press the button in it, and the first of them "
        "follows; without it none comes.",
        address=mask(lead.get("email", "")),
    )
    return {"title": _("One click is missing"), "text": text}


def _plain(own: dict[str, Any], kept: dict[str, Any], kind: str) -> dict[str, Any]:
    """Nobody was told off to call and no mail is on its way: say only what is true."""
    if kind == "none":
        return {"title": _("What happens next"), "text": own.get("next", "")}
    if kept.get("owner"):
        title = _("%(who)s has your result", who=kept["owner"])
        return {"title": title, "text": _("You hear from them as soon as they have read it.")}
    text = _("Nobody calls or writes unless you ask. Write to us and a person answers.")
    if not (kept.get("owner_email") or _house_address()):
        text = _("Your result is with us. Nobody was asked to call or to write yet.")
    return {"title": _("What happens next"), "text": text}


def _lift(opened: Opened, found: score.Score) -> dict[str, Any] | None:
    lift = result.lift(opened.quiz.spec, opened.answers, found)
    if lift is None:
        return None
    order = [one["id"] for one in opened.quiz.spec["questions"]]
    into = (lift.tier or {}).get("shown_as") or (lift.tier or {}).get("name")
    return {"text": lift.text, "place": order.index(lift.question["id"]) + 1, "into": into}


def _phone(number: str) -> str:
    """A number with blanks, as people read it; one that cannot be read stays as it is."""
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def _day(day: date) -> str:
    spoken = get_locale()
    if spoken is None or spoken.language == "en":
        return str(format_date(day, "EEEE d MMMM", locale="en"))
    return str(format_skeleton("MMMMEEEEd", day, locale=spoken))


def weekday(day: date) -> str:
    """The name of a day: Tuesday."""
    return str(format_date(day, "EEEE", locale=get_locale() or "en"))


def date_words(at: datetime | None) -> str:
    """A day in full: 23 May 2027."""
    if at is None:
        return ""
    house = people.workspace()
    there = at.astimezone(house.zone if house else None)
    spoken = get_locale()
    is_english = spoken is None or spoken.language == "en"
    pattern = "d MMMM y" if is_english else "long"
    return str(format_date(there.date(), pattern, locale="en" if is_english else spoken))


def _city(zone: ZoneInfo) -> str:
    return str(zone.key).rpartition("/")[2].replace("_", " ")


def _house_name() -> str:
    house = people.workspace()
    return house.name if house else ""


def _house_address() -> str:
    house = people.workspace()
    return (house.contact_email or "") if house else ""
