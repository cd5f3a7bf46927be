"""What may be done from the search box: "new deal for Ana", "call Ana", "go to tasks"."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from crm.search.describing import Hit
from crm.search.rules import words_of

MOST = 5


@dataclass(frozen=True)
class Act:
    """One thing to do: its words and where it is done."""

    label: str
    url: str
    icon: str


@dataclass(frozen=True)
class Verb:
    """What begins an act: its words in English and in the reader's language, told to `kind`."""

    name: str
    words: Any
    also: str


VERBS = (
    Verb("deal", _l("new deal for"), r"(?:new |add )?deal (?:for|with)"),
    Verb("call", _l("call"), r"call|phone|ring"),
    Verb("log", _l("log call with"), r"log(?: a)?(?: call)?(?: with| for)?"),
    Verb("mail", _l("write to"), r"write(?: to)?|e-?mail|mail"),
    Verb("note", _l("note for"), r"(?:new |add )?note (?:for|on|about)"),
    Verb("task", _l("task for"), r"(?:new |add )?task (?:for|with)"),
)
# What is written on the record itself: words, the tab of its composer, a mark.
COMPOSED = {
    "task": (_l("Task for %(name)s"), "task", "list-todo"),
    "note": (_l("Note for %(name)s"), "note", "pencil"),
    "log": (_l("Log a call with %(name)s"), "call", "phone"),
}
GO = re.compile(r"(?:go to|goto|open|new|add)\s+", re.IGNORECASE)


def read(text: str) -> tuple[str, str]:
    """The verb that a question begins with and what follows it; no verb: the whole question."""
    for verb in VERBS if len(text.split(maxsplit=1)) > 1 else ():
        found = _beginning(str(verb.words), verb.also).match(text)
        if found:
            return verb.name, found[1].strip()
    return "", text


@lru_cache(maxsize=256)
def _beginning(own: str, also: str) -> re.Pattern[str]:
    said = rf"\s*(?:{re.escape(own)}|{also})\s+(\S.*)"
    return re.compile(said, re.IGNORECASE | re.DOTALL)


def acts_on(verb: str, hits: Sequence[Hit], *, may_edit: bool) -> list[Act]:
    """What the verb means for the people and companies found."""
    found = []
    for hit in hits:
        if hit.kind not in {"contact", "company"}:
            continue
        act = _act(verb, hit)
        if act and (may_edit or verb in {"call", "mail"}):
            found.append(act)
    return found[:MOST]


def places(text: str, offered: Sequence[tuple[str, str, str]], under: str = "") -> list[Act]:
    """Pages and forms (label, url, icon) whose words, or those they stand under, begin as typed."""
    bare = GO.sub("", text.strip(), count=1)
    words = words_of(bare)
    if not words:
        return []
    return [
        Act(label, url, icon or "arrow-right")
        for label, url, icon in offered
        if all(any(own.startswith(word) for own in _words(f"{under} {label}")) for word in words)
    ][:MOST]


@lru_cache(maxsize=1024)
def _words(label: str) -> tuple[str, ...]:
    return tuple(words_of(label))


def _act(verb: str, hit: Hit) -> Act | None:
    if verb == "call" and hit.phone:
        words = _("Call %(name)s, %(number)s", name=hit.name, number=hit.phone)
        return Act(words, f"tel:{hit.phone.replace(' ', '')}", "phone")
    if verb == "mail" and hit.email:
        return Act(_("Write to %(name)s", name=hit.name), f"mailto:{hit.email}", "mail")
    if verb == "deal":
        label = _("New deal for %(name)s", name=hit.name)
        return Act(label, f"/deals/new?{hit.kind}={hit.id}", "handshake")
    if hit.kind != "contact" or verb not in COMPOSED:
        return None
    words, tab, icon = COMPOSED[verb]
    return Act(str(words) % {"name": hit.name}, f"{hit.url}?add={tab}#composer", icon)
