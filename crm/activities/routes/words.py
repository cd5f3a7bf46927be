"""What a timeline entry says, in words: title, mark and the small print."""

from dataclasses import dataclass
from datetime import date

from crm.activities.models import Entry
from crm.activities.rules import SHOWS
from crm.contacts.languages import language_word
from crm.deals.rules import LOST_REASONS
from crm.web.drawing import say as _
from crm.web.formats import amount as sum_alone
from crm.web.formats import day, money

BESIDE_CHANGES = {kind for kinds in SHOWS.values() for kind in kinds}


@dataclass
class Words:
    """An entry's title, tag and small print."""

    title: str
    meta: str = ""
    tag: str = ""
    tag_kind: str = ""
    url: str = ""
    link: str = ""
    outside: bool = False


def entry_words(entry: Entry) -> Words:
    """How `entry` is told in a timeline."""
    told = TELL.get(entry.kind, _plain)(entry)
    if entry.kind not in BESIDE_CHANGES:
        told.meta = _acted(entry, told.meta)
    elif entry.user and not told.meta:
        told.meta = _by(entry.user.name)
    deal_id = entry.details.get("deal_id")
    if deal_id and not told.url:
        told.url, told.link = f"/deals/{deal_id}", _("Open the deal")
    return told


def _acted(entry: Entry, meta: str) -> str:
    """What changed, and who changed it: somebody of the team or a rule."""
    if entry.user:
        who = entry.user.name
        return _("%(what)s, by %(name)s", what=meta, name=who) if meta else _by(who)
    if entry.actor != "rule":
        return meta
    return _("%(what)s, by a rule", what=meta) if meta else _("By a rule")


def _by(name: str) -> str:
    return _("By %(name)s", name=name)


def _plain(entry: Entry) -> Words:
    return Words(entry.title or entry.kind.replace("_", " ").capitalize())


def _note(entry: Entry) -> Words:
    return Words(_("Note by %(name)s", name=entry.user.first_name if entry.user else "Tend"))


def _call(entry: Entry) -> Words:
    ends = {
        "reached": _("reached"),
        "voicemail": _("voicemail"),
        "no_answer": _("no answer"),
        "wrong": _("wrong number"),
    }
    word = _("Call from them") if entry.direction == "in" else _("Call")
    parts = [word, ends.get(entry.outcome or "", "")]
    if entry.minutes:
        parts.append(_("%(minutes)s min", minutes=entry.minutes))
    late = (entry.created_at - entry.at).total_seconds() > 600
    name = entry.user.name if entry.user else "Tend"
    meta = _("Logged later, by %(name)s", name=name) if late else ""
    return Words(", ".join(part for part in parts if part), meta)


def _quiz_result(entry: Entry) -> Words:
    """The quiz by name, its tier and score as the mark."""
    told = entry.details
    if "pct" not in told:
        return _plain(entry)
    tag = f"{told.get('tier_name') or ''} {told['pct']}".strip()
    return Words(
        _("Finished %(quiz)s", quiz=told.get("quiz_name") or entry.title),
        tag=tag,
        tag_kind=told.get("level") or "",
    )


def _result_mailed(entry: Entry) -> Words:
    return Words(_("Result mailed: %(subject)s", subject=entry.title))


def _nurture_sent(entry: Entry) -> Words:
    return Words(_("Sequence mail: %(subject)s", subject=entry.title))


def _mail_out(entry: Entry) -> Words:
    return Words(_("Mail: %(subject)s", subject=entry.title) if entry.title else _("Mail"))


def _mail_in(entry: Entry) -> Words:
    return Words(_("They answered"), entry.title, _("Reply"), "good")


def _meeting(entry: Entry) -> Words:
    minutes = _(", %(minutes)s min", minutes=entry.minutes) if entry.minutes else ""
    return Words(_("Meeting held") + minutes)


def _no_show(entry: Entry) -> Words:
    return Words(_("Meeting: they did not come"), tag=_("Missed"), tag_kind="bad")


def _file(entry: Entry) -> Words:
    return Words(_("Files added"))


def _external(entry: Entry) -> Words:
    """A purchase, payment or ticket: the sum in its title, the number and the tool beneath."""
    told = entry.details
    words = {
        "purchase": _("Purchase"),
        "payment": _("Payment"),
        "refund": _("Refund"),
        "ticket": _("Ticket"),
        "membership": _("Membership"),
    }
    sums = ""
    if told.get("amount_cents") is not None:
        sums = ", " + money(told["amount_cents"], told.get("currency", "EUR"))
    number = told.get("external_id", "")
    source = told.get("source", "")
    where = "" if source in {"", "hand"} else source
    meta = " ".join(part for part in (where, number) if part)
    if entry.user:
        meta = ", ".join(filter(None, (meta, _("added by %(name)s", name=entry.user.name))))
    url = told.get("url", "")
    tag = words.get(told.get("type", ""), _("Event"))
    return Words(entry.title + sums, meta, tag, url=url, link=_("Open it there"), outside=bool(url))


def _task_done(entry: Entry) -> Words:
    return Words(_("Done: %(title)s", title=entry.title))


def _stage(entry: Entry) -> Words:
    return Words(
        _("Moved from %(old)s to %(new)s", old=entry.details["from"], new=entry.details["to"]),
        entry.title,
    )


def _closure(entry: Entry) -> Words:
    amount, currency = entry.details.get("amount_cents"), entry.details.get("currency", "EUR")
    if entry.outcome == "won":
        return Words(
            _("Won: %(deal)s", deal=entry.title), money(amount, currency), _("Won"), "good"
        )
    reason = LOST_REASONS.get(entry.details.get("reason", ""))
    parts = [_(reason)] if reason else []
    if entry.details.get("competitor"):
        parts.append(_("to %(name)s", name=entry.details["competitor"]))
    return Words(_("Lost: %(deal)s", deal=entry.title), ", ".join(parts), _("Lost"), "bad")


def _created(entry: Entry) -> Words:
    if entry.details.get("deal_id"):
        return Words(_("Deal opened: %(deal)s", deal=entry.title))
    return Words(entry.title or _("Added"))


def _change(entry: Entry) -> Words:
    names = {
        "name": _("name"),
        "amount_cents": _("value"),
        "close_on": _("close date"),
        "contact_id": _("contact"),
        "company_id": _("company"),
        "owner_id": _("owner"),
        "parent_id": _("mother company"),
        "job_title": _("job title"),
        "company_text": _("company"),
        "locale": _("language"),
        "timezone": _("time zone"),
        "website": _("website"),
        "city": _("city"),
        "country": _("country"),
        "size": _("size"),
        "industry": _("industry"),
    }
    told = [
        (name, values)
        for name, values in entry.details.items()
        if isinstance(values, list) and len(values) == 2
    ]
    changed = [names.get(name, name.replace("_", " ")) for name, _values in told]
    currency = entry.details.get("currency")
    pairs = [
        [_value(name, one, currency) for one in values]
        for name, values in told
        if not name.endswith("_id")
    ]
    meta = "; ".join(_from_to(*pair) for pair in pairs)
    return Words(_("Changed: %(what)s", what=", ".join(changed) or entry.title), meta)


def _value(name: str, text: str, currency: str | None) -> str:
    """What a change tells of one value; sums of older lines stand without their currency."""
    if name == "locale":
        return language_word(text) if text not in {"", "None"} else ""
    if name not in {"amount_cents", "close_on"}:
        return text
    if text in {"", "None"}:
        return ""
    if name == "close_on":
        return day(date.fromisoformat(text))
    return money(int(text), currency) if currency else sum_alone(int(text))


def _from_to(old: str, new: str) -> str:
    nothing = _("nothing")
    return f"{old or nothing} → {new or nothing}"


def _undone(entry: Entry) -> Words:
    said = _("Done again: %(what)s") if entry.details.get("again") else _("Undone: %(what)s")
    words = Words(said % {"what": entry.title})
    if entry.details.get("change_set_id"):
        words.url = f"/history/{entry.details['change_set_id']}"
        words.link = _("What it was")
    return words


def _merged(entry: Entry) -> Words:
    return Words(_("%(name)s was merged into this", name=entry.title))


TELL = {
    "note": _note,
    "call": _call,
    "quiz_result": _quiz_result,
    "Result mailed": _result_mailed,
    "nurture_sent": _nurture_sent,
    "mail_out": _mail_out,
    "mail_in": _mail_in,
    "meeting": _meeting,
    "no_show": _no_show,
    "file": _file,
    "external": _external,
    "task_done": _task_done,
    "stage": _stage,
    "closure": _closure,
    "created": _created,
    "change": _change,
    "undone": _undone,
    "merged": _merged,
}
