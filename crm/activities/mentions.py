"""Who is named in a note with @: arithmetic over text, no database."""

import re
from collections import Counter

AT = re.compile(r"(?<![\w@.])@(?=\w)")


def mentioned(text: str, names: dict[int, str]) -> list[int]:
    """The numbers of the people named in `text`: @Mona Brandt, or @Mona where one has that name.

    Case does not count, the longest name that fits is meant, and nobody is named twice.
    """
    spoken = _spoken(names)
    folded = text.casefold()
    found: dict[int, None] = {}
    for at in AT.finditer(folded):
        rest = folded[at.end() :]
        for name, number in spoken:
            if rest.startswith(name) and not rest[len(name) : len(name) + 1].isalnum():
                found[number] = None
                break
    return list(found)


def _spoken(names: dict[int, str]) -> list[tuple[str, int]]:
    """Names as one may call people, the longest first; a first name only where it is one's own."""
    firsts = Counter(name.casefold().split(" ", 1)[0] for name in names.values() if name)
    whole = [(name.casefold(), number) for number, name in names.items() if name]
    short = [(name.split(" ", 1)[0], number) for name, number in whole]
    own = [(first, number) for first, number in short if firsts[first] == 1]
    return sorted({*whole, *own}, key=lambda one: (-len(one[0]), one))
