"""Who is named in a note with @: arithmetic over text, no database."""

import re
from collections import Counter
from collections.abc import Iterator

AT = re.compile(r"(?<![\w@.])@(?=\w)")
WORD = re.compile(r"[^\W\d_][\w'’-]*")  # a name begins with a letter: @5pm names nobody
# A last name behind a first one: @Mona Klein, not "@Mona PDF" or "@Mona I think".
LAST = re.compile(r"([^\W\d_](?:[^\W\d_A-Z]|['’](?=[A-Z]))[\w'’-]*)")
# What one may call a person, whose it is, and what a first name leaves out.
Spoken = list[tuple[str, int, str]]


def mentioned(text: str, names: dict[int, str]) -> list[int]:
    """The numbers of the people named in `text`: @Mona Brandt, or @Mona where one has that name.

    Case does not count, the longest name that fits is meant, and nobody is named twice. @Mona Klein
    is not the Mona who is called Brandt, but "@Mona please" is.
    """
    spoken = _spoken(names)
    named = (_name_in(rest, spoken) for rest in _after_each_at(text))
    return list(dict.fromkeys(one[1] for one in named if one))


def unheard(text: str, told: dict[int, str], others: dict[int, str]) -> dict[str, int | None]:
    """What follows an @ in `text` and names nobody of `told`, as it is typed, each once.

    With the number of the one of `others` that it names; 0 where several have that first name;
    None where nobody has it.
    """
    hearing, strangers = _spoken(told), _spoken(others)
    firsts = Counter(_first(name) for name in (told | others).values())
    found: dict[str, int | None] = {}
    for rest in _after_each_at(text):
        word = WORD.match(rest)
        if not word or _name_in(rest, hearing):
            continue
        if stranger := _name_in(rest, strangers):
            found.setdefault(rest[: len(stranger[0])], stranger[1])
        else:
            _put_down(found, rest, word[0], firsts)
    return found


def _put_down(found: dict[str, int | None], rest: str, first: str, firsts: Counter[str]) -> None:
    """A name that is nobody's: whole where it is a first name with another last one."""
    held = firsts[first.casefold()]
    last = _last_name(rest) if held == 1 and rest[len(first) :].startswith(" ") else ""
    if last:
        found.setdefault(f"{first} {last}", None)
    else:
        found.setdefault(first, 0 if held else None)


def _after_each_at(text: str) -> Iterator[str]:
    """What follows each @ that begins a name."""
    return (text[at.end() :] for at in AT.finditer(text))


def _name_in(rest: str, spoken: Spoken) -> tuple[str, int] | None:
    """The name with which a text begins, and whose it is."""
    folded = rest.casefold()
    for name, number, left_out in spoken:
        behind = folded[len(name) : len(name) + 1]
        if folded.startswith(name) and not behind.isalnum():
            is_other = left_out and behind == " " and _is_other(rest, left_out)
            return None if is_other else (name, number)
    return None


def _is_other(rest: str, last: str) -> bool:
    """Whether the last name behind a first one is not (the beginning of) `last`."""
    word = _last_name(rest)
    return bool(word) and not any(part.startswith(word.casefold()) for part in last.split())


def _last_name(rest: str) -> str:
    """The capitalised word behind the first space of a text."""
    word = LAST.match(rest.partition(" ")[2])
    return word[1] if word and word[1][0].isupper() else ""


def _spoken(names: dict[int, str]) -> Spoken:
    """Names as one may call people, the longest first; a first name only where it is one's own."""
    firsts = Counter(_first(name) for name in names.values() if name)
    whole = [(name.casefold(), number, "") for number, name in names.items() if name]
    short = [(_first(name), number, name.partition(" ")[2]) for name, number, _none in whole]
    own = [one for one in short if firsts[one[0]] == 1]
    return sorted({*whole, *own}, key=lambda one: (-len(one[0]), one))


def _first(name: str) -> str:
    return name.casefold().split(" ", 1)[0]
