"""Who is named in a note with @: arithmetic over text, no database."""

import re
from collections import Counter
from collections.abc import Iterator

AT = re.compile(r"(?<![\w@.])@(?=\w)")
WORD = re.compile(r"[^\W\d_][\w'’-]*")  # a name begins with a letter: @5pm names nobody
Spoken = list[tuple[str, int]]


def mentioned(text: str, names: dict[int, str]) -> list[int]:
    """The numbers of the people named in `text`: @Mona Brandt, or @Mona where one has that name.

    Case does not count, the longest name that fits is meant, and nobody is named twice.
    """
    spoken = _spoken(names)
    named = (_name_in(rest.casefold(), spoken) for rest in _after_each_at(text))
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
        folded = rest.casefold()
        word = WORD.match(rest)
        if not word or _name_in(folded, hearing):
            continue
        if stranger := _name_in(folded, strangers):
            found.setdefault(rest[: len(stranger[0])], stranger[1])
        else:
            found.setdefault(word[0], 0 if firsts[word[0].casefold()] else None)
    return found


def _after_each_at(text: str) -> Iterator[str]:
    """What follows each @ that begins a name."""
    return (text[at.end() :] for at in AT.finditer(text))


def _name_in(folded: str, spoken: Spoken) -> tuple[str, int] | None:
    """The name with which a text begins, and whose it is."""
    for name, number in spoken:
        if folded.startswith(name) and not folded[len(name) : len(name) + 1].isalnum():
            return name, number
    return None


def _spoken(names: dict[int, str]) -> Spoken:
    """Names as one may call people, the longest first; a first name only where it is one's own."""
    firsts = Counter(_first(name) for name in names.values() if name)
    whole = [(name.casefold(), number) for number, name in names.items() if name]
    short = [(_first(name), number) for name, number in whole]
    own = [(first, number) for first, number in short if firsts[first] == 1]
    return sorted({*whole, *own}, key=lambda one: (-len(one[0]), one))


def _first(name: str) -> str:
    return name.casefold().split(" ", 1)[0]
