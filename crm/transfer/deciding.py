"""Words of a file that Tend does not know: choices, tags and people, and what they are to mean."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _

from crm.accounts.models import User
from crm.accounts.queries import active_users, owners_for
from crm.accounts.rules import may
from crm.contacts import queries as contacts
from crm.contacts.languages import LANGUAGES
from crm.contacts.rules import tag_name
from crm.core.folding import fold
from crm.core.refusal import Refused
from crm.fields import actions as fields
from crm.fields.actions.definitions import CHOSEN, MOST_OPTIONS, clean_label
from crm.fields.queries import custom_of, definition, fields_of
from crm.fields.rules import Field
from crm.transfer.drafts import Reader, reader, split
from crm.transfer.models import Import
from crm.transfer.rules.habits import Habits
from crm.transfer.rules.mapping import ADDED, NOTHING, Column
from crm.transfer.rules.texts import NAMED
from crm.transfer.stages import makes

MOST_SHOWN = 100  # unknown words of a column, the most frequent ones
LONGEST = 80


@dataclass
class Unknown:
    """The unknown words of one column: folded, with how they are written and in how many rows."""

    place: int
    column: Column
    words: dict[str, tuple[str, int]] = field(default_factory=dict)
    more: int = 0

    @property
    def plain(self) -> dict[str, Any]:
        found = {key: list(said) for key, said in self.words.items()}
        return {"place": self.place, "words": found, "more": self.more}


@dataclass(frozen=True)
class Offer:
    """What an unknown word of a field may become: `choices`, value to word, and how it may be
    added (`adds`: answer to its words); `nothing` is what leaving it out is called.
    """

    choices: Mapping[str, str]
    adds: Mapping[str, str]
    nothing: str


def plain_habits(found: Import) -> Habits:
    """How the file of an import writes numbers and days."""
    known = {name: found.habits[name] for name in Habits.__annotations__ if name in found.habits}
    return Habits(**known)


def columns_of(found: Import) -> list[Column]:
    """The columns of an import as they are mapped."""
    return [Column.from_plain(plain) for plain in found.columns]


def unknown_in(found: Import, rows: Iterator[Sequence[str]]) -> list[Unknown]:
    """The words that nothing is called, by column; reads all rows of the file."""
    bare = [Column(one.name, one.key, one.policy) for one in columns_of(found)]
    read = reader(found.record, bare, plain_habits(found), found.user)
    asked = [Unknown(n, one) for n, one in enumerate(bare) if one.key and _is_asked(found, one.key)]
    tags = {fold(name) for name in contacts.tag_names(None)} if found.record == "contact" else set()
    counts: dict[int, dict[str, tuple[str, int]]] = {one.place: {} for one in asked}
    for cells in rows if asked else ():
        for one in asked:
            cell = cells[one.place].strip() if one.place < len(cells) else ""
            for text in _texts(found, str(one.column.key), cell) if cell else ():
                key = fold(text)
                if key and not _is_known(read, str(one.column.key), key, text, tags):
                    written, count = counts[one.place].get(key, (text[:LONGEST], 0))
                    counts[one.place][key] = written, count + 1
    for one in asked:
        often_first = sorted(counts[one.place].items(), key=lambda pair: -pair[1][1])
        one.words, one.more = dict(often_first[:MOST_SHOWN]), max(0, len(often_first) - MOST_SHOWN)
    return [one for one in asked if one.words]


def _is_asked(found: Import, key: str) -> bool:
    known = fields_of(found.record).get(key)
    return known is not None and (
        known.kind == "user" or _is_chosen(known) or _is_named(found, key)
    )


def _is_named(found: Import, key: str) -> bool:
    return found.record == "contact" and key in NAMED


def _is_chosen(known: Field) -> bool:
    return known.options is not None or known.kind in CHOSEN


def _texts(found: Import, key: str, cell: str) -> list[str]:
    return split([cell]) if fields_of(found.record)[key].kind == "multi" else [cell]


def _is_known(read: Reader, key: str, folded: str, text: str, tags: set[str]) -> bool:
    if key == "tags":
        return folded in tags or not _is_one(tag_name, text)
    if read.record == "contact" and key in NAMED:
        return _is_one(NAMED[key], text)
    known = read.fields[key]
    if known.kind == "user":
        number = read.people.get(folded)
        return number is not None and (key != "owner" or number in read.owners)
    value = read.options.get(key, {}).get(folded)
    return value is not None and value in _active(known)


def _is_one(read: Callable[[str], str], text: str) -> bool:
    try:
        return bool(read(text))
    except ValueError:
        return False  # its row is refused, in words


def _active(known: Field) -> set[str]:
    return {one.value for one in known.options() if one.is_active} if known.options else set()


def offer_of(found: Import, key: str, by: User) -> Offer:
    """What an unknown word of a column may become."""
    known = fields_of(found.record)[key]
    if known.kind == "user":
        people = owners_for(by) if key == "owner" else active_users()
        return Offer({str(one.id): one.name for one in people}, {}, _("Nobody"))
    if key == "tags":  # typed: there may be thousands
        return Offer({}, {}, "")
    if _is_named(found, key):
        languages = {code: str(word) for code, word in LANGUAGES if code}
        return Offer(languages if key == "locale" else {}, {}, _("Leave it empty"))
    options = known.options() if known.options else ()
    choices = {one.value: str(one.label) for one in options if one.is_active}
    adds = {}
    if key == "stage" and may(by, "manage_pipelines"):
        adds = makes()
    elif known.custom_id is not None and may(by, "manage_fields"):
        adds = {ADDED: _("Add it as a choice")}
    return Offer(choices, adds, _("Leave it empty"))


def decided(found: Import, said: Mapping[tuple[int, str], str], by: User) -> list[Column]:
    """The columns with what was said of their unknown words: by place and folded word.

    `said`: "" (such rows are refused), NOTHING, ADDED, or "=" and a value that is offered; of tags
    the name of the one that is meant, "" for none. Raises Refused for what may not be added.
    """
    columns = columns_of(found)
    for asked in found.sample.get("unknown", ()):
        place, words = asked["place"], asked["words"]
        column, key = columns[place], columns[place].key or ""
        offer, values = offer_of(found, key, by), dict(column.values)
        for folded, (written, _count) in words.items():
            answer = said.get((place, folded), "")
            values.pop(folded, None)
            if key == "tags":
                values[folded] = _tag_of(answer)
            elif answer == NOTHING:
                values[folded] = ""
            elif answer in offer.adds:
                values[folded] = answer + clean_label(written)
            elif answer.startswith("=") and answer[1:] in offer.choices:
                values[folded] = answer[1:]
        columns[place] = Column(column.name, column.key, column.policy, values)
        _check_room(found, columns[place])
    return columns


def _tag_of(text: str) -> str:
    try:
        return tag_name(text) if text.strip() else ""
    except ValueError as error:
        raise Refused(str(error)) from None


def _check_room(found: Import, column: Column) -> None:
    custom = custom_of(found.record, column.key or "")
    new = {fold(one[1:]) for one in column.values.values() if one.startswith(ADDED)}
    if custom is not None and len(custom.options) + len(new) > MOST_OPTIONS:
        words = _("%(label)s: %(n)s options are the most.", label=custom.label, n=MOST_OPTIONS)
        raise Refused(words)


def add_choices(found: Import, by: User) -> None:
    """Add the choices that were decided on, in the change set of the run; nothing is done twice.

    What can no longer be added stays undecided, and its rows are refused.
    """
    columns = columns_of(found)
    for place, column in enumerate(columns):
        custom = custom_of(found.record, column.key or "")
        new = [key for key, one in column.values.items() if one.startswith(ADDED)]
        if custom is None or not new or not may(by, "manage_fields"):
            continue
        values = dict(column.values)
        for key in new:
            values[key] = _choice(custom.id, values[key][1:], by)
        columns[place] = Column(column.name, column.key, column.policy, values)
    plain = [column.plain for column in columns]
    if plain != found.columns:
        found.columns = plain


def _choice(field_id: int, label: str, by: User) -> str:
    """The number of the choice with this word: one that is there, offered again or added."""
    row = definition(field_id)
    assert row is not None
    option = next((one for one in row.options if one.folded == fold(label)), None)
    if option is None:
        option = fields.add_option(row, label, by)
    elif option.disabled_at is not None:
        fields.allow_option(row, option, by, is_allowed=True)
    return str(option.id)
